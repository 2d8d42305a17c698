package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"jindu/internal/redisstore/redistest"
)

// Redis is emptied below a server at work, and the backup restored while everybody goes
// on sending: who answers the moment the survey is back is no fault of the backup. And
// who has the cookie of an answer that is nowhere any more answers anew.
func TestRestoreWhilePeopleAnswer(t *testing.T) {
	redis := redistest.Start(t)
	set := redisSettings(t, redis.URL(), nil)
	p := serve(t, set)
	at := p.base + townships(t, set)[0]
	fill := func(n int) {
		for range n {
			var r resident
			if err := r.open(t, at); err != nil {
				t.Fatal(err)
			}
			if status, s, err := r.post(at, 0); status != http.StatusOK || err != nil {
				t.Fatal(status, s, err)
			}
		}
	}
	fill(300)
	archive := filepath.Join(t.TempDir(), "nightly.jindu")
	if r := runCommand(t, set, "backup", "--out", archive); r.code != exitDone || r.err != "" {
		t.Fatalf("%+v", r)
	}
	// This one is told that its answer counts; the archive does not have it.
	var late resident
	if err := late.open(t, at); err != nil {
		t.Fatal(err)
	}
	resp, _, err := late.send(http.MethodPost, at, late.forms[0].Encode(), "application/json")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	late.cookies = append(late.cookies, resp.Cookies()...)

	redis.Clear()
	if status, s, err := late.post(at, 0); status != http.StatusServiceUnavailable {
		t.Errorf("what was lost is acknowledged: %d %+v %v", status, s, err)
	}
	var crowding sync.WaitGroup
	var taken atomic.Int64
	stop := make(chan struct{})
	for range 16 {
		crowding.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				var r resident
				if r.open(t, at) != nil {
					continue
				}
				if status, _, err := r.post(at, 0); err == nil && status == http.StatusOK {
					taken.Add(1)
				}
			}
		})
	}
	r := runCommand(t, set, "restore", archive)
	close(stop)
	crowding.Wait()
	if r.code != exitDone || strings.Contains(r.err, "不一致") || !strings.Contains(r.out, "qiongshan-2026：300 份") {
		t.Errorf("restore under load: %+v", r)
	}
	t.Logf("%d answered before the restore said that it was done", taken.Load())
	for _, want := range []string{"the first", "the retry"} {
		if status, s, err := late.post(at, 0); status != http.StatusOK || s.Status != "accepted" || err != nil {
			t.Errorf("%s: %d %+v %v", want, status, s, err)
		}
	}
	expectCounted(t, set, p.base, 301+int(taken.Load()))
}

// After Redis was emptied somebody started the server anew: the nightly backup must not
// replace the good one, and says what to do; then that is done.
func TestBackupAfterBeginningAnew(t *testing.T) {
	redis := redistest.Start(t)
	set := redisSettings(t, redis.URL(), nil)
	p := serve(t, set)
	path := townships(t, set)[0]
	send := func(base string, n int) {
		for range n {
			var r resident
			if err := r.open(t, base+path); err != nil {
				t.Fatal(err)
			}
			if status, s, err := r.post(base+path, 0); status != http.StatusOK || err != nil {
				t.Fatal(status, s, err)
			}
		}
	}
	send(p.base, 5)
	archive := filepath.Join(t.TempDir(), "nightly.jindu")
	backup := []string{"backup", "--out", archive}
	if r := runCommand(t, set, backup...); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	p.stop(syscall.SIGTERM)
	redis.Clear()
	p = serve(t, set)
	send(p.base, 7)
	r := runCommand(t, set, backup...)
	for _, want := range []string{"没有替换", "备份里有 5 份", "重新开始", "有 7 份", "FLUSHALL", "jindu restore", "--force"} {
		if r.code != exitFailed || !strings.Contains(r.err, want) {
			t.Errorf("%q is not said: %+v", want, r)
		}
	}
	p.stop(syscall.SIGTERM)
	redis.Clear()
	if r := runCommand(t, set, "restore", archive); r.code != exitDone || !strings.Contains(r.out, "qiongshan-2026：5 份") {
		t.Fatalf("%+v", r)
	}
	p = serve(t, set)
	send(p.base, 1)
	expectCounted(t, set, p.base, 6)
	if r := runCommand(t, set, backup...); r.code != exitDone {
		t.Errorf("%+v", r)
	}
}

// One of a Cluster's masters was emptied: audit says so.
func TestAuditOfEmptiedMaster(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 0, 2000)
	set := redisSettings(t, cluster.URL(), nil)
	p := serve(t, set)
	path := townships(t, set)[0]
	var r resident
	if err := r.open(t, p.base+path); err != nil {
		t.Fatal(err)
	}
	if status, s, err := r.post(p.base+path, 0); status != http.StatusOK || err != nil {
		t.Fatal(status, s, err)
	}
	if r := runCommand(t, set, "audit", "qiongshan-2026"); r.code != exitDone || !strings.Contains(r.out, "1 份") {
		t.Fatalf("%+v", r)
	}
	p.stop(syscall.SIGTERM)
	cluster.Masters[1].Clear()
	if r := runCommand(t, set, "audit", "qiongshan-2026"); r.code != exitFailed || r.out != "" || !strings.Contains(r.err, "被清空或换过") {
		t.Errorf("%+v", r)
	}
}
