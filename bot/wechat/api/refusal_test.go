package api_test

import (
	"bytes"
	"errors"
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
		{45011, api.ErrTooOften, []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second}},
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
