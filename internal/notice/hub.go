// Package notice hands each change of a survey's counts to who watches it,
// within one process.
package notice

import (
	"context"
	"maps"
	"slices"
	"sync"

	"jindu/survey"
)

// Changes names what changed: survey → townships.
type Changes map[string]map[string]struct{}

// Add a township of a survey.
func (c Changes) Add(id, township string) {
	towns := c[id]
	if towns == nil {
		towns = map[string]struct{}{}
		c[id] = towns
	}
	towns[township] = struct{}{}
}

// Hub hands changes to watchers. It never waits for one: a notice that was not
// taken yet is merged into the next.
type Hub struct {
	mu       sync.Mutex
	closed   bool
	watchers map[string]map[*watcher]struct{}
}

// watcher holds at most one notice, which grows until it is taken.
type watcher struct{ notices chan survey.Dirty }

// NewHub without watchers.
func NewHub() *Hub {
	return &Hub{watchers: map[string]map[*watcher]struct{}{}}
}

// Watch a survey until ctx ends or the hub closes. It gives false when the hub
// is closed already.
func (h *Hub) Watch(ctx context.Context, id string) (<-chan survey.Dirty, bool) {
	w := &watcher{make(chan survey.Dirty, 1)}
	if !h.join(id, w) {
		return nil, false
	}
	context.AfterFunc(ctx, func() { h.leave(id, w) })
	return w.notices, true
}

func (h *Hub) join(id string, w *watcher) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	if h.watchers[id] == nil {
		h.watchers[id] = map[*watcher]struct{}{}
	}
	h.watchers[id][w] = struct{}{}
	return true
}

func (h *Hub) leave(id string, w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.watchers[id][w]; !ok {
		return // the hub closed before
	}
	delete(h.watchers[id], w)
	if len(h.watchers[id]) == 0 {
		delete(h.watchers, id)
	}
	close(w.notices)
}

// Notify the watchers. The changes stay the caller's.
func (h *Hub) Notify(changes Changes) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, towns := range changes {
		for w := range h.watchers[id] {
			w.add(towns)
		}
	}
}

// add runs under the hub's lock, so it is the only sender: once the channel is
// empty there is room.
func (w *watcher) add(towns map[string]struct{}) {
	merged := towns
	select {
	case old := <-w.notices:
		merged = maps.Clone(towns)
		for _, t := range old.Townships {
			merged[t] = struct{}{}
		}
	default:
	}
	w.notices <- survey.Dirty{Townships: slices.Sorted(maps.Keys(merged))}
}

// Close ends every watch.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, ws := range h.watchers {
		for w := range ws {
			close(w.notices)
		}
	}
	clear(h.watchers)
}
