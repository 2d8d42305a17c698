package api_test

import (
	"fmt"
	"testing"
	"time"

	"jindu/bot/wechat/api"
	"jindu/bot/wechat/api/sharedtest"
)

func TestLocal(t *testing.T) {
	clock := newClock()
	local := api.NewLocal(clock.Now)
	sharedtest.Run(t, func(*testing.T) api.Shared { return local }, clock.Add)
}

// A Local is bounded, and what has expired goes first.
func TestLocalIsBounded(t *testing.T) {
	clock := newClock()
	local := api.NewLocal(clock.Now)
	for i := range 3000 {
		if err := local.Set(t.Context(), fmt.Sprint(i), "x", time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	clock.Add(time.Hour)
	local.Set(t.Context(), "kept", "x", time.Hour)
	for i := range 1000 {
		local.Set(t.Context(), fmt.Sprint(i), "x", time.Hour)
	}
	if got, _ := local.Get(t.Context(), "kept"); got != "x" {
		t.Error("a good value went before the expired")
	}
	n := 0
	for i := range 3000 {
		if got, _ := local.Get(t.Context(), fmt.Sprint(i)); got != "" {
			n++
		}
	}
	if n > 1024 {
		t.Errorf("%d values", n)
	}
}
