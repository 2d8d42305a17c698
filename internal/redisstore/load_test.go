package redisstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/internal/respondent"
	"jindu/survey"
)

const loadSurvey = "qiongshan-2026"

var loadStart = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// loadResponse is the response of the nth person: 8 answers, at one of 24
// townships, as a questionnaire of that size gives them.
func loadResponse(n int64) *survey.Response {
	town := fmt.Sprintf("460107%03d", 100+n%24)
	r := &survey.Response{
		Survey: loadSurvey, Version: 1, Fingerprint: "f1", Tier: "wechat", Place: town, At: loadStart.Add(time.Duration(n) * time.Second / 20),
		Cells: []survey.Cell{{Name: survey.CellResponses, N: 1}, {Name: "tier/wechat", N: 1}, {Name: "right/awareness", N: 1 + n%3}, {Name: "aware/awareness", N: 1}},
	}
	binary.BigEndian.PutUint64(r.ID[:], uint64(n)*0x9e3779b97f4a7c15)
	r.Respondent = respondent.Pseudonym(r.ID)
	r.Respondent[15] = 1
	options := []string{"very_satisfied", "satisfied", "fair", "unsatisfied", "dont_know"}
	for q := range int64(8) {
		question, option := fmt.Sprint("q", q+1), options[(n/(q+1))%5]
		r.Answers = append(r.Answers, survey.Answer{Question: question, Options: []string{option}})
		r.Cells = append(r.Cells, survey.Cell{Name: "reached/" + question, N: 1}, survey.Cell{Name: "q/" + question + "/" + option, N: 1})
	}
	return r
}

// load submits persons 0, 1, 2 … from many goroutines until stopped, and keeps
// what it was told of each.
type load struct {
	t     *testing.T
	stop  chan struct{}
	done  sync.WaitGroup
	next  atomic.Int64
	acked atomic.Int64

	mu   sync.Mutex
	said map[int64]error
	slow time.Duration // the longest call
}

func startLoad(t *testing.T, workers int, stores ...*Store) *load {
	l := &load{t: t, stop: make(chan struct{}), said: map[int64]error{}}
	for w := range workers {
		l.done.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				default:
				}
				n := l.next.Add(1)
				began := time.Now()
				_, err := stores[w%len(stores)].Submit(context.Background(), loadResponse(n))
				took := time.Since(began)
				l.mu.Lock()
				l.said[n] = err
				l.slow = max(l.slow, took)
				l.mu.Unlock()
				if err == nil {
					l.acked.Add(1)
				} else {
					time.Sleep(10 * time.Millisecond) // as a person who tries later; not to spin
				}
			}
		})
	}
	return l
}

// reach waits until so many more were acknowledged.
func (l *load) reach(more int64) {
	l.t.Helper()
	want := l.acked.Load() + more
	for deadline := time.Now().Add(30 * time.Second); l.acked.Load() < want; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			l.t.Fatalf("%d acknowledged, waited for %d", l.acked.Load(), want)
		}
	}
}

func (l *load) end() {
	close(l.stop)
	l.done.Wait()
}

// verify expects that each answer was the truth, by asking again with the same
// submission ids; then that everyone counts once. It gives how many acknowledged
// responses were not there.
func (l *load) verify(s *Store) (lost int) {
	l.t.Helper()
	tally := map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	numbers := make(chan int64)
	for range 32 {
		wg.Go(func() {
			for n := range numbers {
				res, err := s.Submit(context.Background(), loadResponse(n))
				if err != nil {
					l.t.Errorf("response %d again: %v", n, err)
					continue
				}
				was := l.said[n]
				mu.Lock()
				switch {
				case was == nil:
					tally["acknowledged"]++
					if res.Outcome != survey.Replayed {
						lost++
					}
				case errors.Is(was, survey.ErrUnavailable):
					tally["unavailable"]++
					if res.Outcome != survey.Accepted {
						l.t.Errorf("response %d was there although the store was unavailable: %v", n, was)
					}
				case errors.Is(was, survey.ErrUnknown):
					tally[fmt.Sprint("unknown, outcome ", res.Outcome)]++
				default:
					l.t.Errorf("response %d: %v", n, was)
				}
				mu.Unlock()
			}
		})
	}
	for n := range l.said {
		numbers <- n
	}
	close(numbers)
	wg.Wait()
	l.t.Log(tally, "lost:", lost, "slowest call:", l.slow.Round(time.Millisecond))
	expectAgreement(l.t, s, int64(len(l.said)))
	return lost
}

// expectAgreement recounts the tallies of loadSurvey from its log.
func expectAgreement(t testing.TB, s *Store, want int64) {
	t.Helper()
	recount := map[string]map[string]int64{}
	var logged int64
	err := s.Log(t.Context(), loadSurvey, "", func(e survey.LogEntry) error {
		logged++
		counts := recount[e.Place]
		if counts == nil {
			counts = map[string]int64{}
			recount[e.Place] = counts
		}
		counts[survey.CellResponses]++
		for _, a := range e.Answers {
			counts["q/"+a.Question+"/"+a.Options[0]]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range []survey.Level{survey.ByTownship, survey.ByPoint} {
		tally, err := s.Tally(t.Context(), loadSurvey, survey.Filter{Level: level})
		if err != nil {
			t.Fatal(err)
		}
		if len(tally.Rows) != len(recount) {
			t.Errorf("%s: %d places tallied, %d logged", level, len(tally.Rows), len(recount))
		}
		for _, row := range tally.Rows {
			for cell, n := range recount[row.Place] {
				if row.Counts[cell] != n {
					t.Errorf("%s: %s %s: tally %d, log %d", level, row.Place, cell, row.Counts[cell], n)
				}
			}
		}
	}
	respondents, err := s.Respondents(t.Context(), loadSurvey)
	if err != nil {
		t.Fatal(err)
	}
	if respondents != want || logged != want {
		t.Errorf("%d respondents, %d log entries; want %d", respondents, logged, want)
	}
}
