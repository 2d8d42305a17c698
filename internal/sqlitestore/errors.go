package sqlitestore

import (
	"errors"
	"fmt"

	"jindu/survey"
)

// ErrLocked says that another server holds the data folder.
var ErrLocked = errors.New("another jindu server uses this data folder")

var errClosed = errors.New("the store is closed")

// unavailable marks an error before anything was applied.
func unavailable(err error) error {
	return fmt.Errorf("%w: %w", survey.ErrUnavailable, err)
}

// unknown marks an error after which the write may or may not be there.
func unknown(err error) error {
	return fmt.Errorf("%w: %w", survey.ErrUnknown, err)
}
