package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"jindu/internal/redisstore/redistest"
)

// A wrong setting ends with code 2, which a unit does not start again, says which one
// it is, and never a secret.
func TestWrongSettings(t *testing.T) {
	dir := t.TempDir()
	large, fifo := filepath.Join(dir, "large"), filepath.Join(dir, "missing")
	if err := os.WriteFile(large, []byte(strings.Repeat("x", maxSetting+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		change map[string]string
		want   string
	}{
		{map[string]string{"JINDU_SECRET": strings.Repeat("k", 48)}, "太容易猜"},
		{map[string]string{"JINDU_SECRET": strings.Repeat("k9", 24)}, "太容易猜"},
		{map[string]string{"JINDU_SECRET": strings.Repeat(" ", 48)}, "JINDU_SECRET 太短"},
		{map[string]string{"JINDU_SECRET": "aB3dE6gH" + strings.Repeat(" ", 40)}, "JINDU_SECRET 太短"},
		{map[string]string{"JINDU_SECRET": "", "JINDU_SECRET_FILE": large}, "JINDU_SECRET_FILE"},
		{map[string]string{"JINDU_SECRET": "", "JINDU_SECRET_FILE": "/dev/zero"}, "JINDU_SECRET_FILE"},
		{map[string]string{"JINDU_SECRET": "", "JINDU_SECRET_FILE": dir}, "JINDU_SECRET_FILE"},
		{map[string]string{"JINDU_SECRET": "", "JINDU_SECRET_FILE": fifo}, "JINDU_SECRET_FILE"},
		{map[string]string{"JINDU_API_TOKEN": "short" + strings.Repeat(" ", 20)}, "JINDU_API_TOKEN"},
		{map[string]string{"JINDU_API_TOKEN": strings.Repeat(" ", 20)}, "JINDU_API_TOKEN"},
		{map[string]string{"JINDU_WECHAT_TOKEN": "ab"}, "JINDU_WECHAT_TOKEN"},
		{map[string]string{"JINDU_WECHAT_TOKEN": "with-a-dash"}, "JINDU_WECHAT_TOKEN"},
		{map[string]string{"JINDU_WECHAT_TOKEN": strings.Repeat("a", 33)}, "JINDU_WECHAT_TOKEN"},
		{map[string]string{"JINDU_WECHAT_VERIFY": "no-such-folder/x"}, "JINDU_WECHAT_VERIFY"},
		{map[string]string{"JINDU_RATE_TICKET": "-1"}, "JINDU_RATE_TICKET"},
		{map[string]string{"JINDU_RATE_TICKET": "100000000"}, "JINDU_RATE_TICKET"},
		{map[string]string{"JINDU_RATE_FOLLOWER": "-5"}, "JINDU_RATE_FOLLOWER"},
		{map[string]string{"JINDU_WEBHOOK_INFLIGHT": "0"}, "JINDU_WEBHOOK_INFLIGHT"},
		{map[string]string{"JINDU_TRUSTED_PROXIES": "127.0.0.1,nginx"}, "JINDU_TRUSTED_PROXIES"},
		{map[string]string{"JINDU_BASE_URL": "https://jindu.example.cn/path"}, "JINDU_BASE_URL"},
		{map[string]string{"JINDU_CONTENT": "no-such-folder"}, "no-such-folder"},
		{map[string]string{"JINDU_CONTENT": large}, "JINDU_CONTENT"},
		{map[string]string{"JINDU_ADDR": "8080"}, "JINDU_ADDR"},
		{map[string]string{"JINDU_ADDR": "127.0.0.1:99999"}, "JINDU_ADDR"},
		{map[string]string{"JINDU_ADMIN_ADDR": "on"}, "JINDU_ADMIN_ADDR"},
		{map[string]string{"JINDU_REDIS_URL": "redis://u:12345/s3cret@h"}, "JINDU_REDIS_URL"},
	} {
		r := runCommand(t, testSettings(t.TempDir(), c.change), "serve")
		if r.code != exitUsage || !strings.Contains(r.err, c.want) {
			t.Errorf("%v: %d %s", c.change, r.code, r.err)
		}
		for _, secret := range []string{testSecret, testAPIToken, "s3cret", "12345", "with-a-dash"} {
			if strings.Contains(r.out+r.err, secret) {
				t.Errorf("%v prints %s: %s", c.change, secret, r.err)
			}
		}
	}
}

// The public address is brought to the form in which browsers name it.
func TestPublicURL(t *testing.T) {
	for address, want := range map[string]string{
		"https://jindu.example.cn": "https://jindu.example.cn", " https://Jindu.Example.cn/ ": "https://jindu.example.cn", "HTTPS://jindu.example.cn:443": "https://jindu.example.cn",
		"http://10.0.0.5:8080": "http://10.0.0.5:8080", "http://[::1]:8080": "http://[::1]:8080", "http://h:80": "http://h", "https://h:80": "https://h:80",
		"https://h:99999": "", "https://h:0": "", "https://h:": "", "https://:443": "", "https://a,https://b": "", "https://a b": "", "https://h?": "", "https://h#": "",
		"https://禁毒.cn": "", "https://-h": "", "https://a..b": "", "https://u@h": "", "ftp://h": "", "h": "", "https://": "", "https://h/x": "", "https:h": "",
	} {
		got, err := publicURL("X", address)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v", address, got, err)
		}
	}
}

// Proxies are named with spaces as people write lists; who trusts everybody is warned.
// HEAD is answered as GET. A stop is told when it begins and when it ends.
func TestServeAsOperatorsUseIt(t *testing.T) {
	const file = "MP_verify_aB3dE6gH9jK2mN5p.txt"
	path := filepath.Join(t.TempDir(), file)
	if err := os.WriteFile(path, []byte("aB3dE6gH9jK2mN5p"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := serve(t, testSettings(t.TempDir(), map[string]string{"JINDU_TRUSTED_PROXIES": " 10.0.0.1 , 0.0.0.0/0,", "JINDU_WECHAT_VERIFY": path}))
	p.says(t, "JINDU_TRUSTED_PROXIES trusts everybody")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, want := range map[string]int{"/": http.StatusFound, "/" + file: http.StatusOK} {
		resp, err := client.Head(p.base + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("HEAD %s: %s", path, resp.Status)
		}
	}
	p.stop(syscall.SIGTERM)
	begun, ended := strings.Index(p.output(), `msg="stopping`), strings.Index(p.output(), `msg=stopped`)
	if begun < 0 || ended < begun {
		t.Error(p.output())
	}
}

// health waits for what a server says of a Redis that hangs, and tells a Redis that
// refuses from one that is away.
func TestHealthSaysWhatIsWrong(t *testing.T) {
	redis := redistest.Start(t)
	a := admin{t, "127.0.0.1:" + redistest.FreePort(t)}
	set := a.settings(map[string]string{})
	serve(t, redisSettings(t, redis.URL(), set))
	a.expectReady(http.StatusOK, "断电不丢")
	client := redis.Client()
	defer client.Close()
	for _, step := range []struct{ name, bad, good, says string }{
		{"maxmemory", "1", "0", "内存满了"},
		{"min-replicas-to-write", "1", "0", "min-replicas-to-write"},
	} {
		if err := client.ConfigSet(t.Context(), step.name, step.bad).Err(); err != nil {
			t.Fatal(err)
		}
		a.expectReady(http.StatusServiceUnavailable, step.says)
		if err := client.ConfigSet(t.Context(), step.name, step.good).Err(); err != nil {
			t.Fatal(err)
		}
		a.expectReady(http.StatusOK, "断电不丢")
	}
	redis.Freeze()
	defer redis.Thaw()
	eventually(t, func() error { // a look serves those who ask within 200 ms
		r := runCommand(t, set, "health")
		if strings.Contains(r.err, "服务没有响应") {
			t.Errorf("a server that lives: %+v", r)
		}
		if r.code != exitFailed || !strings.Contains(r.err, "Redis 没有及时回答") {
			return fmt.Errorf("%+v", r)
		}
		return nil
	})
}
