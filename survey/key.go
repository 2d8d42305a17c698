package survey

import (
	"context"
	"fmt"
	"time"
)

// surveyKey is a survey's random key as the store had it.
type surveyKey struct {
	key   []byte
	until time.Time // then the store is asked again whether the survey is still open
}

// keyLife bounds how long a survey that was closed for good beside this process
// still looks open to it.
const keyLife = 5 * time.Second

// lookTimeout bounds one look at the store, which nobody may be waiting for any more.
const lookTimeout = 2 * time.Second

// key of a survey. It never changes while the survey is open, so that the last
// one known serves while the store is away.
func (d *Desk) key(ctx context.Context, survey string) ([]byte, error) {
	d.mu.Lock()
	known := d.surveyKeys[survey]
	d.mu.Unlock()
	if d.now().Before(known.until) {
		return known.key, nil
	}
	// All who ask meanwhile wait for one look, which goes on when they cannot wait:
	// a page's patience is shorter than what a busy store may need.
	look := d.looks.DoChan(survey, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
		defer cancel()
		return d.look(ctx, survey, known.key)
	})
	select {
	case found := <-look:
		if found.Err != nil {
			return nil, found.Err
		}
		return found.Val.([]byte), nil
	case <-ctx.Done():
		if known.key != nil {
			return known.key, nil
		}
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	}
}

// look asks the store for the key of a survey, and keeps it. known is the last one,
// or nil.
func (d *Desk) look(ctx context.Context, survey string, known []byte) ([]byte, error) {
	state, err := d.store.State(ctx, survey)
	switch {
	case err != nil && known != nil:
		state.Key = known // asked again after another while
	case err != nil:
		return nil, err
	case state.Closed:
		d.forgetKey(survey)
		return nil, ErrClosed
	}
	d.keep(survey, state)
	return state.Key, nil
}

// keep the key of a survey that is open.
func (d *Desk) keep(survey string, state State) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if state.Key != nil && !state.Closed {
		d.surveyKeys[survey] = surveyKey{state.Key, d.now().Add(keyLife)}
	}
}

// forgetKey drops the key of a survey that was closed for good.
func (d *Desk) forgetKey(survey string) {
	d.mu.Lock()
	delete(d.surveyKeys, survey)
	d.mu.Unlock()
}
