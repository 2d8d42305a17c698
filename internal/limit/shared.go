package limit

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"
)

// Shared is a count that all processes have in common.
type Shared interface {
	// Take says whether a key may act once more under a bound, and counts it if
	// so. It returns when ctx ends. An error means that nobody knows.
	Take(ctx context.Context, b Bound, key string) (bool, error)
}

// How long an action waits for the shared count.
const (
	Brief   = 30 * time.Millisecond  // what needs nothing of the store
	Patient = 300 * time.Millisecond // what waits for the store anyway, or guards a secret
)

const (
	ownPart = 8 // of a bound, what each process gives without asking
	// pause is how long nobody asks after a count that failed or came too late.
	pause = time.Second
)

// together asks the shared count, unless that is away.
type together struct {
	shared Shared
	bound  Bound
	now    func() time.Time
	again  atomic.Int64 // when to ask again, in Unix nanoseconds
}

func (t *together) allow(ctx context.Context, key string) bool {
	if t.now().UnixNano() < t.again.Load() {
		return true
	}
	within, cancel := context.WithTimeout(ctx, cmp.Or(t.bound.Wait, Brief))
	defer cancel()
	ok, err := t.shared.Take(within, t.bound, key)
	if err == nil {
		return ok
	}
	if ctx.Err() == nil { // else it was the caller who did not wait
		t.again.Store(t.now().Add(pause).UnixNano())
	}
	return true
}
