package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"jindu/bot"
	"jindu/bot/quiz"
	"jindu/bot/wechat"
	"jindu/bot/wechat/api"
	"jindu/bot/wechat/fake"
	"jindu/content"
	"jindu/internal/redisstore"
	"jindu/internal/redisstore/redistest"
)

// lettersOf an account, in one process of several.
func lettersOf(t *testing.T, platform *fake.Server, shared api.Shared, lib *content.Library) letters {
	t.Helper()
	client, err := api.New(api.Config{AppID: platform.AppID, AppSecret: platform.AppSecret, BaseURL: platform.URL, Shared: shared})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return letters{newOfficialAccount(client, shared, slog.New(slog.DiscardHandler)), func() *content.Library { return lib }}
}

// A retry of WeChat's that reaches another process brings no second picture; another
// message does. What was surely not sent may be tried again.
func TestPictureOverTwoProcesses(t *testing.T) {
	lib, err := content.Load("")
	if err != nil {
		t.Fatal(err)
	}
	id := ""
	for id = range lib.Pictures {
		break
	}
	redis := redistest.Start(t)
	open := func() api.Shared {
		store, err := redisstore.Open(t.Context(), redis.URL(), redisstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return store.Shared()
	}
	platform := startFake(t, fake.Config{})
	here, there := lettersOf(t, platform, open(), lib), lettersOf(t, platform, open(), lib)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	alice := platform.Person("alice")
	first, second := quiz.MessageKey{1}, quiz.MessageKey{2}
	if err := here.SendPicture(ctx, bot.OpenID(alice.ID), first, id); !errors.Is(err, wechat.ErrMayNot) {
		t.Error(err) // she does not follow
	}
	if _, err := alice.Follow(ctx); err != nil {
		t.Log(err) // there is no callback; she follows all the same
	}
	for i, c := range []struct {
		letters
		message quiz.MessageKey
		want    error
	}{{here, first, nil}, {there, first, wechat.ErrSent}, {here, first, wechat.ErrSent}, {there, second, nil}} {
		if err := c.SendPicture(ctx, bot.OpenID(alice.ID), c.message, id); !errors.Is(err, c.want) {
			t.Errorf("%d: %v", i, err)
		}
	}
	for range 2 {
		if png, err := alice.Picture(ctx); err != nil || string(png) != lib.Pictures[id].PNG {
			t.Errorf("%d bytes, %v", len(png), err)
		}
	}
	gone, leave := context.WithCancel(ctx)
	leave()
	if _, err := alice.Picture(gone); err == nil {
		t.Error("a picture came twice")
	}
}

// hungShared is a Redis that hangs.
type hungShared struct {
	*api.Local
	never chan struct{}
}

func (s hungShared) Lock(ctx context.Context, key string, ttl time.Duration) (func(), bool, error) {
	<-s.never
	return nil, false, errors.New("away")
}

// A Redis that hangs costs a picture no more than a moment.
func TestClaimDoesNotWait(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	l := letters{officialAccount: &officialAccount{shared: hungShared{nil, never}}}
	began := time.Now()
	if _, mine := l.claim(t.Context(), quiz.MessageKey{1}); !mine {
		t.Error("nobody sends it")
	}
	if took := time.Since(began); took < claimWait || took > claimWait+2*time.Second {
		t.Errorf("took %v", took)
	}
}
