package api_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"jindu/bot/wechat/api"
	"jindu/bot/wechat/fake"
)

// stampede lets many goroutines of several processes ask at once.
func stampede(t *testing.T, clients []*api.Client, each int) {
	t.Helper()
	ctx := deadline(t)
	var wait sync.WaitGroup
	start := make(chan struct{})
	for _, c := range clients {
		for range each {
			wait.Go(func() {
				<-start
				if err := c.CheckToken(ctx); err != nil {
					t.Error(err)
				}
			})
		}
	}
	close(start)
	wait.Wait()
}

func TestTokenStampede(t *testing.T) {
	w := newWorld(t, fake.Config{})
	shared := api.NewLocal(w.Now)
	var clients []*api.Client
	for range 4 {
		clients = append(clients, w.newClient(t, shared))
	}
	stampede(t, clients, 8)
	wantCalls(t, w, "stable_token", 1)
	wantCalls(t, w, "getcallbackip", 32)

	// Another program takes the token: all find out at once, one fetches.
	w.Revoke()
	stampede(t, clients, 8)
	wantCalls(t, w, "stable_token", 2)
}

func TestTokenIsRenewedEarly(t *testing.T) {
	w := newWorld(t, fake.Config{})
	ctx := deadline(t)
	check := func(fetches int) {
		t.Helper()
		if err := w.client.CheckToken(ctx); err != nil {
			t.Fatal(err)
		}
		wantCalls(t, w, "stable_token", fetches)
	}
	check(1)
	w.Add(115 * time.Minute)
	check(1)
	w.Add(90 * time.Second) // 3.5 minutes are left
	w.Inject(fake.Fault{API: "stable_token", Times: 1, Status: 502})
	check(2) // not renewed, and the old one serves
	check(2)
	w.Add(31 * time.Second)
	check(3)
	check(3)
	w.Add(10 * time.Minute)
	check(3)
}

// While one renews, the others go on with the old token.
func TestRenewalHoldsNobodyUp(t *testing.T) {
	w := newWorld(t, fake.Config{})
	ctx := deadline(t)
	if err := w.client.CheckToken(ctx); err != nil {
		t.Fatal(err)
	}
	w.Add(117 * time.Minute)
	gate := make(chan struct{})
	w.Inject(fake.Fault{API: "stable_token", Until: gate, Times: 1})
	renewed := make(chan error)
	go func() { renewed <- w.client.CheckToken(ctx) }()
	for w.Calls("stable_token") < 2 {
		time.Sleep(time.Millisecond)
	}
	for range 8 {
		if err := w.client.CheckToken(ctx); err != nil {
			t.Fatal(err)
		}
	}
	close(gate)
	if err := <-renewed; err != nil {
		t.Fatal(err)
	}
	wantCalls(t, w, "stable_token", 2)
}

func TestRefusedToken(t *testing.T) {
	for _, code := range []int{40001, 40014, 42001} {
		w := newWorld(t, fake.Config{})
		ctx := deadline(t)
		if err := w.client.CheckToken(ctx); err != nil {
			t.Fatal(err)
		}
		first := w.AccessToken()

		// Revoked: the next token is fetched, not forced.
		w.Revoke()
		if err := w.client.CheckToken(ctx); err != nil {
			t.Fatal(err)
		}
		wantCalls(t, w, "stable_token", 2)
		second := w.AccessToken()
		if first == second {
			t.Fatal("the token did not change")
		}

		// Refused although WeChat holds it for good: a new one is forced.
		w.Inject(fake.Fault{API: "getcallbackip", Code: code, Times: 1})
		if err := w.client.CheckToken(ctx); err != nil {
			t.Fatalf("%d: %v", code, err)
		}
		wantCalls(t, w, "stable_token", 4)
		if w.AccessToken() == second {
			t.Errorf("%d: not forced", code)
		}

		// Forcing is scarce: the next time the call fails instead.
		third := w.AccessToken()
		w.Inject(fake.Fault{API: "getcallbackip", Code: code, Times: 1})
		if err := w.client.CheckToken(ctx); !errors.Is(err, api.ErrToken) {
			t.Errorf("%d: %v", code, err)
		}
		if w.AccessToken() != third {
			t.Errorf("%d: forced again", code)
		}
		w.Add(2 * time.Hour)
		if err := w.client.CheckToken(ctx); err != nil {
			t.Error(err)
		}
	}
}

// brokenShared is a store that is away.
type brokenShared struct{}

var errAway = errors.New("away")

func (brokenShared) Get(context.Context, string) (string, error)              { return "", errAway }
func (brokenShared) Set(context.Context, string, string, time.Duration) error { return errAway }
func (brokenShared) Lock(context.Context, string, time.Duration) (func(), bool, error) {
	return nil, false, errAway
}

func TestSharedStoreAway(t *testing.T) {
	w := newWorld(t, fake.Config{})
	var clients []*api.Client
	for range 3 {
		clients = append(clients, w.newClient(t, brokenShared{}))
	}
	stampede(t, clients, 8)
	wantCalls(t, w, "stable_token", 3) // one for each process; WeChat gives all the same
}

// A holder of the lock that died holds the others up only so long.
func TestLockOfTheDead(t *testing.T) {
	w := newWorld(t, fake.Config{})
	shared := api.NewLocal(w.Now)
	c := w.newClient(t, shared)
	ctx, cancel := context.WithCancel(deadline(t))
	if _, ok, _ := shared.Lock(ctx, "wechat/token/"+w.AppID+"/lock", time.Minute); !ok {
		t.Fatal("not locked")
	}
	waited := make(chan error)
	go func() { waited <- c.CheckToken(ctx) }()
	w.Add(2 * time.Minute) // the lock ends by itself
	if err := <-waited; err != nil {
		t.Fatal(err)
	}
	cancel()
}

func TestWaiterGivesUp(t *testing.T) {
	w := newWorld(t, fake.Config{})
	gate := make(chan struct{})
	w.Inject(fake.Fault{API: "stable_token", Until: gate, Times: 1})
	first := make(chan error)
	go func() { first <- w.client.CheckToken(deadline(t)) }()
	for w.Calls("stable_token") < 1 {
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.client.CheckToken(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(gate)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

// A failure is told to all who wait, not tried by each.
func TestFailureIsShared(t *testing.T) {
	w := newWorld(t, fake.Config{Whitelist: []string{"203.0.113.9"}})
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			var refused *api.Error
			err := w.client.CheckToken(deadline(t))
			if !errors.Is(err, api.ErrAddress) || !errors.As(err, &refused) || refused.Address() != "127.0.0.1" {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	wantCalls(t, w, "stable_token", 1)
}
