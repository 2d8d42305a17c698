package redisstore

import (
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"jindu/survey"
)

var (
	errClosed = errors.New("the store is closed")
	errDown   = errors.New("redis does not answer; waiting for it to come back")
)

// dialError is an error before a connection was there.
type dialError struct{ err error }

func (e *dialError) Error() string { return e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// unavailable marks an error before anything was applied.
func unavailable(err error) error {
	return fmt.Errorf("%w: %w", survey.ErrUnavailable, err)
}

// unknown marks an error after which the write may or may not be there.
func unknown(err error) error {
	return fmt.Errorf("%w: %w", survey.ErrUnknown, err)
}

// classify says of an error of go-redis whether the command may have been
// applied. What Redis answers with an error (LOADING, OOM, MISCONF, CLUSTERDOWN,
// READONLY, NOREPLICAS, NOPERM …) it did not apply: its scripts are checked
// before their first write.
func classify(err error) error {
	if err == nil {
		return nil
	}
	var answer redis.Error
	var dial *dialError
	switch {
	case errors.Is(err, survey.ErrUnavailable), errors.Is(err, survey.ErrUnknown):
		return err
	case errors.As(err, &dial), errors.As(err, &answer), errors.Is(err, errDown),
		errors.Is(err, redis.ErrClosed), errors.Is(err, redis.ErrPoolTimeout), errors.Is(err, redis.ErrPoolExhausted):
		return unavailable(err)
	}
	return unknown(err)
}
