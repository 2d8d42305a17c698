package redisstore

import (
	"context"
	"fmt"
	"io"
	"net"
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
// share the machine with the server, wait for its disk, and take turns.
func BenchmarkSubmitRatio(b *testing.B) {
	for _, atOnce := range []int{64, 256} {
		b.Run(fmt.Sprint(atOnce), func(b *testing.B) {
			server := redistest.Start(b)
			s := openTest(b, server.URL(), nil)
			if _, err := s.Submit(b.Context(), loadResponse(0)); err != nil {
				b.Fatal(err)
			}
			var ours, theirs time.Duration
			for done := 0; done < b.N; done += benchTurn {
				n := min(b.N-done, benchTurn)
				began := time.Now()
				fill(b, s, int64(1+done), int64(n), atOnce)
				ours += time.Since(began)
				rate := redisBenchmark(b, s, server, benchTurn, atOnce)
				theirs += time.Duration(float64(n) / rate * float64(time.Second))
			}
			b.ReportMetric(float64(b.N)/ours.Seconds(), "submissions/s")
			b.ReportMetric(float64(b.N)/theirs.Seconds(), "redis-benchmark/s")
			b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
		})
	}
}

// benchTurn is how many responses one side adds before it is the other's turn.
const benchTurn = 5000

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
	// So that this process knows its words: what two flights learn at once may be lost.
	if _, err := s.Submit(b.Context(), loadResponse(0)); err != nil {
		b.Fatal(err)
	}
	l := s.lane(home(loadSurvey))
	m, err := s.markOf(loadSurvey)
	if err != nil {
		b.Fatal(err)
	}
	sub := &submission{response: loadResponse(0), mark: m, words: numbered(loadResponse(0))}
	batch := newBatch(l.part, []*submission{sub})
	batch.encode(*l.numbers.Load())
	// The script does not mind another byte for each NUL: give the words of that
	// spelling the same numbers.
	for w, n := range *l.numbers.Load() {
		if err := s.client.HSet(b.Context(), l.part.words(), redistest.Plain(w), n).Err(); err != nil {
			b.Fatal(err)
		}
	}
	command := []string{"evalsha", submitScript.Hash(), strconv.Itoa(len(batch.keys))}
	command = append(command, batch.keys...)
	for i, a := range batch.args {
		if p, ok := a.([]byte); ok {
			a = string(p)
		}
		text := fmt.Sprint(a)
		if i == 5+2*len(batch.words)+2 {
			text = redistest.Random // the dedup row
		}
		command = append(command, text)
	}
	before := s.client.XLen(b.Context(), l.part.log()).Val()
	rate := server.Benchmark(b, command, n, clients)
	if added := s.client.XLen(b.Context(), l.part.log()).Val() - before; added < int64(n)*9/10 { // some numbers come twice
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

// BenchmarkTallyRatio compares a reading of the tally of 24 townships and 8
// questions, as a live page needs it, with what Redis needs for the bare answer: one
// HGETALL whose reply is read and thrown away. The two take turns.
func BenchmarkTallyRatio(b *testing.B) {
	server := redistest.Start(b, "--appendonly", "no")
	s := openWeak(b, server.URL())
	fill(b, s, 0, 20_000, 64)
	host, err := net.Dial("tcp", server.Addr)
	if err != nil {
		b.Fatal(err)
	}
	defer host.Close()
	key := home(loadSurvey).rollUp()
	request := fmt.Sprintf("*2\r\n$7\r\nHGETALL\r\n$%d\r\n%s\r\n", len(key), key)
	size := 0 // of the reply, whose counts keep their lengths
	buffer := make([]byte, 1<<20)
	bare := func() time.Duration {
		began := time.Now()
		if _, err := host.Write([]byte(request)); err != nil {
			b.Fatal(err)
		}
		if size == 0 { // the first reply ends with silence
			for {
				host.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
				n, err := host.Read(buffer)
				if size += n; err != nil {
					break
				}
			}
			host.SetReadDeadline(time.Time{})
			return 0
		}
		if _, err := io.ReadFull(host, buffer[:size]); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
	bare()
	ours, theirs := make([]time.Duration, b.N), make([]time.Duration, b.N)
	b.ResetTimer()
	for i := range b.N {
		theirs[i] = bare()
		began := time.Now()
		t, err := s.Tally(b.Context(), loadSurvey, survey.Filter{Level: survey.ByTownship})
		if ours[i] = time.Since(began); err != nil || len(t.Rows) != 24 {
			b.Fatalf("%d rows, %v", len(t.Rows), err)
		}
	}
	b.StopTimer()
	slices.Sort(ours)
	slices.Sort(theirs)
	ms := func(d time.Duration) float64 { return d.Seconds() * 1000 }
	b.ReportMetric(ms(ours[b.N/2]), "p50-ms")
	b.ReportMetric(ms(ours[b.N*99/100]), "p99-ms")
	b.ReportMetric(ms(theirs[b.N/2]), "hgetall-p50-ms")
	b.ReportMetric(ms(theirs[b.N*99/100]), "hgetall-p99-ms")
	b.ReportMetric(float64(ours[b.N/2])/float64(theirs[b.N/2]), "ratio")
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
