package sqlitestore

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/survey"
)

// benchResponse has as many answers and counts as one of the default questionnaires.
func benchResponse(n int64) *survey.Response {
	r := killResponse(n)
	r.Survey = "bench"
	r.Answers, r.Cells = nil, []survey.Cell{{Name: survey.CellResponses, N: 1}, {Name: "tier/device", N: 1}}
	for q := range int64(7) {
		question, option := fmt.Sprint("q", q), fmt.Sprint(n%(2+q))
		r.Answers = append(r.Answers, survey.Answer{Question: question, Options: []string{option}})
		r.Cells = append(r.Cells, survey.Cell{Name: "q/" + question + "/" + option, N: 1}, survey.Cell{Name: "reached/" + question, N: 1})
	}
	return r
}

const benchAtOnce = 64

// BenchmarkSubmitRatio compares submissions, 64 at once, with what the same
// SQLite does for a bare loop that writes the same rows, 64 responses to a
// transaction, equally durable: no queue, no checks, nobody to answer. Both sides
// take turns in one run.
func BenchmarkSubmitRatio(b *testing.B) {
	s := openTest(b, filepath.Join(b.TempDir(), "ours.db"), Options{})
	bare := newBareLoop(b)
	var ours, theirs time.Duration
	var next int64
	for done := 0; done < b.N; {
		n := min(b.N-done, 50*benchAtOnce)
		start := time.Now()
		submitAtOnce(b, s, next, int64(n))
		ours += time.Since(start)
		start = time.Now()
		bare.run(next, int64(n))
		theirs += time.Since(start)
		next += int64(n)
		done += n
	}
	b.ReportMetric(float64(b.N)/ours.Seconds(), "submissions/s")
	b.ReportMetric(float64(b.N)/theirs.Seconds(), "bare/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
}

func submitAtOnce(b *testing.B, s *Store, from, n int64) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range benchAtOnce {
		all.Go(func() {
			for i := next.Add(1) - 1; i < n; i = next.Add(1) - 1 {
				if _, err := s.Submit(context.Background(), benchResponse(from+i)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// bareLoop writes the rows of responses with prepared statements.
type bareLoop struct {
	*testing.B
	conn connection
}

func newBareLoop(b *testing.B) *bareLoop {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bare.db")
	if err := openTest(b, path, Options{}).Close(); err != nil { // makes the tables
		b.Fatal(err)
	}
	l := &bareLoop{b, connection{path: path}}
	if err := l.conn.connect(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := l.conn.disconnect(); err != nil {
			b.Error(err)
		}
	})
	return l
}

func (l *bareLoop) exec(query string, args ...any) {
	if err := l.conn.exec(query, args...); err != nil {
		l.Fatal(err)
	}
}

func (l *bareLoop) run(from, n int64) {
	for i := int64(0); i < n; i += benchAtOnce {
		l.exec("BEGIN IMMEDIATE")
		counts := map[count]int64{}
		for j := i; j < min(n, i+benchAtOnce); j++ {
			r := benchResponse(from + j)
			answers, err := json.Marshal(r.Answers)
			if err != nil {
				l.Fatal(err)
			}
			l.exec("INSERT INTO dedup (survey, who, first) VALUES (?, ?, ?)", r.Survey, r.Respondent[:], r.ID[:])
			l.exec("INSERT INTO log (survey, seq, version, tier, place, point, marks, answers, minute) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
				r.Survey, from+j, r.Version, r.Tier, r.Place, r.Point, "", string(answers), minute(r.At))
			for _, c := range r.Cells {
				counts[count{r.Survey, r.Place, r.Point, c.Name}] += c.N
			}
		}
		for c, n := range counts {
			l.exec("INSERT INTO tally (survey, place, point, cell, n) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
				c.survey, c.place, c.point, c.cell, n)
		}
		l.exec("COMMIT")
	}
}
