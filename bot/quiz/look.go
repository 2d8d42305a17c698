package quiz

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

const (
	// maxLooks bounds the looks at hand: those that nobody waits for any more end
	// by themselves within lookLife.
	maxLooks = 256
	lookLife = 2 * time.Second
	// lookPause is how long nobody looks briefly after a brief look came too late.
	lookPause = time.Second
)

// Brief is the longest wait that counts as brief: after one look that took longer,
// brief ones are not tried for a second.
const Brief = 40 * time.Millisecond

// errSlow says that the store was not asked, or not waited for.
var errSlow = errors.New("the store is slow")

// looks load attempts for those who do not wait for a slow store.
type looks struct {
	room  chan struct{}
	again atomic.Int64 // when to look briefly again, in nanoseconds after the start
	start time.Time
}

func newLooks() *looks { return &looks{room: make(chan struct{}, maxLooks), start: time.Now()} }

// saved is what Store.Load gives.
type saved struct {
	Saved
	reply []byte
	found bool
}

// load asks the store, for at most the given time; 0: as long as ctx lasts. The call
// goes on without who has stopped waiting: one that was broken off would look like a
// store that is away.
func (m *Master) load(ctx context.Context, p Person, patience time.Duration) (s saved, err error) {
	if patience == 0 {
		s.Saved, s.reply, s.found, err = m.Store.Load(ctx, p.Who, p.Key)
		return s, err
	}
	l := m.looks
	brief := patience <= Brief
	if brief && time.Since(l.start) < time.Duration(l.again.Load()) {
		return saved{}, errSlow
	}
	select {
	case l.room <- struct{}{}:
	default:
		return saved{}, errSlow
	}
	type result struct {
		saved
		err error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-l.room }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookLife)
		defer cancel()
		var r result
		r.Saved, r.reply, r.found, r.err = m.Store.Load(ctx, p.Who, p.Key)
		done <- r
	}()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case r := <-done:
		return r.saved, r.err
	case <-ctx.Done():
		return saved{}, ctx.Err()
	case <-late.C:
		if brief {
			l.again.Store(int64(time.Since(l.start) + lookPause))
		}
		return saved{}, errSlow
	}
}
