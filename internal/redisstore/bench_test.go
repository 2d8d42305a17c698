package redisstore

import (
	"context"
	"encoding/csv"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/internal/redisstore/redistest"
	"jindu/survey"
)

// BenchmarkSubmitRatio compares submissions with redis-benchmark (-P 1) calling the
// same script with one response each, as many at once, on the same server. Both
// share the machine with the server, and wait for its disk.
func BenchmarkSubmitRatio(b *testing.B) {
	for _, atOnce := range []int{64, 256} {
		b.Run(fmt.Sprint(atOnce), func(b *testing.B) {
			server := redistest.Start(b)
			s := openTest(b, server.URL(), nil)
			if _, err := s.Submit(b.Context(), loadResponse(0)); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			fill(b, s, 1, int64(b.N), atOnce)
			ours := float64(b.N) / b.Elapsed().Seconds()
			b.StopTimer()
			theirs := redisBenchmark(b, s, server, max(b.N, 20_000), atOnce)
			b.ReportMetric(ours, "submissions/s")
			b.ReportMetric(theirs, "redis-benchmark/s")
			b.ReportMetric(ours/theirs, "ratio")
		})
	}
}

// fill submits n persons from the given one on.
func fill(b *testing.B, s *Store, from, n int64, atOnce int) {
	b.Helper()
	var wg sync.WaitGroup
	var next atomic.Int64
	for range atOnce {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < n; i = next.Add(1) - 1 {
				if _, err := s.Submit(context.Background(), loadResponse(from+i)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// redisBenchmark gives the requests per second of redis-benchmark.
func redisBenchmark(b *testing.B, s *Store, server *redistest.Server, n, clients int) float64 {
	b.Helper()
	l := s.lane(home(loadSurvey))
	sub := &submission{response: loadResponse(0), words: numbered(loadResponse(0))}
	batch := newBatch(l.part, []*submission{sub})
	batch.encode(*l.numbers.Load())
	// A command line has no NUL, and the script does not mind another byte: give the
	// words of that spelling the same numbers.
	plain := strings.NewReplacer("\x00", "\x01")
	for w, n := range *l.numbers.Load() {
		if err := s.client.HSet(b.Context(), l.part.words(), plain.Replace(w), n).Err(); err != nil {
			b.Fatal(err)
		}
	}
	args := []any{submitScript.Hash(), len(batch.keys)}
	for _, k := range batch.keys {
		args = append(args, k)
	}
	host, port, _ := net.SplitHostPort(server.Addr)
	line := []string{"-h", host, "-p", port, "-P", "1", "-c", strconv.Itoa(clients), "-n", strconv.Itoa(n), "-r", "1000000000", "--csv", "evalsha"}
	for i, a := range append(args, batch.args...) {
		if p, ok := a.([]byte); ok {
			a = string(p)
		}
		text := plain.Replace(fmt.Sprint(a))
		if i == len(args)+3+2*len(batch.words)+2 {
			text = "__rand_int__abcd" // the dedup row
		}
		line = append(line, text)
	}
	out, err := exec.Command("redis-benchmark", line...).Output()
	if err != nil {
		b.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
	if err != nil || len(rows) != 2 {
		b.Fatalf("%v: %s", err, out)
	}
	rate, err := strconv.ParseFloat(rows[1][1], 64)
	if err != nil {
		b.Fatal(err)
	}
	if added := s.client.XLen(b.Context(), l.part.log()).Val(); added < int64(n) {
		b.Fatalf("redis-benchmark stored too little: %d entries", added)
	}
	return rate
}

// BenchmarkMemoryRatio measures what 200,000 responses of 8 answers at 24 townships
// take in Redis, all included, against the goal of 130 bytes each; and the reading
// of their tally.
func BenchmarkMemoryRatio(b *testing.B) {
	const responses, goal = 200_000, 130
	for range b.N {
		server := redistest.Start(b, "--appendonly", "no")
		s := openWeak(b, server.URL())
		before := usedMemory(b, server)
		fill(b, s, 0, responses, 64)
		each := float64(usedMemory(b, server)-before) / responses
		b.ReportMetric(each, "B/response")
		b.ReportMetric(each/goal, "ratio")
		p50, p99 := tallyTimes(b, s, 2000)
		b.ReportMetric(p50, "tally-p50-ms")
		b.ReportMetric(p99, "tally-p99-ms")
	}
}

// BenchmarkGrowth tells the same, and the speed, from 10 thousand to 1 million.
func BenchmarkGrowth(b *testing.B) {
	for range b.N {
		server := redistest.Start(b)
		s := openTest(b, server.URL(), nil)
		before := usedMemory(b, server)
		var have int64
		for _, n := range []int64{10_000, 100_000, 200_000, 1_000_000} {
			began := time.Now()
			fill(b, s, have, n-have, 64)
			rate := float64(n-have) / time.Since(began).Seconds()
			have = n
			p50, p99 := tallyTimes(b, s, 1000)
			b.Logf("%8d responses: %.0f submissions/s since the last line, %.1f bytes each, tally p50 %.2f ms, p99 %.2f ms",
				n, rate, float64(usedMemory(b, server)-before)/float64(n), p50, p99)
		}
	}
}

func openWeak(b *testing.B, url string) *Store {
	b.Helper()
	s, err := Open(b.Context(), url, Options{AllowWeakDurability: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

func usedMemory(b *testing.B, server *redistest.Server) int64 {
	b.Helper()
	client := server.Client()
	defer client.Close()
	for line := range strings.Lines(client.Info(b.Context(), "memory").Val()) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), "used_memory:"); ok {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatal("no memory")
	return 0
}

// tallyTimes reads the roll-up so often, and gives milliseconds.
func tallyTimes(b *testing.B, s *Store, n int) (p50, p99 float64) {
	b.Helper()
	times := make([]time.Duration, n)
	for i := range times {
		began := time.Now()
		t, err := s.Tally(b.Context(), loadSurvey, survey.Filter{Level: survey.ByTownship})
		if err != nil || len(t.Rows) != 24 {
			b.Fatalf("%d rows, %v", len(t.Rows), err)
		}
		times[i] = time.Since(began)
	}
	slices.Sort(times)
	return times[n/2].Seconds() * 1000, times[n*99/100].Seconds() * 1000
}
