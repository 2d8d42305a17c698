package wechat

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"jindu/bot"
	"jindu/bot/quiz"
)

// letters is an account that may, or may not, write outside of a reply.
type letters struct {
	ready bool
	fail  error
	hang  bool // pictures are sent to no end
	sent  chan string
}

func (l *letters) Ready() bool { return l.ready }

func (l *letters) Send(_ context.Context, to bot.OpenID, text string) error {
	l.sent <- string(to) + ": " + text
	return l.fail
}

func (l *letters) SendPicture(ctx context.Context, to bot.OpenID, _ quiz.MessageKey, picture string) error {
	if l.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	l.sent <- string(to) + ": picture " + picture
	return l.fail
}

// Where the account may, a late answer follows as a message of its own: once, and
// no attempt gets it as well. WeChat is never left without an answer.
func TestLateAnswer(t *testing.T) {
	for _, c := range []struct {
		slow   time.Duration
		reply  string // to the first attempt
		letter string
	}{
		{3 * time.Second, "answer 1", ""},
		{4400 * time.Millisecond, "answer 1", ""},
		{4600 * time.Millisecond, "", "oAlice: answer 1"},
		{6 * time.Second, "", "oAlice: answer 1"},
		{14 * time.Second, "", "oAlice: answer 1"},
		{time.Hour, "", "oAlice: busy"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var calls atomic.Int64
			cfg := testConfig(t, plainAccount, slow(c.slow, &calls))
			post := &letters{ready: true, sent: make(chan string, 9)}
			cfg.Letters = post
			h := testEngine(t, cfg)
			first := make(chan result)
			go func() { first <- attempt(t, h, textMessage("oAlice", "x", "1")) }()
			time.Sleep(time.Second) // a retry in flight, as after a lost connection
			again := attempt(t, h, textMessage("oAlice", "x", "1"))
			for _, got := range []result{<-first, again} {
				if got.status != 200 || got.text != c.reply || got.took > deadline {
					t.Errorf("%v: %+v", c.slow, got)
				}
			}
			time.Sleep(time.Minute)
			if got := attempt(t, h, textMessage("oAlice", "x", "1")); c.letter != "" && (got.status != 200 || got.text != "") {
				t.Errorf("%v: a retry after the message got %+v", c.slow, got)
			}
			close(post.sent)
			if got := <-post.sent; got != c.letter {
				t.Errorf("%v: written %q", c.slow, got)
			}
			if more, ok := <-post.sent; ok {
				t.Errorf("%v: and %q", c.slow, more)
			}
			if n := calls.Load(); c.letter != "" && n != 1 {
				t.Errorf("%v: asked %d times", c.slow, n)
			}
		})
	}
}

// The answer comes at the very moment when the attempt is given up: it goes out
// by one of the two ways.
func TestLateAnswerAtTheDeadline(t *testing.T) {
	for i := range 50 {
		synctest.Test(t, func(t *testing.T) {
			var calls atomic.Int64
			cfg := testConfig(t, plainAccount, slow(deadline, &calls))
			post := &letters{ready: true, sent: make(chan string, 9)}
			cfg.Letters = post
			got := attempt(t, testEngine(t, cfg), textMessage("oAlice", "x", fmt.Sprint(i)))
			synctest.Wait()
			if n := len(post.sent); got.status != 200 || (got.text == "") != (n == 1) || n > 1 {
				t.Errorf("%+v and %d messages", got, n)
			}
		})
	}
}

// Where it may not, the attempt is left without an answer and the retry finds it.
func TestNoLateAnswerWithoutTheRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		cfg := testConfig(t, plainAccount, slow(6*time.Second, &calls))
		post := &letters{sent: make(chan string, 9), fail: errors.New("no right")}
		cfg.Letters = post
		h := testEngine(t, cfg)
		if got := attempt(t, h, textMessage("oAlice", "x", "1")); got.status != 0 {
			t.Errorf("%+v", got)
		}
		if got := attempt(t, h, textMessage("oAlice", "x", "1")); got.text != "answer 1" {
			t.Errorf("%+v", got)
		}
		if len(post.sent) != 0 {
			t.Error("written all the same")
		}
	})
}
