package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"jindu/internal/redisstore/redistest"
)

// Redis hangs, and a few followers ask for a quiz as often as they may and more. Who
// asks about the law, or has an emergency, is answered as fast as ever, and the log
// stays readable.
func TestQuizFloodWhileRedisHangs(t *testing.T) {
	redis := redistest.Start(t)
	p := serve(t, redisSettings(t, redis.URL(), map[string]string{"JINDU_WEBHOOK_INFLIGHT": "128"}))
	redis.Freeze()
	var flood sync.WaitGroup
	for i := range 6 * 110 {
		flood.Go(func() {
			body := textMessage(fmt.Sprint("oFlood", i%6), "答题", fmt.Sprint(i+1))
			if res, err := http.Post(p.base+"/wechat?"+callback(testToken, time.Now()), "text/xml", strings.NewReader(body)); err == nil {
				res.Body.Close() // or the server hung up: it has no answer yet
			}
		})
	}
	ended := make(chan struct{})
	go func() { flood.Wait(); close(ended) }()
	var took []time.Duration
	for over := false; !over; {
		select {
		case <-ended:
			over = true
		default:
		}
		for _, q := range statelessQuestions {
			began := time.Now()
			reply := (&follower{t: t, base: p.base, id: fmt.Sprint("oAsker", len(took))}).say(q.ask)
			took = append(took, time.Since(began))
			if !strings.Contains(reply, q.want) {
				t.Errorf("%s: %s", q.ask, reply)
			}
		}
	}
	t.Logf("%d answers, p50 %v, p99 %v", len(took), percentile(took, 50), percentile(took, 99))
	if p99 := percentile(took, 99); p99 > time.Second*raceFactor { // two cores, and the flood
		t.Errorf("p99 %v", p99)
	}
	if n := strings.Count(p.output(), `msg="no answer from the bot`); n == 0 || n > 4 {
		t.Errorf("%d lines of failures", n)
	}
}
