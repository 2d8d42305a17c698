package redisstore

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"jindu/internal/notice"
	"jindu/survey"
)

const (
	// publishEvery bounds how often one process tells the others.
	publishEvery = 200 * time.Millisecond
	// subscribeWait is how long a first watcher waits for the subscription.
	subscribeWait = time.Second
)

// Watch tells of the commits of every process: its own at once, others' within
// publishEvery. A notice that Redis loses is lost.
func (s *Store) Watch(ctx context.Context, id string) (<-chan survey.Dirty, error) {
	if err := ctx.Err(); err != nil {
		return nil, unavailable(err)
	}
	found, ok := s.hub.Watch(ctx, id)
	if !ok {
		return nil, unavailable(errClosed)
	}
	s.notices.once.Do(func() { s.background(s.notices.subscribe) })
	select {
	case <-s.notices.subscribed:
	case <-ctx.Done():
	case <-time.After(subscribeWait): // Redis is away: what this process commits later is told all the same
	}
	return found, nil
}

// notices are what the processes tell each other: one publisher and one
// subscription in each.
type notices struct {
	store *Store
	self  string // names this process

	mu      sync.Mutex
	changes notice.Changes
	wake    chan struct{}

	once       sync.Once
	subscribed chan struct{} // closed when Redis confirmed it for the first time
}

func newNotices(s *Store, self string) *notices {
	return &notices{store: s, self: self, changes: notice.Changes{}, wake: make(chan struct{}, 1), subscribed: make(chan struct{})}
}

// message is what is published: survey → townships.
type message struct {
	From    string              `json:"from"`
	Changed map[string][]string `json:"changed"`
}

func (n *notices) add(changes notice.Changes) {
	n.mu.Lock()
	for id, towns := range changes {
		for t := range towns {
			n.changes.Add(id, t)
		}
	}
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// publish tells the others until ctx ends.
func (n *notices) publish(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.wake:
		}
		n.mu.Lock()
		changes := n.changes
		n.changes = notice.Changes{}
		n.mu.Unlock()
		m := message{From: n.self, Changed: map[string][]string{}}
		for id, towns := range changes {
			m.Changed[id] = slices.Collect(maps.Keys(towns))
		}
		text, err := json.Marshal(m)
		if err == nil {
			err = n.store.client.Publish(ctx, channel, text).Err()
		}
		if err != nil && ctx.Err() == nil {
			n.store.log.Debug("store: a notice was not published", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(publishEvery):
		}
	}
}

// subscribe hands what the others publish to this process's watchers until ctx
// ends. The client connects again by itself.
func (n *notices) subscribe(ctx context.Context) {
	sub := n.store.client.Subscribe(ctx, channel)
	defer sub.Close()
	messages := sub.ChannelWithSubscriptions()
	confirm := sync.OnceFunc(func() { close(n.subscribed) })
	for {
		select {
		case <-ctx.Done():
			return
		case m, ok := <-messages:
			if !ok {
				return
			}
			switch m := m.(type) {
			case *redis.Subscription:
				confirm()
			case *redis.Message:
				n.receive(m.Payload)
			}
		}
	}
}

func (n *notices) receive(payload string) {
	var m message
	if err := json.Unmarshal([]byte(payload), &m); err != nil {
		n.store.log.Warn("store: a notice cannot be read", "error", err)
		return
	}
	if m.From == n.self {
		return
	}
	changes := notice.Changes{}
	for id, towns := range m.Changed {
		for _, t := range towns {
			changes.Add(id, t)
		}
	}
	n.store.hub.Notify(changes)
}
