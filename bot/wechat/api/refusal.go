package api

import (
	"errors"
	"maps"
	"sync"
	"time"
)

// rest is how long an API is left alone after a refusal that asking again at once
// does not change: at first, and at most when that goes on.
type rest struct {
	kind        error
	first, most time.Duration
}

var rests = []rest{
	{ErrNoRight, 10 * time.Minute, 10 * time.Minute},
	{ErrQuota, 10 * time.Minute, time.Hour},      // it comes back at midnight
	{ErrTooOften, 10 * time.Second, time.Minute}, // it comes back with the next minute
}

// refusals are the APIs that WeChat refuses to this account for now. There are as
// many as there are calls in this package.
type refusals struct {
	mu    sync.Mutex
	byAPI map[string]refusal
}

type refusal struct {
	err   error
	until time.Time
	rest  time.Duration
}

// known is the refusal of an API that still holds, or nil.
func (r *refusals) known(api string, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if seen, ok := r.byAPI[api]; ok && now.Before(seen.until) {
		return seen.err
	}
	return nil
}

// note what WeChat said to a call, an error or nil.
func (r *refusals) note(api string, err error, now time.Time) {
	var refused *Error
	if err != nil && (!errors.As(err, &refused) || refused.API != api) {
		return // the network's, or another call's
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	before, again := r.byAPI[api]
	if again && now.Before(before.until) {
		return // a call that was under way when the rest began
	}
	for _, rest := range rests {
		if errors.Is(err, rest.kind) {
			pause := rest.first
			if again && errors.Is(before.err, rest.kind) {
				pause = min(2*before.rest, rest.most)
			}
			r.byAPI[api] = refusal{err, now.Add(pause), pause}
			return
		}
	}
	delete(r.byAPI, api)
}

// Reconsider forgets which calls the account has no right to, so that the next of
// each asks WeChat.
func (c *Client) Reconsider() {
	c.refusals.mu.Lock()
	defer c.refusals.mu.Unlock()
	maps.DeleteFunc(c.refusals.byAPI, func(_ string, seen refusal) bool { return errors.Is(seen.err, ErrNoRight) })
}
