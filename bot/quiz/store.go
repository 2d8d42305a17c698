package quiz

import (
	"context"
	"errors"
	"time"

	"jindu/internal/respondent"
)

// ErrConflict says that the attempt changed since it was loaded: load it again.
var ErrConflict = errors.New("attempt changed meanwhile")

// MessageKey is a keyed hash of one incoming message and its sender, so that its
// retry is known.
type MessageKey [16]byte

// Saved is what a Store holds for a respondent.
type Saved struct {
	State   []byte // nil when there is none (or it expired)
	Version int64  // 0 when there is none
}

// Store keeps running attempts and the replies of the messages that moved them.
// Every method is safe for use by many goroutines.
type Store interface {
	// Load gives the respondent's saved state. When the message was committed
	// before, its reply is given and found is true.
	Load(ctx context.Context, who respondent.Pseudonym, msg MessageKey) (saved Saved, reply []byte, found bool, err error)
	// Save replaces the state, if its version is still the given one, and keeps
	// the reply under the message, in one durable step. A nil state deletes it.
	// State and reply expire at their times. It fails with ErrConflict when the
	// version is another or the message was committed meanwhile.
	Save(ctx context.Context, who respondent.Pseudonym, msg MessageKey, version int64, state []byte, stateUntil time.Time, reply []byte, replyUntil time.Time) error
}
