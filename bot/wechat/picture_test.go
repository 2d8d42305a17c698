package wechat

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"jindu/bot"
)

// A picture goes out before its reply, once, and the reply keeps its words and
// choices. Where it cannot be sent, or not soon, the reply leads to it.
func TestPictureBeforeItsReply(t *testing.T) {
	question := bot.Reply{Text: "图上是什么？", Picture: "naicha", Choices: []bot.Choice{{Label: "A. 奶茶", Send: "A", ID: "q:1:A"}}}
	looks := bot.Reply{Text: "看图", Picture: "naicha", News: &bot.News{Title: "看图", URL: "https://x.example/learn/drugs/a"}}
	for name, c := range map[string]struct {
		letters *letters
		sent    bool
		waited  time.Duration
	}{
		"may":        {&letters{ready: true}, true, 0},
		"may not":    {&letters{}, false, 0},
		"no account": {nil, false, 0},
		"fails":      {&letters{ready: true, fail: errors.New("45047")}, false, 0},
		"slow":       {&letters{ready: true, hang: true}, false, pictureTime},
		"elsewhere":  {&letters{ready: true, fail: ErrSent}, true, 0}, // WeChat's retry, in another process
	} {
		for _, reply := range []bot.Reply{question, looks} {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				cfg := testConfig(t, plainAccount, func(context.Context, bot.Message) (bot.Reply, error) { asked++; return reply, nil })
				if c.letters != nil {
					c.letters.sent = make(chan string, 9)
					cfg.Letters = c.letters
				}
				h := testEngine(t, cfg)
				for range 2 { // a retry, when the reply was lost on its way
					began := time.Now()
					_, body := send(h, plainAccount.post(time.Now(), textMessage("oAlice", "x", "1")))
					if took := time.Since(began); took > c.waited {
						t.Errorf("%s: took %v", name, took)
					}
					if isCard := strings.Contains(body, "[news]"); isCard != (reply.News != nil && !c.sent) {
						t.Errorf("%s: %s", name, body)
					}
					if reply.News == nil && !strings.Contains(body, "图上是什么？") || reply.News == nil && !strings.Contains(body, "msgmenuid=q:1:A") {
						t.Errorf("%s: %s", name, body)
					}
				}
				if !c.sent {
					return
				}
				if got := <-c.letters.sent; got != "oAlice: picture naicha" || len(c.letters.sent) > 0 || asked != 1 {
					t.Errorf("%s: %q and %d more, asked %d times", name, got, len(c.letters.sent), asked)
				}
			})
		}
	}
}
