package backup_test

import (
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/content"
	"jindu/internal/redisstore"
	"jindu/internal/respondent"
	"jindu/internal/sqlitestore"
	"jindu/survey"
)

func TestSpeed(t *testing.T) {
	mode := os.Getenv("SPEED")
	if mode == "" { t.Skip() }
	lib, _ := content.Load("")
	q := lib.Questionnaires["qiongshan-2026"]
	var s survey.Store
	var err error
	var args []string
	if mode == "redis" {
		s, err = redisstore.Open(t.Context(), "redis://127.0.0.1:17999/0", redisstore.Options{})
		args = []string{"--redis-url", "redis://127.0.0.1:17999/0"}
	} else {
		s, err = sqlitestore.Open(t.Context(), "/tmp/j/data/jindu.db", sqlitestore.Options{})
		args = []string{"--data", "/tmp/j/data"}
	}
	if err != nil { t.Fatal(err) }
	run := func(rate int, stop func(done chan struct{})) (float64, time.Duration, time.Duration) {
		done := make(chan struct{})
		var n atomic.Int64
		var mu sync.Mutex
		var lat []time.Duration
		began := time.Now()
		var wg sync.WaitGroup
		workers := 64
		var tick *time.Ticker
		if rate > 0 { tick = time.NewTicker(time.Second / time.Duration(rate)) }
		for range workers {
			wg.Go(func() {
				for {
					select { case <-done: return; default: }
					if tick != nil { select { case <-tick.C: case <-done: return } }
					r := &survey.Response{Survey: q.ID, Version: 1, Fingerprint: q.Fingerprint, Tier: "device", At: time.Now()}
					rand.Read(r.ID[:]); var p respondent.Pseudonym; rand.Read(p[:]); r.Respondent = p
					r.Place = q.Place.Children[int(p[0])%len(q.Place.Children)].Code
					for j, x := range q.Questions { if len(x.Options) > 0 { r.Answers = append(r.Answers, survey.Answer{Question: x.ID, Options: []string{x.Options[int(p[1+j])%len(x.Options)].ID}}) } }
					r.Cells = survey.Cells(q, r.Tier, nil, r.Answers)
					b := time.Now()
					if _, err := s.Submit(context.Background(), r); err != nil { t.Error(err); return }
					d := time.Since(b)
					n.Add(1)
					mu.Lock(); lat = append(lat, d); mu.Unlock()
				}
			})
		}
		stop(done)
		wg.Wait()
		slices.Sort(lat)
		return float64(n.Load()) / time.Since(began).Seconds(), lat[len(lat)/2], lat[len(lat)*99/100]
	}
	alone := func(done chan struct{}) { time.Sleep(10 * time.Second); close(done) }
	during := func(done chan struct{}) {
		c := exec.Command("/tmp/j/jindu", append([]string{"backup", "--out", "/tmp/j/b3.jindu"}, args...)...)
		if os.Getenv("NICE") != "" { c = exec.Command("nice", append([]string{"-n", "19", "/tmp/j/jindu", "backup", "--out", "/tmp/j/b3.jindu"}, args...)...) }
		b := time.Now()
		out, err := c.CombinedOutput()
		t.Log(time.Since(b), err, strings.TrimSpace(string(out)))
		close(done)
	}
	for _, rate := range []int{500} {
		for range 2 {
			r, p50, p99 := run(rate, alone)
			t.Logf("rate %d alone:  %.0f/s p50 %v p99 %v", rate, r, p50, p99)
			r, p50, p99 = run(rate, during)
			t.Logf("rate %d backup: %.0f/s p50 %v p99 %v", rate, r, p50, p99)
		}
	}
}
