package office

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"jindu/content"
	"jindu/survey"
)

// Why nobody more can watch.
var (
	errCrowded = errors.New("too many live watchers")
	errEnded   = errors.New("the live tallies have ended")
)

const (
	mostWatchers = 2000
	leastPause   = time.Second     // between two reads of one survey's tally
	regularRead  = 5 * time.Second // a lost notice is made good by then
)

// hub lets any number of streams watch the tallies for one read of the store a
// second and survey. A room reads and renders for all of them; each finished
// frame is shared, and who is slow finds the newest one.
type hub struct {
	store   survey.Store
	library func() *content.Library
	status  func() content.Status
	now     func() time.Time
	log     *slog.Logger
	most    int           // watchers
	pause   time.Duration // leastPause
	regular time.Duration // regularRead

	started chan struct{} // closed when run begins
	done    chan struct{} // closed when it ends

	mu       sync.Mutex
	spawn    func(*room) // nil unless it runs
	rooms    map[string]*room
	watchers int
}

func newHub(cfg Config) *hub {
	return &hub{
		store: cfg.Store, library: cfg.Library, status: cfg.Content, now: cfg.Now, log: cfg.Log,
		most: mostWatchers, pause: leastPause, regular: regularRead,
		started: make(chan struct{}), done: make(chan struct{}), rooms: map[string]*room{},
	}
}

// run owns the rooms' goroutines until ctx ends. It is called once.
func (h *hub) run(ctx context.Context) {
	var rooms sync.WaitGroup
	h.mu.Lock()
	h.spawn = func(r *room) { rooms.Go(func() { r.run(ctx) }) }
	h.mu.Unlock()
	close(h.started)
	<-ctx.Done()
	h.mu.Lock()
	h.spawn = nil
	h.mu.Unlock()
	close(h.done)
	rooms.Wait()
}

// view is what a stream shows of a survey.
type view struct {
	by    survey.Level
	scope string // place code; "" is everything
}

// feed is the newest frame of one view.
type feed struct {
	watchers int // guarded by the hub
	frame    atomic.Pointer[frame]
}

// frame is one state of a feed, ready to be sent. It never changes; next is
// closed when there is a newer one.
type frame struct {
	tally, status []byte // whole events; tally is nil before the first read
	next          chan struct{}
}

func newFrame(tally, status []byte) *frame {
	return &frame{tally, status, make(chan struct{})}
}

// put replaces the frame and wakes everyone who waits for it.
func (f *feed) put(tally, status []byte) {
	close(f.frame.Swap(newFrame(tally, status)).next)
}

// join gives the feed of a view; leave must follow.
func (h *hub) join(ctx context.Context, id string, v view) (*feed, error) {
	select {
	case <-h.started:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.spawn == nil {
		return nil, errEnded
	}
	if h.watchers >= h.most {
		return nil, errCrowded
	}
	r := h.rooms[id]
	if r == nil {
		r = &room{hub: h, survey: id, wake: make(chan struct{}, 1), views: map[view]*feed{}}
		h.rooms[id] = r
		h.spawn(r)
	}
	f := r.views[v]
	if f == nil {
		f = &feed{}
		f.frame.Store(newFrame(nil, nil))
		r.views[v] = f
		select {
		case r.wake <- struct{}{}:
		default: // it will find this view too
		}
	}
	f.watchers++
	h.watchers++
	return f, nil
}

func (h *hub) leave(id string, v view) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watchers--
	views := h.rooms[id].views
	if views[v].watchers--; views[v].watchers == 0 {
		delete(views, v)
	}
}

// sweep closes a room that nobody is in, and says whether it did.
func (h *hub) sweep(r *room) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(r.views) > 0 {
		return false
	}
	delete(h.rooms, r.survey)
	return true
}
