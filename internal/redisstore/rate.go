package redisstore

import (
	"context"
	"errors"
	"time"

	"jindu/internal/limit"
	"jindu/internal/respondent"
)

const (
	ratePrefix = prefix + "rate:"
	// maxTakes bounds the counts at hand. Those that nobody waits for any more
	// end by themselves with the connection's bounds.
	maxTakes = 256
)

var (
	rateScript = script("rate")
	errBusy    = errors.New("too many counts at hand")
)

// Rates is what the server processes count together, for a minute or two. It is
// in no backup.
type Rates struct {
	store *Store
	keys  *respondent.Keys
	room  chan struct{}
}

// Rates of this Redis. Keys are kept as hashes under the server's secret.
func (s *Store) Rates(keys *respondent.Keys) *Rates {
	return &Rates{s, keys, make(chan struct{}, maxTakes)}
}

// Take counts one action of a key under a bound. Whoever asks need not wait for a
// Redis that is slow: the call goes on without them, since one that was broken off
// would look like a Redis that is away.
func (r *Rates) Take(ctx context.Context, b limit.Bound, key string) (bool, error) {
	select {
	case r.room <- struct{}{}:
	default:
		return false, unavailable(errBusy)
	}
	type result struct {
		allowed bool
		err     error
	}
	done := make(chan result, 1)
	started := r.store.background(func(ctx context.Context) {
		defer func() { <-r.room }()
		allowed, err := r.take(ctx, b, key)
		done <- result{allowed, err}
	})
	if !started {
		<-r.room
		return false, unavailable(errClosed)
	}
	select {
	case got := <-done:
		return got.allowed, got.err
	case <-ctx.Done():
		return false, unavailable(ctx.Err())
	}
}

func (r *Rates) take(ctx context.Context, b limit.Bound, key string) (bool, error) {
	sum := r.keys.MAC("rate", []byte(b.Name), []byte(key))
	pace := time.Minute.Microseconds() / int64(b.PerMinute)
	n, err := rateScript.Run(ctx, r.store.client, []string{ratePrefix + token([16]byte(sum[:16]))}, pace, b.Burst).Int()
	return n == 1, classify(err)
}
