package wechat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"jindu/bot"
)

// halves answers some at once and waits for a store with others.
type halves struct {
	store func(context.Context) error
}

func (h halves) Begin(m bot.Message) (bot.Reply, func(context.Context) (bot.Reply, error)) {
	ask := func(ctx context.Context) (bot.Reply, error) {
		if err := h.store(ctx); err != nil {
			return bot.Reply{}, err
		}
		return bot.Reply{Text: "question 1", Outcome: bot.Command}, nil
	}
	switch m.Text {
	case "help!":
		return bot.Reply{Text: "call 120", Outcome: bot.Crisis}, nil
	case "quiz":
		return bot.Reply{}, ask
	case "drug":
		return bot.Reply{Text: "about the drug", Outcome: bot.Answered}, ask
	}
	return bot.Reply{Text: "the law", Outcome: bot.Answered}, nil
}

func hang(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

// A few followers who start quizzes while the store hangs take no place from who asks
// about the law, and none from most of who wait for the store. Whoever needs help gets
// it at once, however often they wrote.
func TestHungStoreHoldsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(t, plainAccount, nil)
		cfg.Answerer, cfg.Inflight, cfg.RateFollower = halves{hang}, 64, 100
		h := testEngine(t, cfg)
		var all sync.WaitGroup
		ask := func(from, text, id string) {
			all.Go(func() { attempt(t, h, textMessage(from, text, id)) })
		}
		for i := range 100 * 6 {
			ask(fmt.Sprint("oFlood", i%6), "quiz", fmt.Sprint(i))
		}
		synctest.Wait()
		expect := func(from, text, want string) {
			t.Helper()
			if got := attempt(t, h, textMessage(from, text, "of "+from+text)); got.text != want || got.took != 0 {
				t.Errorf("%s: %+v", text, got)
			}
		}
		expect("oAlice", "law", "the law")
		expect("oAlice", "help!", "call 120")
		expect("oFlood1", "help!", "call 120") // who has written too often
		expect("oFlood1", "law", "slow down")
		// Each has a share of the places, so there is one for others.
		ask("oBob", "quiz", "of Bob")
		synctest.Wait()
		for i := range 100 {
			ask(fmt.Sprint("oMany", i), "quiz", "x")
		}
		synctest.Wait()
		// Now all are taken.
		expect("oAlice", "quiz", "busy")
		expect("oAlice", "drug", "about the drug")
		expect("oAlice", "law", "the law")
		expect("oAlice", "help!", "call 120")
		all.Wait()
		time.Sleep(time.Minute)
		expect("oAlice", "law", "the law")
	})
}

// The share of one follower is given back.
func TestPlaces(t *testing.T) {
	p := newPlaces(64)
	alice, bob := [16]byte{1}, [16]byte{2}
	for range 3 {
		for i := range 9 {
			if ok := p.take(alice); ok != (i < 8) {
				t.Errorf("%d: %v", i, ok)
			}
		}
		if !p.take(bob) {
			t.Error("one follower takes another's")
		}
		for range 8 {
			p.give(alice)
		}
		p.give(bob)
	}
	if p.n() != 0 || len(p.by) != 0 {
		t.Errorf("%d taken, %v", p.n(), p.by)
	}
	for i := range 64 {
		if !p.take([16]byte{3, byte(i)}) {
			t.Errorf("no place %d", i)
		}
	}
	if p.take(bob) {
		t.Error("more than all")
	}
}

// A store that is away is a few lines in the log, however many ask.
func TestFailuresInTheLog(t *testing.T) {
	var log strings.Builder
	cfg := testConfig(t, plainAccount, nil)
	cfg.Answerer = halves{func(context.Context) error { return errors.New("away") }}
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	h := testEngine(t, cfg)
	for i := range 100 {
		if got := plainAccount.content(t, h, textMessage(fmt.Sprint("o", i), "quiz", "1")); got != "busy" {
			t.Errorf("%q", got)
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "no answer from the bot") || !strings.Contains(log.String(), "away") {
		t.Errorf("%d lines:\n%s", n, log.String())
	}
}

// A panic of what answers at once is a polite answer too.
func TestBeginPanics(t *testing.T) {
	cfg := testConfig(t, plainAccount, nil)
	cfg.Answerer = panics{}
	if got := plainAccount.content(t, testEngine(t, cfg), textMessage("oAlice", "x", "1")); got != "busy" {
		t.Errorf("%q", got)
	}
}

type panics struct{}

func (panics) Begin(bot.Message) (bot.Reply, func(context.Context) (bot.Reply, error)) { panic("oh") }
