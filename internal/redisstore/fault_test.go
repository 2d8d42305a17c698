package redisstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"jindu/bot/quiz"
	"jindu/internal/redisstore/redistest"
	"jindu/internal/respondent"
	"jindu/survey"
)

// TestKill: whatever was acknowledged before SIGKILL is there, once.
func TestKill(t *testing.T) {
	server := redistest.Start(t)
	s, other := openTest(t, server.URL(), nil), openTest(t, server.URL(), nil)
	l := startLoad(t, 32, s, other)
	for range 3 {
		l.reach(1000)
		server.Kill()
		server.Run()
	}
	l.reach(1000)
	l.end()
	if lost := l.verify(s); lost > 0 {
		t.Errorf("%d acknowledged responses were lost", lost)
	}
}

// TestFrozen: Redis hangs for 5 s. Who comes meanwhile is told at once.
func TestFrozen(t *testing.T) {
	server := redistest.Start(t)
	s := openTest(t, server.URL(), nil)
	l := startLoad(t, 32, s)
	l.reach(500)
	thaw := time.After(5 * time.Second)
	server.Freeze()
	if _, err := s.Tally(t.Context(), loadSurvey, survey.Filter{Level: survey.ByTownship}); !errors.Is(err, survey.ErrUnavailable) {
		t.Errorf("the first call: %v, want ErrUnavailable", err)
	}
	expectQuickErrors(t, s)
	<-thaw
	server.Thaw()
	l.reach(500)
	l.end()
	if lost := l.verify(s); lost > 0 {
		t.Errorf("%d acknowledged responses were lost", lost)
	}
}

// calls makes one call of each kind with a new person.
func calls(s *Store) []error {
	n := rand.Int64()
	_, submit := s.Submit(context.Background(), loadResponse(n))
	_, tally := s.Tally(context.Background(), loadSurvey, survey.Filter{Level: survey.ByTownship})
	_, _, _, load := s.Load(context.Background(), respondent.Pseudonym{1}, quiz.MessageKey{1})
	_, claim := s.Claim(context.Background(), [16]byte{1}, [16]byte{2}, time.Now())
	_, check := s.Check(context.Background())
	return []error{submit, tally, load, claim, check}
}

func expectQuickErrors(t *testing.T, s *Store) {
	t.Helper()
	began := time.Now()
	for _, err := range calls(s) {
		if !errors.Is(err, survey.ErrUnavailable) || errors.Is(err, survey.ErrUnknown) {
			t.Errorf("with Redis away: %v, want ErrUnavailable", err)
		}
	}
	took := time.Since(began)
	t.Log("five calls with Redis away took", took)
	if took > 100*time.Millisecond {
		t.Errorf("five calls with Redis away took %v", took)
	}
}

// TestRefused: Redis is not there; when it is back, all is well without a restart.
func TestRefused(t *testing.T) {
	server := redistest.Start(t)
	s := openTest(t, server.URL(), nil)
	if _, err := s.Submit(t.Context(), loadResponse(1)); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	calls(s) // finds the connections broken
	expectQuickErrors(t, s)
	server.Run()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		res, err := s.Submit(t.Context(), loadResponse(1))
		if err == nil {
			if res.Outcome != survey.Replayed {
				t.Errorf("outcome %v", res.Outcome)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	for _, err := range calls(s) {
		if err != nil {
			t.Error(err)
		}
	}
}

// TestCutAfterRequest: a connection breaks between what Redis did and its reply.
func TestCutAfterRequest(t *testing.T) {
	server := redistest.Start(t)
	proxy := redistest.StartProxy(t, server.Addr)
	s := openTest(t, "redis://"+proxy.Addr, nil)
	if _, err := s.Submit(t.Context(), loadResponse(1)); err != nil {
		t.Fatal(err)
	}
	for n := range int64(3) {
		r := loadResponse(1) // of other persons, without new words: those cost a call of their own
		r.ID[14], r.Respondent[14] = byte(2+n), byte(2+n)
		proxy.CutAfter("evalsha")
		res, err := s.Submit(t.Context(), r)
		if err != nil || res.Outcome != survey.Replayed || res.FirstID != r.ID || !res.At.Equal(r.At.Truncate(time.Second)) {
			t.Errorf("response %d: %+v, %v; the second try should have found the first", n, res, err)
		}
	}
	expectAgreement(t, s, 4)

	who, msg, later := respondent.Pseudonym{1}, quiz.MessageKey{1}, time.Now().Add(time.Hour)
	proxy.CutAfter("evalsha")
	if err := s.Save(t.Context(), who, msg, 0, []byte("s"), later, []byte("r"), later); err != nil {
		t.Error("its own first try was taken for another's:", err)
	}
	proxy.CutAfter("multi")
	if saved, reply, found, err := s.Load(t.Context(), who, msg); err != nil || !found || string(reply) != "r" || string(saved.State) != "s" {
		t.Errorf("%+v %q %v %v", saved, reply, found, err)
	}
	proxy.CutAfter("evalsha")
	if owner, err := s.Claim(t.Context(), [16]byte{1}, [16]byte{2}, later); err != nil || owner != [16]byte{2} {
		t.Errorf("owner %x, %v", owner, err)
	}
	if proxy.Cuts() != 6 {
		t.Errorf("%d cuts, want 6", proxy.Cuts())
	}
}

// TestTwoProcesses: people post again and again, to whichever server.
func TestTwoProcesses(t *testing.T) {
	server := redistest.Start(t)
	stores := []*Store{openTest(t, server.URL(), nil), openTest(t, server.URL(), nil)}
	const people, posts, workers = 400, 5, 64
	order := make([]int64, people*posts)
	for i := range order {
		order[i] = int64(i % people)
	}
	rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	var accepted sync.Map
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(order); i += workers {
				r := loadResponse(order[i])
				if rand.N(2) == 0 {
					r.ID[15] = byte(1 + rand.N(255)) // another submission of the same person
				}
				res, err := stores[rand.N(2)].Submit(t.Context(), r)
				if err != nil {
					t.Error(err)
				}
				if first, loaded := accepted.LoadOrStore(order[i], res.FirstID); loaded && first != res.FirstID {
					t.Errorf("person %d has two first responses", order[i])
				}
			}
		})
	}
	wg.Wait()
	for _, s := range stores {
		expectAgreement(t, s, people)
	}
}

// TestWatchOther: what one process commits reaches the watchers of the other
// within a second, also after Redis was away.
func TestWatchOther(t *testing.T) {
	server := redistest.Start(t)
	a, b := openTest(t, server.URL(), nil), openTest(t, server.URL(), nil)
	watch, err := b.Watch(t.Context(), loadSurvey)
	if err != nil {
		t.Fatal(err)
	}
	expect := func(n int64, within time.Duration) {
		t.Helper()
		r := loadResponse(n)
		if _, err := a.Submit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		select {
		case d := <-watch:
			if len(d.Townships) != 1 || d.Townships[0] != r.Place {
				t.Errorf("notice %v", d)
			}
			t.Log("notice after", time.Since(began))
		case <-time.After(within):
			t.Fatal("no notice")
		}
	}
	expect(1, time.Second)
	expect(2, time.Second)
	server.Kill()
	server.Run()
	client := server.Client()
	defer client.Close()
	for deadline := time.Now().Add(10 * time.Second); client.PubSubNumSub(t.Context(), channel).Val()[channel] == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not subscribe again")
		}
	}
	for calls(a)[0] != nil {
		time.Sleep(10 * time.Millisecond)
	}
	select { // the call's own notice, if it was the one that went through
	case <-watch:
	case <-time.After(time.Second):
	}
	expect(3, time.Second)
}

// TestFailover: a master of a Cluster is killed under load and its replica takes
// over. Redis promises nothing about what the replica had not got yet.
func TestFailover(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 3, 1000)
	s := openTest(t, cluster.URL(), nil)
	l := startLoad(t, 32, s)
	l.reach(1000)
	cluster.Masters[0].Kill()
	l.reach(1000)
	began := time.Now()
	for deadline := began.Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		var failed error
		for n := range int64(30) { // some in each master's parts
			if _, err := s.Submit(t.Context(), loadResponse(1e9+n)); err != nil {
				failed = err
			}
		}
		if failed == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(failed)
		}
	}
	t.Log("all parts answer after", time.Since(began))
	l.end()
	for n := range int64(30) {
		l.said[1e9+n] = nil
	}
	lost := l.verify(s)
	t.Logf("%d of %d acknowledged responses were not on the replica", lost, l.acked.Load())
	if lost > 30 {
		t.Errorf("a failover lost %d acknowledged responses", lost)
	}
}
