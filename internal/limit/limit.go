// Package limit bounds how often each of many keys may do something.
package limit

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Bound is how often a key may act.
type Bound struct {
	Name      string // short and one of its kind: processes count together what has one name
	PerMinute int    // 0: as often as it likes
	Burst     int    // at once
	Keys      int    // remembered in this process, between so many and twice as many, about 300 bytes each
	// Exact makes every action count for all processes. Else each process gives
	// an eighth of the bound by itself, so that who acts as often as people do
	// never waits for the shared count.
	Exact bool
	// Wait is how long an action may wait for the shared count; 0: Brief.
	Wait time.Duration
}

// Limiter holds a token bucket per key, for a bounded number of keys. It needs
// no goroutine: what is idle longest is dropped when room is needed.
type Limiter struct {
	bound Bound
	every rate.Limit
	all   *together // nil: this is the only process
	now   func() time.Time

	mu      sync.Mutex
	buckets map[string]*bucket
	older   map[string]*bucket // the generation before; dropped whole
}

// bucket of a key in this process.
type bucket struct {
	whole *rate.Limiter
	own   *rate.Limiter // the part that is given without asking; nil: nothing is, or all
}

// New makes a limiter. shared counts for all processes; nil: this is the only one.
func New(b Bound, shared Shared, now func() time.Time) *Limiter {
	l := &Limiter{bound: b, every: rate.Limit(float64(b.PerMinute) / 60), now: now, buckets: map[string]*bucket{}, older: map[string]*bucket{}}
	if shared != nil {
		l.all = &together{shared: shared, bound: b, now: now}
	}
	return l
}

// Allow says whether the key may act now, and counts it if so. It waits for the
// shared count for a bounded time, and does without when that is away: this
// process's own count holds in any case.
func (l *Limiter) Allow(ctx context.Context, key string) bool {
	if l.every == 0 {
		return true
	}
	b, now := l.bucket(key), l.now()
	switch {
	case !b.whole.AllowN(now, 1):
		return false
	case l.all == nil, b.own != nil && b.own.AllowN(now, 1):
		return true
	}
	return l.all.allow(ctx, key)
}

func (l *Limiter) bucket(key string) *bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.buckets[key]; b != nil {
		return b
	}
	b := l.older[key]
	if b == nil {
		b = &bucket{whole: rate.NewLimiter(l.every, l.bound.Burst)}
		if l.all != nil && !l.bound.Exact {
			b.own = rate.NewLimiter(l.every/ownPart, l.bound.Burst/ownPart)
		}
	}
	if len(l.buckets) >= l.bound.Keys {
		l.older, l.buckets = l.buckets, map[string]*bucket{}
	}
	l.buckets[key] = b
	return b
}
