package redisstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"jindu/internal/backup"
	"jindu/internal/redisstore/redistest"
	"jindu/survey"
)

// journal is a log that a test reads while it is written.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// count the lines that hold a text.
func (j *journal) count(text string) (n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for line := range strings.Lines(j.text.String()) {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

func openLogged(t *testing.T, url string) (*Store, *journal) {
	t.Helper()
	j := &journal{}
	s, err := Open(t.Context(), url, Options{Logger: slog.New(slog.NewTextHandler(j, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, j
}

func expectLost(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, ErrLost) || !errors.Is(err, survey.ErrUnavailable) {
		t.Errorf("%s: %v, want ErrLost", what, err)
	}
}

// TestEmptied: a Redis that was emptied under a running store takes no answers,
// from whoever knew the survey, until the archive is restored into it: then all is as
// it was, without a restart.
func TestEmptied(t *testing.T) {
	single := redistest.Start(t)
	cluster := redistest.StartCluster(t, 3, 0, 2000)
	for name, r := range map[string]struct {
		url   string
		clear func()
	}{"single": {single.URL(), single.Clear}, "cluster": {cluster.URL(), cluster.Clear}} {
		t.Run(name, func(t *testing.T) {
			s, said := openLogged(t, r.url)
			const people = 100
			submitAll := func() (outcomes map[survey.Outcome]int) {
				outcomes = map[survey.Outcome]int{}
				for n := range int64(people) {
					again := loadResponse(n)
					again.ID[0]++ // another form of the same person
					got, err := s.Submit(t.Context(), again)
					if err != nil {
						t.Fatal(err)
					}
					outcomes[got.Outcome]++
				}
				return outcomes
			}
			if got := submitAll(); got[survey.Accepted] != people {
				t.Fatal(got)
			}
			archive := filepath.Join(t.TempDir(), "archive")
			if _, err := backup.Create(t.Context(), archive, s, time.Now(), nil); err != nil {
				t.Fatal(err)
			}

			r.clear()
			for n := range int64(20) {
				_, err := s.Submit(t.Context(), loadResponse(n))
				expectLost(t, "submit", err)
			}
			_, err := s.State(t.Context(), loadSurvey)
			expectLost(t, "state", err)
			_, err = s.Tally(t.Context(), loadSurvey, survey.Filter{Level: survey.ByTownship})
			expectLost(t, "tally", err)
			_, err = s.Check(t.Context())
			expectLost(t, "check", err)
			if n := said.count("level=ERROR"); n != 1 {
				t.Errorf("%d errors are logged: %s", n, said.text.String())
			}
			// What a server at work does meanwhile is not in the way of the archive.
			if _, err := s.Claim(t.Context(), [16]byte{1}, [16]byte{2}, time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}

			a, err := backup.Open(t.Context(), archive)
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			target, err := Load(t.Context(), r.url, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.Restore(t.Context(), halfway{target, func() {
				_, err := s.Submit(t.Context(), loadResponse(1))
				expectLost(t, "submit while it is restored", err)
			}}, nil); err != nil {
				t.Fatal(err)
			}
			if got := submitAll(); got[survey.Replayed] != people {
				t.Errorf("after the restore: %v", got)
			}
			if _, err := s.Check(t.Context()); err != nil {
				t.Error(err)
			}
			if said.count("answers are taken") == 0 {
				t.Error("the end is not logged")
			}
			expectAgreement(t, s, people)
		})
	}
}

// halfway does something after each record.
type halfway struct {
	*Loader
	then func()
}

func (h halfway) Put(ctx context.Context, r backup.Record) error {
	err := h.Loader.Put(ctx, r)
	if err == nil && r.Entry != nil {
		err = h.flush(ctx)
		h.then()
	}
	return err
}

// TestReplaced: one server was started anew after Redis was emptied and began the
// survey anew; the other still has the old key, and takes nothing under it.
func TestReplaced(t *testing.T) {
	server := redistest.Start(t)
	old, _ := openLogged(t, server.URL())
	if _, err := old.Submit(t.Context(), loadResponse(1)); err != nil {
		t.Fatal(err)
	}
	server.Clear()
	fresh := openTest(t, server.URL(), nil)
	if _, err := fresh.Submit(t.Context(), loadResponse(1)); err != nil {
		t.Fatal(err)
	}
	_, err := old.Submit(t.Context(), loadResponse(2))
	expectLost(t, "submit", err)
	_, err = old.State(t.Context(), loadSurvey)
	expectLost(t, "state", err)
	_, err = old.Check(t.Context())
	expectLost(t, "check", err)
	if _, err := fresh.Check(t.Context()); err != nil {
		t.Error(err)
	}
	// A survey that was closed for good does not open again.
	if err := fresh.Forget(t.Context(), loadSurvey); err != nil {
		t.Fatal(err)
	}
	server.Clear()
	if _, err := fresh.Submit(t.Context(), loadResponse(3)); !errors.Is(err, survey.ErrClosed) {
		t.Errorf("submit to a closed survey: %v", err)
	}
	_, err = fresh.State(t.Context(), loadSurvey)
	expectLost(t, "state of a closed survey", err)
}

// TestOneMasterEmptied: of a survey in many parts, each is known.
func TestOneMasterEmptied(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 0, 2000)
	s, _ := openLogged(t, cluster.URL())
	for n := range int64(500) {
		if _, err := s.Submit(t.Context(), loadResponse(n)); err != nil {
			t.Fatal(err)
		}
	}
	home, err := s.masterOf(t.Context(), home(loadSurvey).state())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range cluster.Masters {
		if m.Addr != home.Options().Addr {
			m.Clear()
			break
		}
	}
	if _, err := s.Check(t.Context()); !errors.Is(err, ErrLost) {
		t.Errorf("check: %v", err)
	}
	lost, replayed := 0, 0
	for n := range int64(500) {
		switch got, err := s.Submit(t.Context(), loadResponse(n)); {
		case errors.Is(err, ErrLost):
			lost++
		case err == nil && got.Outcome == survey.Replayed:
			replayed++
		default:
			t.Fatal(got, err)
		}
	}
	if lost == 0 || replayed == 0 {
		t.Errorf("%d lost, %d replayed", lost, replayed)
	}

	// A process that was started since knows nothing, but the survey is not new.
	fresh, _ := openLogged(t, cluster.URL())
	if got, err := fresh.State(t.Context(), loadSurvey); err != nil || got.Key == nil {
		t.Fatal(got, err)
	}
	_, err = fresh.Check(t.Context())
	expectLost(t, "check of a new process", err)
	for n := range int64(600) { // 100 of them new
		got, err := fresh.Submit(t.Context(), loadResponse(n))
		again, found, findErr := s.Find(t.Context(), loadSurvey, loadResponse(n).Respondent)
		switch {
		case errors.Is(err, ErrLost):
			lost--
			expectLost(t, "find", findErr)
		case err != nil || findErr != nil || !found || n < 500 && got.Outcome != survey.Replayed || again.FirstID != got.FirstID:
			t.Fatal(n, got, err, again, found, findErr)
		}
	}
	if lost > 0 {
		t.Errorf("%d fewer are lost to a new process", lost)
	}
	if lost, parts, err := fresh.LostParts(t.Context(), loadSurvey); err != nil || lost < 10 || lost > 40 || parts != clusterParts {
		t.Errorf("%d of %d parts lost, %v", lost, parts, err)
	}
}

// TestHomeMasterEmptied: the parts that are left say that a survey is not new.
func TestHomeMasterEmptied(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 0, 2000)
	s, _ := openLogged(t, cluster.URL())
	if _, err := s.Submit(t.Context(), loadResponse(1)); err != nil {
		t.Fatal(err)
	}
	at, err := s.masterOf(t.Context(), home(loadSurvey).state())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range cluster.Masters {
		if m.Addr == at.Options().Addr {
			m.Clear()
		}
	}
	fresh, _ := openLogged(t, cluster.URL())
	_, err = fresh.State(t.Context(), loadSurvey)
	expectLost(t, "state", err)
	if lost, parts, err := fresh.LostParts(t.Context(), loadSurvey); err != nil || lost != clusterParts || parts != clusterParts {
		t.Errorf("%d of %d parts lost, %v", lost, parts, err)
	}
	cluster.Clear() // to begin anew
	if st, err := fresh.State(t.Context(), loadSurvey); err != nil || st.Key == nil {
		t.Error(st, err)
	}
	if lost, _, err := fresh.LostParts(t.Context(), loadSurvey); err != nil || lost != 0 {
		t.Errorf("%d parts lost, %v", lost, err)
	}
}

// TestLooking: who only looks at an empty Redis leaves it empty.
func TestLooking(t *testing.T) {
	server := redistest.Start(t)
	s, err := Open(t.Context(), server.URL(), Options{Looking: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	st, err := s.State(t.Context(), loadSurvey)
	if err != nil || st.Key != nil || st.Closed {
		t.Errorf("%+v, %v", st, err)
	}
	expectAgreement(t, s, 0)
	if err := s.Forget(t.Context(), loadSurvey); !errors.Is(err, ErrNoSurvey) {
		t.Errorf("forgetting what is not there: %v", err)
	}
	client := server.Client()
	defer client.Close()
	if keys := client.Keys(t.Context(), "*").Val(); len(keys) > 0 {
		t.Error("it left ", fmt.Sprint(keys))
	}
	l, err := Load(t.Context(), server.URL(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Abort(t.Context()); err != nil {
		t.Error(err)
	}
}
