package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"jindu/bot/wechat/fake"
)

// Floods at the callback, of strangers with large bodies and of one follower who
// never stops, keep nobody else waiting.
func TestFloodStarvesNobody(t *testing.T) {
	wechat := startFake(t, fake.Config{AESKey: strings.Repeat("kQ3", 14) + "0"})
	p := serve(t, accountSettings(t, wechat, nil))
	wechat.SetCallback(p.base + "/wechat")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var floods sync.WaitGroup
	strangers, refused := 0, 0
	var mu sync.Mutex
	body := bytes.Repeat([]byte("x"), 60<<10)
	for range 8 {
		floods.Go(func() {
			for n := 0; n < 2000 && ctx.Err() == nil; n++ {
				resp, err := http.Post(p.base+"/wechat?signature=x&timestamp=1&nonce=1&encrypt_type=aes&msg_signature=x", "text/xml", bytes.NewReader(body))
				mu.Lock()
				strangers++
				if err != nil { // hung up on in the middle of the body
					refused++
				} else if resp.StatusCode == http.StatusForbidden {
					refused++
				}
				mu.Unlock()
				if err == nil {
					_, _ = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
			}
		})
	}
	mallory := wechat.Person("mallory")
	said, silent := 0, 0
	for range 8 {
		floods.Go(func() {
			for n := 0; n < 2000 && ctx.Err() == nil; n++ {
				d, err := mallory.Say(ctx, "依托咪酯是什么")
				if ctx.Err() != nil {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if said++; d.Reply == nil {
					silent++
				}
				mu.Unlock()
			}
		})
	}
	var slowest time.Duration
	for range 50 {
		start := time.Now()
		r := reply(t)(wechat.Person("alice").Say(t.Context(), "依托咪酯是什么"))
		slowest = max(slowest, time.Since(start))
		if !strings.Contains(r.Text, "第二类精神药品") {
			t.Errorf("%s", r.Text)
		}
	}
	stop()
	floods.Wait()
	t.Logf("the slowest of 50 answers took %v beside %d strangers and %d messages of one follower", slowest, strangers, said)
	if slowest > time.Second*raceFactor {
		t.Error("too slow")
	}
	if refused != strangers || said > 200 && silent < said-125 {
		t.Errorf("%d of %d strangers refused, %d of %d messages without an answer", refused, strangers, silent, said)
	}
}
