package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"jindu/internal/redisstore/redistest"
)

// admin of a running server.
type admin struct {
	t    *testing.T
	addr string
}

func (a admin) settings(changes map[string]string) map[string]string {
	changes["JINDU_ADMIN_ADDR"] = a.addr
	return changes
}

// expectReady asks readyz for a status and a text, until it says so.
func (a admin) expectReady(status int, says string) {
	a.t.Helper()
	eventually(a.t, func() error {
		got, body := get(a.t, http.DefaultClient, "http://"+a.addr+"/readyz")
		if got != status || !strings.Contains(body, says) {
			return fmt.Errorf("readyz: %d %q, want %d %s", got, body, status, says)
		}
		return nil
	})
}

func (a admin) expectMetric(line string) {
	a.t.Helper()
	if _, body := get(a.t, http.DefaultClient, "http://"+a.addr+"/metrics"); !strings.Contains(body, "\n"+line+"\n") {
		a.t.Errorf("no %s", line)
	}
}

// Redis is emptied under two servers. Who had answered cannot answer again: nothing is
// taken, pages stay filled in, readyz and the log say what happened. What the
// operator looks at leaves nothing in the way of the backup; when that is restored all
// is as before, without a restart.
func TestRedisEmptied(t *testing.T) {
	redis := redistest.Start(t)
	a := admin{t, "127.0.0.1:" + redistest.FreePort(t)}
	set := redisSettings(t, redis.URL(), map[string]string{})
	p, other := serve(t, redisSettings(t, redis.URL(), a.settings(map[string]string{}))), serve(t, set)
	path := townships(t, set)[0]
	var who, late resident
	for _, r := range []*resident{&who, &who, &late} {
		if err := r.open(t, p.base+path); err != nil {
			t.Fatal(err)
		}
	}
	status, first, err := who.post(p.base+path, 0)
	if status != http.StatusOK || err != nil {
		t.Fatal(status, err)
	}
	archive := filepath.Join(t.TempDir(), "archive")
	if r := runCommand(t, set, "backup", "--out", archive); r.code != exitDone {
		t.Fatal(r)
	}
	a.expectReady(http.StatusOK, "断电不丢")
	a.expectMetric("jindu_store_lost 0")
	a.expectMetric("jindu_store_durable 1")

	redis.Clear()
	expectNotStored(t, p.base+path, &late)
	for range 50 {
		for tab, base := range []string{p.base, other.base} {
			if status, _, _ := who.post(base+path, tab); status != http.StatusServiceUnavailable {
				t.Fatalf("a second answer got %d", status)
			}
		}
	}
	a.expectReady(http.StatusServiceUnavailable, "Redis 被清空或换过")
	a.expectMetric("jindu_store_lost 1")
	a.expectMetric("jindu_store_ready 0")
	if r := runCommand(t, a.settings(map[string]string{}), "health"); r.code != exitFailed || !strings.Contains(r.err, "jindu restore") {
		t.Errorf("health: %+v", r)
	}
	for _, args := range [][]string{{"tally", "qiongshan-2026"}, {"audit", "qiongshan-2026"}, {"account", "list"}} {
		if r := runCommand(t, set, args...); r.code != exitDone {
			t.Errorf("%v: %+v", args, r)
		}
	}
	if r := runCommand(t, set, "forget", "qiongshan-2026", "--yes"); r.code != exitFailed || !strings.Contains(r.err, "没有问卷") {
		t.Errorf("forget: %+v", r)
	}
	for _, s := range []*program{p, other} {
		for _, line := range []string{`level=ERROR msg="store: Redis was emptied or replaced`, `level=ERROR msg="submission not stored"`} {
			if n := strings.Count(s.output(), line); n != 1 {
				t.Errorf("%s is logged %d times:\n%s", line, n, s.output())
			}
		}
	}

	if r := runCommand(t, set, "restore", archive); r.code != exitDone {
		t.Fatalf("restore: %+v", r)
	}
	if status, s, err := who.post(other.base+path, 1); status != http.StatusOK || s.Status != "duplicate" || s.Receipt != first.Receipt || err != nil {
		t.Errorf("a second answer after the restore: %d %+v %v", status, s, err)
	}
	if status, s, err := late.post(p.base+path, 0); status != http.StatusOK || s.Status != "accepted" || err != nil {
		t.Errorf("the one who came meanwhile: %d %+v %v", status, s, err)
	}
	a.expectReady(http.StatusOK, "断电不丢")
	a.expectMetric("jindu_store_lost 0")
	expectCounted(t, set, p.base, 2)
}

// A Redis that turns weak under a server that was not told to bear it: readyz says so
// until it is mended.
func TestRedisTurnsWeak(t *testing.T) {
	redis := redistest.Start(t)
	a := admin{t, "127.0.0.1:" + redistest.FreePort(t)}
	p := serve(t, redisSettings(t, redis.URL(), a.settings(map[string]string{})))
	a.expectReady(http.StatusOK, "断电不丢")
	client := redis.Client()
	defer client.Close()
	client.ConfigSet(t.Context(), "appendfsync", "everysec")
	a.expectReady(http.StatusServiceUnavailable, "断电可能丢最近几秒的数据")
	a.expectMetric("jindu_store_durable 0")
	if status, body := get(t, http.DefaultClient, p.base+"/readyz"); status != http.StatusServiceUnavailable || body != "store unavailable\n" {
		t.Errorf("the public readyz: %d %q", status, body)
	}
	client.ConfigSet(t.Context(), "appendfsync", "always")
	a.expectReady(http.StatusOK, "断电不丢")
	a.expectMetric("jindu_store_durable 1")
}

// What keeps a server from starting on Redis is said in a sentence, and a wrong
// setting ends with another code than a Redis that cannot be had.
func TestRedisDoesNotOpen(t *testing.T) {
	archive := archiveOf(t)
	for url, want := range map[string]struct {
		code int
		says string
	}{
		"http://h":               {exitUsage, "JINDU_REDIS_URL 写得不对"},
		"redis://:p@h/no-number": {exitUsage, "JINDU_REDIS_URL 写得不对"},
		"redis://127.0.0.1:1":    {exitFailed, "连不上 Redis"},
	} {
		for _, args := range [][]string{{"serve"}, {"tally", "qiongshan-2026"}, {"restore", archive}} {
			if r := runCommand(t, redisSettings(t, url, nil), args...); r.code != want.code || !strings.Contains(r.err, want.says) {
				t.Errorf("%s %s: %+v", args[0], url, r)
			}
		}
	}
	server := redistest.Start(t)
	client := server.Client()
	defer client.Close()
	if err := client.Do(t.Context(), "ACL", "SETUSER", "j", "on", ">p", "~jindu:*", "&jindu:*", "+@all", "-evalsha").Err(); err != nil {
		t.Fatal(err)
	}
	if r := runCommand(t, redisSettings(t, "redis://j:p@"+server.Addr, nil), "serve"); r.code != exitFailed || !strings.Contains(r.err, "缺少权限 +evalsha") || strings.Contains(r.err, "内容有错") {
		t.Errorf("without +evalsha: %+v", r)
	}
}

// What a forgotten survey's key may still be in is said.
func TestForgetSaysWhatRemains(t *testing.T) {
	server := redistest.Start(t, "--save", "3600 1")
	client := server.Client()
	defer client.Close()
	if err := client.Do(t.Context(), "ACL", "SETUSER", "j", "on", ">p", "~jindu:*", "&jindu:*", "+@all", "-bgsave").Err(); err != nil {
		t.Fatal(err)
	}
	serve(t, redisSettings(t, server.URL(), nil))
	if r := runCommand(t, redisSettings(t, "redis://j:p@"+server.Addr, nil), "forget", "qiongshan-2026", "--yes"); r.code != exitDone || !strings.Contains(r.err, "redis-cli BGSAVE") {
		t.Errorf("without +bgsave: %+v", r)
	}
	if r := runCommand(t, redisSettings(t, server.URL(), nil), "forget", "qiongshan-2026", "--yes"); r.code != exitDone || r.err != "" {
		t.Errorf("with all permissions: %+v", r)
	}
}

// archiveOf is a backup of an empty embedded store.
func archiveOf(t *testing.T) string {
	t.Helper()
	set := testSettings(t.TempDir(), nil)
	p := serve(t, set)
	p.stop(15)
	archive := filepath.Join(t.TempDir(), "archive")
	if r := runCommand(t, set, "backup", "--out", archive); r.code != exitDone {
		t.Fatal(r)
	}
	return archive
}

// A page elsewhere whose name was made to lead to this machine reads nothing.
func TestAdminHost(t *testing.T) {
	for listen, hosts := range map[string]struct{ good, bad []string }{
		"127.0.0.1:9090": {[]string{"127.0.0.1:9090", "localhost:9090", "LOCALHOST", "[::1]:9090", "127.8.8.8"}, []string{"evil.example:9090", "10.0.0.5:9090", "localhost.evil.example", ""}},
		":9090":          {[]string{"10.0.0.5:9090", "localhost:9090", "[fd00::1]:9090"}, []string{"evil.example:9090", "jindu:9090"}},
		"jindu:9090":     {[]string{"jindu:9090", "Jindu", "127.0.0.1:9090"}, []string{"evil.example", "10.0.0.5:9090"}},
		"10.0.0.5:9090":  {[]string{"10.0.0.5:9090", "localhost"}, []string{"10.0.0.6:9090", "evil.example"}},
	} {
		routes, err := newEngine(slog.New(slog.DiscardHandler), nil, ownHost(listen))
		if err != nil {
			t.Fatal(err)
		}
		routes.GET("/metrics", func(c *gin.Context) { c.String(http.StatusOK, "ok") })
		ask := func(host string) int {
			r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
			r.Host = host
			w := httptest.NewRecorder()
			routes.ServeHTTP(w, r)
			return w.Code
		}
		for _, host := range hosts.good {
			if got := ask(host); got != http.StatusOK {
				t.Errorf("at %s, %q: %d", listen, host, got)
			}
		}
		for _, host := range hosts.bad {
			if got := ask(host); got != http.StatusForbidden {
				t.Errorf("at %s, %q: %d", listen, host, got)
			}
		}
	}
}
