package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"jindu/bot/quiz"
	"jindu/internal/notice"
	"jindu/internal/office"
	"jindu/survey"
)

var (
	_ survey.Store        = (*Store)(nil)
	_ quiz.Store          = (*Store)(nil)
	_ office.AccountStore = (*Store)(nil)
)

// Options of Open. The zero value is good.
type Options struct {
	Now                 func() time.Time // by which claims, attempts and replies expire; time.Now
	Logger              *slog.Logger     // slog.Default()
	AllowWeakDurability bool             // start although an acknowledged response may be lost; Health says so

	// Looking is for a command beside a server, or without one: a survey that is not
	// there is not made.
	Looking bool

	restoring bool // this is the restore that others must not see half done
}

// Store is one Redis. Every method is safe for use by many goroutines.
type Store struct {
	client  redis.UniversalClient
	now     func() time.Time
	log     *slog.Logger
	weak    bool
	looking bool
	cluster bool
	hub     *notice.Hub
	notices *notices
	room    chan struct{} // bounds the submissions at hand

	opened     atomic.Bool // Open is done
	anyLost    atomic.Bool // see lost
	replicated atomic.Bool // every server that writes has a replica

	mu     sync.Mutex
	closed bool
	known  map[string]known // by survey
	lost   map[part]bool    // those that are not what is known
	lanes  map[part]*lane

	renewed map[string]renewal // server → what was done about its files after a Forget

	work   sync.WaitGroup // what must end before the client is closed
	ctx    context.Context
	cancel context.CancelFunc
	close  func() error
}

// Open connects to the Redis at that address (for its forms see newClient) and
// checks that it will keep what it acknowledges. A *StartError says what to mend.
func Open(ctx context.Context, address string, opts Options) (*Store, error) {
	quiet()
	client, err := newClient(address)
	if err != nil {
		return nil, err
	}
	s := &Store{
		client: client, now: opts.Now, log: opts.Logger, weak: opts.AllowWeakDurability, looking: opts.Looking, hub: notice.NewHub(),
		room: make(chan struct{}, queueLimit), known: map[string]known{}, lost: map[part]bool{}, lanes: map[part]*lane{}, renewed: map[string]renewal{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	_, s.cluster = client.(*redis.ClusterClient)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.notices = newNotices(s, rand.Text())
	s.close = sync.OnceValue(s.shut)
	s.guard()
	err = s.startCheck(ctx)
	if err == nil {
		err = s.checkPermissions(ctx)
	}
	if err == nil && !opts.restoring {
		err = s.checkRestore(ctx)
	}
	if err != nil {
		return nil, errors.Join(explain(err), s.Close())
	}
	s.opened.Store(true)
	s.background(s.keep)
	s.background(s.notices.publish)
	return s, nil
}

// Close answers what is queued and ends the connections. It may be called again.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.hub.Close()
	s.work.Wait()
	return s.client.Close()
}

// enter says that something begins which Close must wait for; leave ends it.
func (s *Store) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.work.Add(1)
	return true
}

func (s *Store) leave() { s.work.Done() }

// background runs f until the store closes. It gives false when that has begun.
func (s *Store) background(f func(context.Context)) bool {
	if !s.enter() {
		return false
	}
	go func() {
		defer s.leave()
		f(s.ctx)
	}()
	return true
}
