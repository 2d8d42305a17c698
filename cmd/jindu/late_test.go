package main

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/bot"
	"jindu/bot/wechat"
	"jindu/bot/wechat/api"
	"jindu/bot/wechat/fake"
	"jindu/internal/respondent"
)

// slowBot takes longer than WeChat waits.
type slowBot struct{ asked atomic.Int64 }

func (b *slowBot) Begin(m bot.Message) (bot.Reply, func(context.Context) (bot.Reply, error)) {
	return bot.Reply{}, func(ctx context.Context) (bot.Reply, error) { return b.answer(ctx, m) }
}

func (b *slowBot) answer(ctx context.Context, m bot.Message) (bot.Reply, error) {
	if m.Kind != bot.Text {
		return bot.Reply{}, nil
	}
	b.asked.Add(1)
	select {
	case <-time.After(6 * time.Second):
		return bot.Reply{Text: "依托咪酯是第二类精神药品。"}, nil
	case <-ctx.Done():
		return bot.Reply{}, ctx.Err()
	}
}

// An answer that takes 6 s comes once: as a message of its own where the account
// may write, else to WeChat's second attempt.
func TestLateAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		kind     fake.Kind
		attempts int
	}{
		"service account":                 {fake.VerifiedService, 1},
		"unverified subscription account": {fake.UnverifiedSubscription, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			platform := startFake(t, fake.Config{Kind: c.kind})
			client, err := api.New(api.Config{AppID: platform.AppID, AppSecret: platform.AppSecret, BaseURL: platform.URL})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			account := newOfficialAccount(client, api.NewLocal(time.Now), slog.New(slog.DiscardHandler))
			if again := account.look(t.Context()); again != rightsEvery {
				t.Errorf("the rights are not known; asked again after %v", again)
			}
			keys, err := respondent.NewKeys([]byte(testSecret))
			if err != nil {
				t.Fatal(err)
			}
			slow := &slowBot{}
			webhook, err := wechat.New(wechat.Config{
				Token: platform.Token, Answerer: slow, Letters: letters{account, nil}, Keys: keys, Now: time.Now, RateFollower: 9, Inflight: 9,
				Log: slog.New(slog.DiscardHandler), Busy: func() string { return "busy" }, RateLimited: func() string { return "slow down" },
			})
			if err != nil {
				t.Fatal(err)
			}
			gin.SetMode(gin.ReleaseMode)
			routes := gin.New()
			webhook.Register(routes)
			server := httptest.NewServer(routes)
			defer server.Close()
			platform.SetCallback(server.URL + "/wechat")

			alice := platform.Person("alice")
			if _, err := alice.Follow(t.Context()); err != nil {
				t.Fatal(err)
			}
			d, err := alice.Say(t.Context(), "依托咪酯是什么")
			if err != nil || len(d.Attempts) != c.attempts {
				t.Fatalf("%+v %v", d, err)
			}
			if took := d.Attempts[0].Took; c.attempts == 1 && (took < 4*time.Second || took > 5*time.Second) {
				t.Errorf("the first attempt took %v", took)
			}
			text := d.Text()
			if c.attempts == 1 {
				if text != "" {
					t.Errorf("a reply %q", text)
				}
				text = letter(t, alice)
			}
			if !strings.Contains(text, "第二类精神药品") {
				t.Errorf("%q", text)
			}
			noLetter(t, alice)
			if n := slow.asked.Load(); n != 1 {
				t.Errorf("the bot was asked %d times", n)
			}
		})
	}
}
