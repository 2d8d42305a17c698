package redisstore

import (
	"errors"
	"sync"
	"testing"
	"time"

	"jindu/bot/wechat/api"
	"jindu/bot/wechat/api/sharedtest"
	"jindu/bot/wechat/fake"
	"jindu/internal/redisstore/redistest"
	"jindu/survey"
)

func TestShared(t *testing.T) {
	server := redistest.Start(t)
	sharedtest.Run(t, func(t *testing.T) api.Shared { return openTest(t, server.URL(), time.Now).Shared() }, time.Sleep)
}

// A Redis that is away fails soon, and locks nothing for good.
func TestSharedAway(t *testing.T) {
	server := redistest.Start(t)
	shared := openTest(t, server.URL(), time.Now).Shared()
	server.Kill()
	if _, err := shared.Get(t.Context(), "x"); !errors.Is(err, survey.ErrUnavailable) {
		t.Error(err)
	}
	if _, ok, err := shared.Lock(t.Context(), "x", time.Minute); ok || err == nil {
		t.Error(ok, err)
	}
	if err := shared.Set(t.Context(), "x", "y", time.Minute); err == nil {
		t.Error("set")
	}
}

// The processes of an account fetch one access token together.
func TestOneTokenForAllProcesses(t *testing.T) {
	server := redistest.Start(t)
	wechat, err := fake.Start(fake.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(wechat.Close)
	var clients []*api.Client
	for range 4 {
		client, err := api.New(api.Config{
			AppID: wechat.AppID, AppSecret: wechat.AppSecret, BaseURL: wechat.URL, Shared: openTest(t, server.URL(), time.Now).Shared(),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(client.Close)
		clients = append(clients, client)
	}
	all := func() {
		var wait sync.WaitGroup
		for _, c := range clients {
			for range 8 {
				wait.Go(func() {
					if err := c.CheckToken(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wait.Wait()
	}
	all()
	if n := wechat.Calls("stable_token"); n != 1 {
		t.Errorf("%d fetches on a cold start", n)
	}
	wechat.Revoke()
	all()
	if n := wechat.Calls("stable_token"); n != 2 {
		t.Errorf("%d fetches after the token was revoked", n)
	}
}
