// Package limit bounds how often each of many keys may do something.
package limit

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter holds a token bucket per key, for a bounded number of keys. It needs
// no goroutine: what is idle longest is dropped when room is needed.
type Limiter struct {
	every rate.Limit
	burst int
	most  int
	now   func() time.Time

	mu      sync.Mutex
	buckets map[string]*bucket
	older   map[string]*bucket // the generation before; dropped whole
}

type bucket struct{ *rate.Limiter }

// New allows perMinute actions a minute and burst at once, per key, and
// remembers between maxKeys and twice as many. perMinute 0 allows everything.
func New(perMinute, burst, maxKeys int, now func() time.Time) *Limiter {
	return &Limiter{
		every: rate.Limit(float64(perMinute) / 60), burst: burst, most: maxKeys, now: now,
		buckets: map[string]*bucket{}, older: map[string]*bucket{},
	}
}

// Allow says whether the key may act now, and counts it if so.
func (l *Limiter) Allow(key string) bool {
	if l.every == 0 {
		return true
	}
	return l.bucket(key).AllowN(l.now(), 1)
}

func (l *Limiter) bucket(key string) *bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.buckets[key]; b != nil {
		return b
	}
	b := l.older[key]
	if b == nil {
		b = &bucket{rate.NewLimiter(l.every, l.burst)}
	}
	if len(l.buckets) >= l.most {
		l.older, l.buckets = l.buckets, map[string]*bucket{}
	}
	l.buckets[key] = b
	return b
}
