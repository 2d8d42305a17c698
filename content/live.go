package content

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Live serves the newest good state of a content folder. A changed folder is
// checked and swapped in whole; a broken one leaves the old content serving.
type Live struct {
	dir    string
	accept func(context.Context, *Library) error
	log    *slog.Logger
	lib    atomic.Pointer[Library]

	looking sync.Mutex // one look at a time; a folder on a slow share may hold it long
	seen    string     // version of the folder last looked at
	tried   string     // version last loaded or refused

	mu       sync.Mutex // guards what follows, and is never held over reading files
	status   Status
	onChange []func(*Library)
}

// Status of the content, for the office page.
type Status struct {
	Version  string // being served
	LoadedAt time.Time
	Problems []string // of the newest state of the folder, when it was refused
}

// NewLive loads the embedded content overlaid by dir. accept may refuse a new
// Library for reasons that content does not know (nil: none).
func NewLive(ctx context.Context, dir string, accept func(context.Context, *Library) error, log *slog.Logger) (*Live, error) {
	l := &Live{dir: dir, accept: accept, log: log}
	lib, err := l.load(ctx)
	if err != nil {
		return nil, err
	}
	l.lib.Store(lib)
	l.seen, l.tried = lib.Version, lib.Version
	l.status = Status{Version: lib.Version, LoadedAt: time.Now()}
	return l, nil
}

func (l *Live) load(ctx context.Context) (*Library, error) {
	lib, err := Load(l.dir)
	if err == nil && l.accept != nil {
		err = l.accept(ctx, lib)
	}
	return lib, err
}

// Library is what is served now.
func (l *Live) Library() *Library { return l.lib.Load() }

// Status of the content now.
func (l *Live) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

// OnChange calls fn now and after every swap, one call at a time.
func (l *Live) OnChange(fn func(*Library)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.onChange = append(l.onChange, fn)
	fn(l.lib.Load())
}

// Run looks for changes until ctx ends. Polling works on every file system an
// office may use, shared drives included.
func (l *Live) Run(ctx context.Context, every time.Duration) {
	if l.dir == "" {
		return
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			l.Poll(ctx)
		}
	}
}

// Poll looks once. A state is loaded when two looks in a row find it the same,
// so that a file half written or a folder half copied is not taken up.
func (l *Live) Poll(ctx context.Context) {
	l.looking.Lock()
	defer l.looking.Unlock()
	version := folderVersion(l.dir)
	settled := version == l.seen
	l.seen = version
	if !settled || version == l.tried {
		return
	}
	lib, err := l.load(ctx)
	if ctx.Err() != nil || (err == nil && lib.Version != version) { // it changed while it was read
		return
	}
	var problems Problems
	if err == nil || errors.As(err, &problems) {
		l.tried = version // any other trouble, as with the store, passes
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.refuse(err)
		return
	}
	l.lib.Store(lib)
	l.status = Status{Version: lib.Version, LoadedAt: time.Now()}
	l.log.Info("content reloaded", "version", lib.Version)
	for _, fn := range l.onChange {
		fn(lib)
	}
}

// mostShown bounds what the office page lists of a broken folder.
const mostShown = 50

func (l *Live) refuse(err error) {
	var problems Problems
	before := l.status.Problems
	l.status.Problems = nil
	if errors.As(err, &problems) {
		l.status.Problems = problems.Lines(mostShown)
		if len(problems) > mostShown {
			l.status.Problems[mostShown] += "，用 jindu check 查看"
		}
	} else {
		l.status.Problems = []string{err.Error()}
	}
	if slices.Equal(before, l.status.Problems) {
		return // tried again, and said
	}
	l.log.Error("content refused, the old one keeps serving", "problems", len(l.status.Problems), "first", l.status.Problems[0])
}

// folderVersion hashes the overlaid folder, readable or not.
func folderVersion(dir string) string {
	base, _ := readEmbedded()
	top, problems, err := readDir(dir)
	if err != nil {
		return "unreadable: " + err.Error()
	}
	return overlay(base, top).version() + strings.Join(problems.Lines(len(problems)), "\n")
}
