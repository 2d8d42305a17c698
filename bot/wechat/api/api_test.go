package api_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"jindu/bot/wechat/api"
	"jindu/bot/wechat/fake"
)

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 6, 26, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// journal is a log that can be read while it is written.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// world is a WeChat with a client of it.
type world struct {
	*fake.Server
	*clock
	client *api.Client
	log    *journal
}

func newWorld(t *testing.T, cfg fake.Config) *world {
	t.Helper()
	w := &world{clock: newClock(), log: &journal{}}
	cfg.Now = w.clock.Now
	var err error
	if w.Server, err = fake.Start(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Server.Close)
	w.client = w.newClient(t, nil)
	return w
}

func (w *world) config(shared api.Shared) api.Config {
	return api.Config{
		AppID: w.AppID, AppSecret: w.AppSecret, BaseURL: w.URL, Shared: shared, Now: w.clock.Now,
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

func (w *world) newClient(t *testing.T, shared api.Shared) *api.Client {
	t.Helper()
	c, err := api.New(w.config(shared))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// Now is ambiguous between the clock and the fake's configuration.
func (w *world) Now() time.Time { return w.clock.Now() }

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func wantCalls(t *testing.T, w *world, name string, want int) {
	t.Helper()
	if got := w.Calls(name); got != want {
		t.Errorf("%s was called %d times, want %d", name, got, want)
	}
}
