package limit

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestAllow(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := New(Bound{PerMinute: 60, Burst: 3, Keys: 100}, nil, func() time.Time { return now })
	for i := range 3 {
		if !l.Allow(t.Context(), "a") {
			t.Fatalf("refused at %d", i)
		}
	}
	if l.Allow(t.Context(), "a") {
		t.Error("the burst has no end")
	}
	if !l.Allow(t.Context(), "b") {
		t.Error("one key's burst bounds another")
	}
	now = now.Add(time.Second)
	if !l.Allow(t.Context(), "a") || l.Allow(t.Context(), "a") {
		t.Error("one a second is one a second")
	}
}

func TestOff(t *testing.T) {
	l := New(Bound{Keys: 1}, nil, time.Now)
	for range 1000 {
		if !l.Allow(t.Context(), "a") {
			t.Fatal("0 is off")
		}
	}
}

// A flood of keys must not grow memory, nor free a key that is in use.
func TestBounded(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := New(Bound{PerMinute: 1, Burst: 1, Keys: 100}, nil, func() time.Time { return now })
	l.Allow(t.Context(), "busy")
	for i := range 10_000 {
		l.Allow(t.Context(), fmt.Sprint("flood ", i))
		if i%50 == 0 && l.Allow(t.Context(), "busy") {
			t.Fatalf("the bound was forgotten after %d keys", i)
		}
	}
	if n := len(l.buckets) + len(l.older); n > 200 {
		t.Errorf("%d buckets", n)
	}
}

// counter is a Shared in memory: a limiter of its own.
type counter struct {
	l     *Limiter
	asked int
	fail  bool
	hang  bool
}

func (c *counter) Take(ctx context.Context, b Bound, key string) (bool, error) {
	c.asked++
	switch {
	case c.fail:
		return false, errors.New("away")
	case c.hang:
		<-ctx.Done()
		return false, ctx.Err()
	}
	return c.l.Allow(ctx, b.Name+key), nil
}

func taken(ctx context.Context, n int, limiters ...*Limiter) (allowed int) {
	for range n {
		for _, l := range limiters {
			if l.Allow(ctx, "a") {
				allowed++
			}
		}
	}
	return allowed
}

// Processes share a bound: an exact one as if they were one, another but for the
// eighth that each gives by itself.
func TestTogether(t *testing.T) {
	for exact, most := range map[bool]int{true: 80, false: 80 + 3*10} {
		now := time.Unix(1_800_000_000, 0)
		clock := func() time.Time { return now }
		b := Bound{Name: "x", PerMinute: 80, Burst: 80, Keys: 100, Exact: exact}
		shared := &counter{l: New(b, nil, clock)}
		all := []*Limiter{New(b, shared, clock), New(b, shared, clock), New(b, shared, clock)}
		if n := taken(t.Context(), 200, all...); n != most {
			t.Errorf("exact %v: %d at once", exact, n)
		}
		total := 0
		for range 60 {
			now = now.Add(time.Minute)
			total += taken(t.Context(), 200, all...)
		}
		if total > 60*most || total < 60*80 {
			t.Errorf("exact %v: %d in an hour", exact, total)
		}
	}
}

// Who acts as often as people do is not counted elsewhere.
func TestOrdinaryKeysAskNobody(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	b := Bound{PerMinute: 120, Burst: 120, Keys: 100}
	shared := &counter{l: New(b, nil, func() time.Time { return now })}
	l := New(b, shared, func() time.Time { return now })
	for range 600 {
		if !l.Allow(t.Context(), "a") {
			t.Fatal("refused")
		}
		now = now.Add(5 * time.Second)
	}
	if shared.asked > 0 {
		t.Errorf("asked %d times", shared.asked)
	}
}

// A shared count that is away costs nearly nothing, and the process's own bound holds.
func TestAway(t *testing.T) {
	for name, shared := range map[string]*counter{"failing": {fail: true}, "hanging": {hang: true}, "hanging long": {hang: true}} {
		b := Bound{PerMinute: 20, Burst: 20, Keys: 100, Exact: true}
		wait := Brief
		if name == "hanging long" {
			b.Wait, wait = Patient, Patient
		}
		synctest.Test(t, func(t *testing.T) {
			l := New(b, shared, time.Now)
			began := time.Now()
			if n := taken(t.Context(), 100, l); n != 20 {
				t.Errorf("%s: %d allowed", name, n)
			}
			if took := time.Since(began); took > wait || shared.asked != 1 {
				t.Errorf("%s: took %v, asked %d times", name, took, shared.asked)
			}
			// It is back, and its word counts again.
			time.Sleep(time.Minute)
			shared.fail, shared.hang = false, false
			shared.l = New(Bound{PerMinute: 1, Burst: 3}, nil, time.Now)
			if n := taken(t.Context(), 10, l); n != 3 {
				t.Errorf("%s: %d allowed by a count that is back", name, n)
			}
			// A caller who hangs up tells nothing about the count.
			time.Sleep(time.Minute)
			gone, cancel := context.WithCancel(t.Context())
			cancel()
			shared.hang = true
			l.Allow(gone, "a")
			shared.hang = false
			if before := shared.asked; taken(t.Context(), 1, l) != 1 || shared.asked == before {
				t.Errorf("%s: not asked after a caller had gone", name)
			}
		})
	}
}
