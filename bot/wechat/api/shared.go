package api

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// Shared is where the processes of an account keep what only one of them has to
// fetch. An error means that it is away: a client then goes on alone, which
// WeChat allows.
type Shared interface {
	// Get gives "" when there is no value.
	Get(ctx context.Context, key string) (string, error)
	// Set keeps a value for a time above 0.
	Set(ctx context.Context, key, value string, ttl time.Duration) error
	// Lock takes a lock that ends by itself after a time; ok is false when another
	// holds it. unlock ends it early, if it is still this one's.
	Lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error)
}

// maxLocal bounds a Local. A value has at most about a kilobyte.
const maxLocal = 1024

// Local is a Shared within one process.
type Local struct {
	now func() time.Time

	mu     sync.Mutex
	values map[string]localValue
	locks  map[string]*time.Time // key → end; the pointer is the owner
}

type localValue struct {
	text    string
	expires time.Time
}

// NewLocal makes an empty one.
func NewLocal(now func() time.Time) *Local {
	return &Local{now: now, values: map[string]localValue{}, locks: map[string]*time.Time{}}
}

// Get a value.
func (l *Local) Get(_ context.Context, key string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if v := l.values[key]; l.now().Before(v.expires) {
		return v.text, nil
	}
	return "", nil
}

// Set a value. When there are too many, the expired go, and then any.
func (l *Local) Set(_ context.Context, key, value string, ttl time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if len(l.values) >= maxLocal {
		for k, v := range l.values {
			if !now.Before(v.expires) {
				delete(l.values, k)
			}
		}
		for k := range l.values {
			if len(l.values) < maxLocal {
				break
			}
			delete(l.values, k)
		}
	}
	l.values[key] = localValue{value, now.Add(ttl)}
	return nil
}

// Lock a key. There are as many locks as there are keys that are locked.
func (l *Local) Lock(_ context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for k, end := range l.locks {
		if !now.Before(*end) {
			delete(l.locks, k)
		}
	}
	if l.locks[key] != nil {
		return func() {}, false, nil
	}
	end := now.Add(ttl)
	l.locks[key] = &end
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.locks[key] == &end {
			delete(l.locks, key)
		}
	}, true, nil
}

// dated is a value of WeChat's that ends at a known time.
type dated struct {
	Value   string    `json:"value"`
	Expires time.Time `json:"expires"`
}

func read(ctx context.Context, s Shared, key string) (d dated, err error) {
	text, err := s.Get(ctx, key)
	if err != nil || text == "" || json.Unmarshal([]byte(text), &d) != nil {
		return dated{}, err
	}
	return d, nil
}

func (d dated) write(ctx context.Context, s Shared, key string, now time.Time) error {
	ttl := d.Expires.Sub(now)
	if ttl < time.Second {
		return nil
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return s.Set(ctx, key, string(text), ttl)
}

const (
	lockFor   = 15 * time.Second // longer than a fetch with all its calls
	waitFor   = 8 * time.Second  // for the process that has the lock
	lookEvery = 50 * time.Millisecond
)

// errElsewhere says that another process is fetching.
var errElsewhere = errors.New("another process is fetching it")

// once gives the shared value that is good, or fetches it, while the other
// processes wait so long; with 0, they get errElsewhere. When the holder of the
// lock is too slow or the store is away, it is fetched without the lock.
func (c *Client) once(ctx context.Context, key string, wait time.Duration, good func(dated) bool, fetch func(context.Context) (dated, error)) (dated, error) {
	patience := time.NewTimer(wait)
	defer patience.Stop()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for waiting := true; waiting; {
		unlock, mine, err := c.shared.Lock(ctx, key+"/lock", lockFor)
		if err != nil {
			c.log.WarnContext(ctx, "wechat: fetching without the shared lock", "error", err)
			break
		}
		if mine {
			defer unlock()
		}
		// Also after taking the lock: who had it before may have left a value.
		if d, err := read(ctx, c.shared, key); err == nil && good(d) {
			return d, nil
		}
		if mine {
			break
		}
		if wait == 0 {
			return dated{}, errElsewhere
		}
		select {
		case <-ctx.Done():
			return dated{}, ctx.Err()
		case <-patience.C:
			waiting = false
		case <-tick.C:
		}
	}
	d, err := fetch(ctx)
	if err != nil {
		return dated{}, err
	}
	if err := d.write(ctx, c.shared, key, c.now()); err != nil {
		c.log.WarnContext(ctx, "wechat: not shared with the other processes", "error", err)
	}
	return d, nil
}
