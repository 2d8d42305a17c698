// Package outage logs a failure that goes on for a while in a few lines: when it
// begins, how often it happened every ten seconds, and when it is over.
package outage

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// every is how far the lines of one outage lie apart.
	every = 10 * time.Second
	// calm is how long nothing has failed when an outage is over: one that hits some
	// callers only is still one.
	calm = 2 * time.Second
)

// Log of one kind of failure. It is safe for use by many goroutines.
type Log struct {
	log  *slog.Logger
	what string // fails
	now  func() time.Time

	on    atomic.Bool // an outage is under way
	mu    sync.Mutex
	began time.Time
	last  time.Time // that it failed
	told  time.Time // the last line
	since int       // failures after it
	all   int
}

// New logs what fails, such as "submission not stored". now is time.Now outside tests.
func New(log *slog.Logger, what string, now func() time.Time) *Log {
	return &Log{log: log, what: what, now: now}
}

// Failed notes a failure. The first one is logged with its error; of those after it
// every ten seconds how many they were, with the last one's error.
func (l *Log) Failed(ctx context.Context, err error, attributes ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.last = now
	l.since++
	l.all++
	attributes = append([]any{"error", err}, attributes...)
	switch {
	case !l.on.Load():
		l.on.Store(true)
		l.began, l.told, l.since, l.all = now, now, 0, 1
		l.log.ErrorContext(ctx, l.what, attributes...)
	case now.Sub(l.told) >= every:
		l.log.WarnContext(ctx, l.what+", still", append(attributes, "times", l.since, "for", now.Sub(l.began).Round(time.Second))...)
		l.told, l.since = now, 0
	}
}

// Worked notes that it did not fail.
func (l *Log) Worked(ctx context.Context) {
	if !l.on.Load() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now().Sub(l.last) >= calm && l.on.CompareAndSwap(true, false) {
		l.log.InfoContext(ctx, l.what+", over", "times", l.all, "after", l.now().Sub(l.began).Round(time.Millisecond))
	}
}
