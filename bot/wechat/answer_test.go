package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"jindu/bot"
)

// result is how one attempt ended, and when.
type result struct {
	status int
	text   string
	took   time.Duration
}

// attempt posts as WeChat does: it hangs up after 5 s.
func attempt(t testing.TB, h http.Handler, message string) result {
	start := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	status, body := send(h, plainAccount.post(time.Now(), message).WithContext(ctx))
	r := result{status: status, took: time.Since(start)}
	if status == 200 && body != success {
		got, err := plainAccount.read([]byte(body))
		if err != nil {
			t.Error(err)
		}
		r.text = got.Content
	}
	return r
}

// slow answers after a while, and counts.
func slow(after time.Duration, calls *atomic.Int64) answerFunc {
	return func(ctx context.Context, m bot.Message) (bot.Reply, error) {
		n := calls.Add(1)
		select {
		case <-ctx.Done():
			return bot.Reply{}, ctx.Err()
		case <-time.After(after):
			return bot.Reply{Text: fmt.Sprintf("answer %d", n)}, nil
		}
	}
}

// A first attempt of 6 s: WeChat hangs up, the retry gets the one answer.
func TestSlowAnswer(t *testing.T) {
	for _, c := range []struct {
		slow  time.Duration
		texts []string // of each attempt, "" for none
	}{
		{3 * time.Second, []string{"answer 1"}},
		{4600 * time.Millisecond, []string{"", "answer 1"}}, // ready before the retry comes
		{6 * time.Second, []string{"", "answer 1"}},
		{11 * time.Second, []string{"", "", "answer 1"}},
		{time.Hour, []string{"", "", "busy"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var calls atomic.Int64
			h := testEngine(t, testConfig(t, plainAccount, slow(c.slow, &calls)))
			for i, want := range c.texts {
				got := attempt(t, h, textMessage("oAlice", "x", "1"))
				if got.text != want || (want == "") != (got.status == 0) || want != "" && got.took > deadline {
					t.Errorf("%v, attempt %d: %+v", c.slow, i+1, got)
				}
			}
			if n := calls.Load(); n != 1 {
				t.Errorf("%v: asked %d times", c.slow, n)
			}
			time.Sleep(time.Minute) // for the bot to give up
		})
	}
}

// Retries in flight wait for the first and say the same.
func TestRetryInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		h := testEngine(t, testConfig(t, plainAccount, slow(2*time.Second, &calls)))
		results := make(chan result)
		for range 3 {
			go func() { results <- attempt(t, h, textMessage("oAlice", "x", "1")) }()
			time.Sleep(100 * time.Millisecond)
		}
		for range 3 {
			if r := <-results; r.text != "answer 1" {
				t.Errorf("%+v", r)
			}
		}
		if n := calls.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// A store that hangs must not make WeChat stop sending: few attempts at once are
// left without an answer.
func TestHeldIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		h := testEngine(t, testConfig(t, plainAccount, slow(time.Hour, &calls)))
		results := make(chan result)
		for i := range 100 {
			go func() { results <- attempt(t, h, textMessage(fmt.Sprint("o", i), "x", "1")) }()
		}
		silent := 0
		for range 100 {
			if r := <-results; r.status == 0 {
				silent++
			} else if r.text != "busy" || r.took > deadline {
				t.Errorf("%+v", r)
			}
		}
		if silent > maxHeld {
			t.Errorf("%d attempts without an answer", silent)
		}
		time.Sleep(time.Minute)
	})
}

// Above the bound on concurrency the answer is quick, and room is given back.
func TestInflight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		cfg := testConfig(t, plainAccount, slow(time.Second, &calls))
		cfg.Inflight = 10
		h := testEngine(t, cfg)
		for round := range 3 {
			results := make(chan result)
			for i := range 30 {
				go func() { results <- attempt(t, h, textMessage(fmt.Sprint("o", i), "x", fmt.Sprint(round))) }()
			}
			busy := 0
			for range 30 {
				if r := <-results; r.text == "busy" && r.took == 0 {
					busy++
				}
			}
			if busy != 20 {
				t.Errorf("round %d: %d busy", round, busy)
			}
			synctest.Wait()
		}
	})
}

// An error or a panic of the bot is a polite answer, and the log says why
// without saying who.
func TestBotFails(t *testing.T) {
	for _, answer := range []answerFunc{
		func(context.Context, bot.Message) (bot.Reply, error) { return bot.Reply{}, errors.New("store away") },
		func(context.Context, bot.Message) (bot.Reply, error) { panic("oh") },
	} {
		h := testEngine(t, testConfig(t, plainAccount, answer))
		for range 2 {
			if got := plainAccount.content(t, h, textMessage("oAlice", "x", "1")); got != "busy" {
				t.Errorf("%q", got)
			}
		}
	}
}

// Whoever writes too often hears it once a minute, and then nothing; retries
// cost nothing and say what the first attempt said; others are not touched.
func TestRateOfOneFollower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := testConfig(t, plainAccount, echo)
		cfg.RateFollower = 3
		h := testEngine(t, cfg)
		say := func(from, id string) string {
			return plainAccount.content(t, h, textMessage(from, "words", id))
		}
		for i, want := range []string{"words", "words", "words", "slow down", "", ""} {
			for range 3 { // with two retries each
				if got := say("oAlice", fmt.Sprint(i)); got != want {
					t.Errorf("message %d: %q", i, got)
				}
			}
		}
		if got := say("oBob", "1"); got != "words" {
			t.Errorf("another follower: %q", got)
		}
		time.Sleep(time.Minute)
		if got := say("oAlice", "later"); got != "words" {
			t.Errorf("a minute later: %q", got)
		}
	})
}

// Floods do not grow memory: what is remembered is bounded by number and time.
func TestRememberedIsBounded(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	x := newExchanges(func() time.Time { return now })
	for i := range 5 * maxRemembered {
		var key [16]byte
		copy(key[:], fmt.Sprint(i))
		e, first, _ := x.join(key)
		if !first {
			t.Fatal("known")
		}
		x.settle(key, e, said{text: strings.Repeat("x", 10)}, false)
	}
	if n := len(x.recent) + len(x.older); n > 2*maxRemembered {
		t.Errorf("%d remembered", n)
	}
	now = now.Add(2*remember + time.Second)
	x.join([16]byte{1})
	now = now.Add(2*remember + time.Second)
	x.join([16]byte{2})
	if n := len(x.recent) + len(x.older); n > 2 {
		t.Errorf("%d remembered after minutes", n)
	}
}
