package sqlitestore

import (
	"context"
	"maps"
	"slices"
	"sync"

	"jindu/survey"
)

// Watch tells of this process's commits: what others write beside a server is
// no response.
func (s *Store) Watch(ctx context.Context, id string) (<-chan survey.Dirty, error) {
	if err := ctx.Err(); err != nil {
		return nil, unavailable(err)
	}
	w, ok := s.hub.join(id)
	if !ok {
		return nil, unavailable(errClosed)
	}
	context.AfterFunc(ctx, func() { s.hub.leave(id, w) })
	return w.notices, nil
}

// hub hands each commit's townships to who watches their survey.
type hub struct {
	mu       sync.Mutex
	closed   bool
	watchers map[string]map[*watcher]struct{}
}

// watcher holds at most one notice, which grows until it is taken.
type watcher struct{ notices chan survey.Dirty }

func newHub() *hub {
	return &hub{watchers: map[string]map[*watcher]struct{}{}}
}

func (h *hub) join(id string) (*watcher, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, false
	}
	w := &watcher{make(chan survey.Dirty, 1)}
	if h.watchers[id] == nil {
		h.watchers[id] = map[*watcher]struct{}{}
	}
	h.watchers[id][w] = struct{}{}
	return w, true
}

func (h *hub) leave(id string, w *watcher) {
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

// notify never waits: a notice that was not taken yet is merged into the new one.
func (h *hub) notify(dirty map[string]map[string]struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, towns := range dirty {
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

func (h *hub) close() {
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
