package wechat

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gin-gonic/gin"
)

// A late answer that could not be sent is told and counted, without its text or
// reader.
func TestLostLetterIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		var log bytes.Buffer
		cfg := testConfig(t, plainAccount, slow(6*time.Second, &calls))
		cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
		cfg.Letters = &letters{ready: true, sent: make(chan string, 9), fail: errors.New("45047")}
		h := testEngine(t, cfg)
		for _, id := range []string{"1", "2"} {
			attempt(t, h, textMessage("oAlice", "x", id))
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		for _, want := range []string{"a late answer was not sent", "45047", "since_start=1", "since_start=2"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("no %q in %s", want, log.String())
			}
		}
		if strings.Contains(log.String(), "oAlice") || strings.Contains(log.String(), "answer 1") {
			t.Error(log.String())
		}
	})
}

// At the end what is under way is finished, letters too, within the deadline; who
// asks meanwhile is told to come again.
func TestClose(t *testing.T) {
	for slowly, lost := range map[time.Duration]bool{6 * time.Second: false, 14 * time.Second: true} {
		synctest.Test(t, func(t *testing.T) {
			var calls atomic.Int64
			var log bytes.Buffer
			cfg := testConfig(t, plainAccount, slow(slowly, &calls))
			cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
			post := &letters{ready: true, sent: make(chan string, 9)}
			cfg.Letters = post
			w, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			h := gin.New()
			w.Register(h)
			w.Close(t.Context()) // nothing is under way
			if w, err = New(cfg); err != nil {
				t.Fatal(err)
			}
			h = gin.New()
			w.Register(h)
			go attempt(t, h, textMessage("oAlice", "x", "1"))
			synctest.Wait()
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			closed := make(chan time.Duration, 1)
			go func() { w.Close(ctx); closed <- time.Since(began) }()
			synctest.Wait()
			if got := attempt(t, h, textMessage("oBob", "x", "2")); got.text != "busy" {
				t.Errorf("%+v", got)
			}
			want := min(slowly, 10*time.Second)
			if took := <-closed; took != want {
				t.Errorf("%v: closed after %v", slowly, took)
			}
			if n := len(post.sent); (n == 0) != lost || strings.Contains(log.String(), "left behind") != lost {
				t.Errorf("%v: %d letters; %s", slowly, n, log.String())
			}
			time.Sleep(time.Minute)
		})
	}
}
