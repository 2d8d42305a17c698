package redisstore

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/internal/limit"
	"jindu/internal/redisstore/redistest"
	"jindu/internal/respondent"
)

func ratesOf(t *testing.T, url string) *Rates {
	t.Helper()
	keys, err := respondent.NewKeys(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	return openTest(t, url, time.Now).Rates(keys)
}

// Processes give together what one would give; other keys and bounds are apart.
func TestRates(t *testing.T) {
	for name, url := range map[string]string{"single": redistest.Start(t).URL(), "cluster": redistest.StartCluster(t, 3, 0, 2000).URL()} {
		t.Run(name, func(t *testing.T) {
			processes := []*Rates{ratesOf(t, url), ratesOf(t, url)}
			b := limit.Bound{Name: "pin", PerMinute: 6, Burst: 20}
			var allowed atomic.Int64
			var all sync.WaitGroup
			for i := range 60 {
				all.Go(func() {
					ok, err := processes[i%2].Take(t.Context(), b, "192.0.2.0/24")
					if err != nil {
						t.Error(err)
					}
					if ok {
						allowed.Add(1)
					}
				})
			}
			all.Wait()
			if n := allowed.Load(); n != 20 {
				t.Errorf("%d of 60 allowed", n)
			}
			for _, other := range []struct {
				b   limit.Bound
				key string
			}{{b, "198.51.100.0/24"}, {limit.Bound{Name: "other", PerMinute: 6, Burst: 20}, "192.0.2.0/24"}} {
				if ok, err := processes[0].Take(t.Context(), other.b, other.key); !ok || err != nil {
					t.Error(other, ok, err)
				}
			}
			client := processes[0].store.client
			keys := 0
			err := processes[0].store.scan(t.Context(), ratePrefix+"*", func(found []string) error {
				for _, key := range found {
					keys++
					if strings.Contains(key, "192") {
						t.Errorf("a network in %q", key)
					}
					if left := client.PTTL(t.Context(), key).Val(); left <= 0 || left > 20*10*time.Second {
						t.Errorf("%s stays for %v", key, left)
					}
				}
				return nil
			})
			if err != nil || keys != 3 {
				t.Error(keys, err)
			}
		})
	}
}

// The pace is the bound's: 1,200 a minute are one in 50 ms.
func TestRatesGoOn(t *testing.T) {
	rates := ratesOf(t, redistest.Start(t).URL())
	b := limit.Bound{Name: "x", PerMinute: 1200, Burst: 2}
	began, n := time.Now(), 0
	for time.Since(began) < time.Second {
		if ok, err := rates.Take(t.Context(), b, "a"); err != nil {
			t.Fatal(err)
		} else if ok {
			n++
		}
	}
	if n < 15 || n > 22 {
		t.Errorf("%d in a second", n)
	}
}

// A Redis that hangs holds nobody up, and a count that was not waited for does not
// make it look away to submissions.
func TestRatesHang(t *testing.T) {
	server := redistest.Start(t)
	rates := ratesOf(t, server.URL())
	b := limit.Bound{Name: "x", PerMinute: 60, Burst: 60}
	if ok, err := rates.Take(t.Context(), b, "a"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	server.Freeze()
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if ok, err := rates.Take(ctx, b, "a"); ok || err == nil {
		t.Error(ok, err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("held up for %v", took)
	}
	server.Thaw()
	if _, err := rates.store.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
