package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"jindu/bot/wechat/api"
	"jindu/bot/wechat/fake"
)

// A call that is made too often, or whose quota is used up, is left alone for a
// while, longer each time; web authorization too, although it has no token.
func TestBackOff(t *testing.T) {
	for _, c := range []struct {
		code  int
		kind  error
		rests []time.Duration
	}{
		{45011, api.ErrTooOften, []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, time.Minute}},
		{45009, api.ErrQuota, []time.Duration{10 * time.Minute, 20 * time.Minute, 40 * time.Minute, time.Hour, time.Hour}},
	} {
		for name, call := range map[string]func(*world) error{
			"sns/oauth2/access_token": func(w *world) error { _, err := w.client.Exchange(t.Context(), "a-code"); return err },
			"qrcode/create":           func(w *world) error { _, err := w.client.PermanentQR(t.Context(), "x"); return err },
		} {
			w := newWorld(t, fake.Config{})
			w.Inject(fake.Fault{API: name, Code: c.code})
			for i, rest := range c.rests {
				for range 3 {
					if err := call(w); !errors.Is(err, c.kind) {
						t.Errorf("%s: %v", name, err)
					}
				}
				w.Add(rest - time.Second)
				call(w)
				wantCalls(t, w, name, i+1)
				w.Add(time.Second)
			}
			// It is well again, and a later refusal begins anew.
			w.Heal()
			if err := call(w); err != nil && !errors.Is(err, api.ErrCode) {
				t.Errorf("%s: %v", name, err)
			}
			w.Inject(fake.Fault{API: name, Code: c.code})
			call(w)
			w.Add(c.rests[0])
			call(w)
			wantCalls(t, w, name, len(c.rests)+3)
		}
	}
}

// A right that was refused is asked for again once that is in doubt; a quota is not.
func TestReconsider(t *testing.T) {
	w := newWorld(t, fake.Config{})
	w.Inject(fake.Fault{API: "sns/oauth2/access_token", Code: 48001, Times: 1})
	w.Inject(fake.Fault{API: "qrcode/create", Code: 45009, Times: 1})
	exchange := func() error { _, err := w.client.Exchange(t.Context(), "a-code"); return err }
	code := func() error { _, err := w.client.PermanentQR(t.Context(), "x"); return err }
	for range 2 {
		if err := exchange(); !errors.Is(err, api.ErrNoRight) {
			t.Error(err)
		}
	}
	if err := code(); !errors.Is(err, api.ErrQuota) {
		t.Error(err)
	}
	w.client.Reconsider()
	if err := exchange(); !errors.Is(err, api.ErrCode) {
		t.Error(err)
	}
	if err := code(); !errors.Is(err, api.ErrQuota) {
		t.Error(err)
	}
}

// A picture goes to a follower by the id that WeChat gave it.
func TestSendImage(t *testing.T) {
	w := newWorld(t, fake.Config{})
	ctx := deadline(t)
	alice := w.Person("alice")
	if _, err := alice.Follow(ctx); err != nil {
		t.Log(err) // there is no callback; she follows all the same
	}
	id, err := w.client.ImageID(ctx, picture(t, 8))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.client.SendImage(ctx, alice.ID, id); err != nil {
		t.Fatal(err)
	}
	if got, err := alice.Picture(ctx); err != nil || !bytes.Equal(got, picture(t, 8)) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if err := w.client.SendImage(ctx, w.Person("stranger").ID, id); !errors.Is(err, api.ErrCannotWrite) {
		t.Error(err)
	}
	// The id ends, and is had anew before.
	w.Add(71*time.Hour + time.Minute)
	again, err := w.client.ImageID(ctx, picture(t, 8))
	if err != nil || again == id {
		t.Error(again, err)
	}
	w.Add(2 * time.Hour)
	if w.Media(id) != nil || w.Media(again) == nil {
		t.Error("the ids do not end as WeChat's do")
	}
}

// A media id that WeChat does not know any more is had anew, once, and the new one is
// kept.
func TestMediaIDThatEnded(t *testing.T) {
	const send, upload = "message/custom/send", "media/upload"
	w := newWorld(t, fake.Config{})
	ctx := deadline(t)
	alice := w.Person("alice")
	if _, err := alice.Follow(ctx); err != nil {
		t.Log(err) // there is no callback; she follows all the same
	}
	seen := func() {
		t.Helper()
		if got, err := alice.Picture(ctx); err != nil || !bytes.Equal(got, picture(t, 8)) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	}
	if err := w.client.SendPicture(ctx, alice.ID, picture(t, 8)); err != nil {
		t.Fatal(err)
	}
	seen()
	wantCalls(t, w, upload, 1)
	w.Inject(fake.Fault{API: send, Code: 40007, Times: 1})
	for range 2 {
		if err := w.client.SendPicture(ctx, alice.ID, picture(t, 8)); err != nil {
			t.Fatal(err)
		}
		seen()
		wantCalls(t, w, upload, 2)
	}
	wantCalls(t, w, send, 4)
	w.Inject(fake.Fault{API: send, Code: 40007})
	if err := w.client.SendPicture(ctx, alice.ID, picture(t, 8)); !errors.Is(err, api.ErrMedia) {
		t.Error(err)
	}
	wantCalls(t, w, upload, 3)
	wantCalls(t, w, send, 6)
}

// Web authorizations that hang leave connections for all else.
func TestLoginsHaveTheirShare(t *testing.T) {
	never := make(chan struct{})
	w := newWorld(t, fake.Config{})
	ctx, cancel := context.WithCancel(deadline(t))
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	defer close(never)
	const exchange = "sns/oauth2/access_token"
	w.Inject(fake.Fault{API: exchange, Until: never})
	for i := range 100 {
		all.Go(func() { w.client.Exchange(ctx, fmt.Sprint("code", i)) })
	}
	for w.Calls(exchange) < 32 {
		if ctx.Err() != nil {
			t.Fatal(ctx.Err())
		}
		time.Sleep(time.Millisecond)
	}
	began := time.Now()
	if _, err := w.client.PermanentQR(ctx, "x"); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("another call took %v", took)
	}
	wantCalls(t, w, exchange, 32)
}
