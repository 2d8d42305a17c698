package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jindu/internal/redisstore/redistest"
)

// Bounds hold over all processes: who is sent to another one by the balancer is
// not counted anew.
func TestBoundsAcrossProcesses(t *testing.T) {
	redis := redistest.Start(t)
	set := redisSettings(t, redis.URL(), map[string]string{"JINDU_RATE_TICKET": "24", "JINDU_RATE_FOLLOWER": "24"})
	processes := []*program{serve(t, set), serve(t, set)}
	base := func(i int) string { return processes[i%2].base }
	const own = 2 * 24 / 8 // what each gives by itself

	t.Run("submissions", func(t *testing.T) {
		at := townships(t, set)[0]
		var who resident
		for i := range 2 {
			if err := who.open(t, base(i)+at); err != nil {
				t.Fatal(err)
			}
		}
		accepted := 0
		for i := range 60 {
			status, _, err := who.post(base(i)+at, 0)
			switch {
			case err != nil:
				t.Fatal(err)
			case status == http.StatusOK:
				accepted++
			case status != http.StatusTooManyRequests:
				t.Fatal(status)
			}
		}
		if accepted < 24 || accepted > 24+own+2 { // some seconds have passed
			t.Errorf("%d submissions", accepted)
		}
	})
	t.Run("messages", func(t *testing.T) {
		// A count that comes later than 30 ms is not waited for: on a busy machine
		// it may take another round until one is counted together.
		answered := 0
		for round := range 5 {
			f := &follower{t: t, id: fmt.Sprint("oChatty", round)}
			answered = 0
			for i := range 60 {
				f.base = base(i)
				f.last++
				_, body := f.post(callback(testToken, time.Now()), textMessage(f.id, "依托咪酯是什么", fmt.Sprint(messageNumber+int64(f.last))))
				if strings.Contains(body, "第二类精神药品") {
					answered++
				}
			}
			if answered >= 24 && answered <= 24+own+2 {
				return
			}
		}
		t.Errorf("%d answers", answered)
	})
	t.Run("logins", func(t *testing.T) {
		tried := 0
		for i := range 30 {
			resp, err := crowd.PostForm(base(i)+"/office/login", url.Values{"name": {"zhang"}, "password": {"wrong-password"}})
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode == http.StatusUnauthorized {
				tried++
			}
		}
		if tried < 10 || tried > 12 {
			t.Errorf("%d passwords tried", tried)
		}
	})
	t.Run("PIN", func(t *testing.T) {
		tickets := minted(t, set, "http://jindu.test", "--place", "460107", "--assisted")
		tried := 0
		for i := range 50 {
			at := strings.TrimPrefix(tickets[i%len(tickets)].URL, "http://jindu.test")
			resp, err := crowd.PostForm(base(i)+at, url.Values{"_pin": {"000000"}})
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			switch resp.StatusCode {
			case http.StatusForbidden:
				tried++
			case http.StatusTooManyRequests:
			default:
				t.Fatal(resp.Status)
			}
		}
		if tried < 20 || tried > 21 {
			t.Errorf("%d PINs tried", tried)
		}
	})
}
