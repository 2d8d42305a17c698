package main

import (
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// given is an answer that the server acknowledged.
type given struct {
	visitor *visitor
	values  url.Values
	receipt string
}

// A server that is killed under load loses nothing that it had acknowledged.
// JINDU_KILL_ROUNDS runs more rounds by hand.
func TestKilledUnderLoad(t *testing.T) {
	rounds := 3
	if n, err := strconv.Atoi(os.Getenv("JINDU_KILL_ROUNDS")); err == nil {
		rounds = n
	}
	set := testSettings(t.TempDir(), nil)
	var acknowledged []given
	for range rounds {
		p := serve(t, set)
		codes := minted(t, set, p.base, "--place", "460107")
		answered := make(chan given, 64)
		var all sync.WaitGroup
		for worker := range 64 {
			all.Go(func() {
				for at := codes[worker%len(codes)].URL; ; {
					g, ok := answer(t, at)
					if !ok {
						return // killed
					}
					answered <- g
				}
			})
		}
		go func() { all.Wait(); close(answered) }()
		n := 0
		for g := range answered {
			acknowledged = append(acknowledged, g)
			if n++; n == 200 {
				go p.stop(syscall.SIGKILL)
			}
		}
		<-p.gone
	}
	p := serve(t, set)
	at := minted(t, set, p.base, "--place", "460107101")[0].URL
	for _, g := range acknowledged {
		if status, s := g.visitor.submit(at, g.values); status != 200 || s.Receipt != g.receipt {
			t.Errorf("receipt %s is now %d %+v", g.receipt, status, s)
		}
	}
	total := tallyOf(t, p.base).Total.Responses
	t.Logf("%d acknowledged, %d counted", len(acknowledged), total)
	if total < int64(len(acknowledged)) {
		t.Error("acknowledged answers are gone")
	}
	if r := runCommand(t, set, "audit", "qiongshan-2026"); r.code != 0 || !strings.Contains(r.out, strconv.FormatInt(total, 10)+" 份") {
		t.Errorf("audit: %+v", r)
	}
}

// answer is one new person at the page of a ticket; false when the server is gone.
func answer(t testing.TB, at string) (given, bool) {
	v := newVisitor(t)
	defer v.CloseIdleConnections()
	resp, err := v.Get(at)
	if err != nil {
		return given{}, false
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		return given{}, false
	}
	values := form(t, string(page), answers())
	status, s, err := v.try(at, values)
	if err != nil || status != 200 {
		return given{}, false
	}
	return given{v, values, s.Receipt}, true
}
