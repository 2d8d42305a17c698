package outage

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// seldom is how far the lines of what anybody can cause lie apart.
const seldom = time.Minute

// Often logs what strangers can make happen as often as they like: a line a minute
// at most, which says how often it was. It is safe for use by many goroutines.
type Often struct {
	log  *slog.Logger
	what string
	now  func() time.Time

	mu    sync.Mutex
	told  time.Time // the last line
	times int       // that it happened after it
}

// NewOften logs what happens, such as "web authorization failed". now is time.Now
// outside tests.
func NewOften(log *slog.Logger, what string, now func() time.Time) *Often {
	return &Often{log: log, what: what, now: now}
}

// Happened notes one time. A line has the error and attributes of the last, and how
// many there were since the line before.
func (o *Often) Happened(ctx context.Context, err error, attributes ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.times++
	now := o.now()
	if !o.told.IsZero() && now.Sub(o.told) < seldom {
		return
	}
	attributes = append([]any{"error", err}, attributes...)
	o.log.WarnContext(ctx, o.what, append(attributes, "times", o.times)...)
	o.told, o.times = now, 0
}
