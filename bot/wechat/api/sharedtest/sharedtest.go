// Package sharedtest is the one suite that every api.Shared must pass.
package sharedtest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/bot/wechat/api"
)

// Run tries a store. Each call of open gives another process's view of the same
// one. pass lets that much time go by.
func Run(t *testing.T, open func(*testing.T) api.Shared, pass func(time.Duration)) {
	ctx := t.Context()
	a, b := open(t), open(t)

	t.Run("values", func(t *testing.T) {
		want := func(s api.Shared, key, value string) {
			t.Helper()
			if got, err := s.Get(ctx, key); err != nil || got != value {
				t.Errorf("%s is %q %v, want %q", key, got, err, value)
			}
		}
		want(a, "token/wx1", "")
		for _, value := range []string{"first", "二\n\x00", "third"} {
			if err := a.Set(ctx, "token/wx1", value, time.Hour); err != nil {
				t.Fatal(err)
			}
			want(b, "token/wx1", value)
			want(b, "token/wx2", "")
		}
		if err := b.Set(ctx, "short", "x", 20*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		pass(30 * time.Millisecond)
		want(a, "short", "")
	})

	t.Run("lock", func(t *testing.T) {
		lock := func(s api.Shared, want bool) func() {
			t.Helper()
			unlock, ok, err := s.Lock(ctx, "token/wx1", time.Minute)
			if err != nil || ok != want {
				t.Fatalf("locked %v %v, want %v", ok, err, want)
			}
			return unlock
		}
		unlock := lock(a, true)
		lock(b, false)() // unlocking what one does not hold
		lock(a, false)
		unlock()
		unlock() // again
		second := lock(b, true)
		unlock() // by a former owner
		lock(a, false)
		second()

		old, ok, err := a.Lock(ctx, "short", 20*time.Millisecond)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		pass(30 * time.Millisecond)
		if _, ok, err := b.Lock(ctx, "short", time.Minute); err != nil || !ok {
			t.Fatalf("the lock has not ended: %v %v", ok, err)
		}
		old()
		if _, ok, _ := a.Lock(ctx, "short", time.Minute); ok {
			t.Error("a late unlock ended the lock of another")
		}
	})

	t.Run("one of many", func(t *testing.T) {
		var held atomic.Int32
		var wait sync.WaitGroup
		for i := range 32 {
			wait.Go(func() {
				s := a
				if i%2 == 0 {
					s = b
				}
				if _, ok, err := s.Lock(ctx, "race", time.Minute); err != nil {
					t.Error(err)
				} else if ok {
					held.Add(1)
				}
			})
		}
		wait.Wait()
		if held.Load() != 1 {
			t.Errorf("%d hold the lock", held.Load())
		}
	})
}
