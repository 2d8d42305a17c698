package limit

import (
	"fmt"
	"testing"
	"time"
)

func TestAllow(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := New(60, 3, 100, func() time.Time { return now })
	for i := range 3 {
		if !l.Allow("a") {
			t.Fatalf("refused at %d", i)
		}
	}
	if l.Allow("a") {
		t.Error("the burst has no end")
	}
	if !l.Allow("b") {
		t.Error("one key's burst bounds another")
	}
	now = now.Add(time.Second)
	if !l.Allow("a") || l.Allow("a") {
		t.Error("one a second is one a second")
	}
}

func TestOff(t *testing.T) {
	l := New(0, 0, 1, time.Now)
	for range 1000 {
		if !l.Allow("a") {
			t.Fatal("0 is off")
		}
	}
}

// A flood of keys must not grow memory, nor free a key that is in use.
func TestBounded(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := New(1, 1, 100, func() time.Time { return now })
	l.Allow("busy")
	for i := range 10_000 {
		l.Allow(fmt.Sprint("flood ", i))
		if i%50 == 0 && l.Allow("busy") {
			t.Fatalf("the bound was forgotten after %d keys", i)
		}
	}
	if n := len(l.buckets) + len(l.older); n > 200 {
		t.Errorf("%d buckets", n)
	}
}
