package api_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/bot"
	"jindu/bot/wechat"
	"jindu/bot/wechat/api"
	"jindu/bot/wechat/fake"
	"jindu/internal/respondent"
)

const aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

type silent struct{}

func (silent) Begin(bot.Message) (bot.Reply, func(context.Context) (bot.Reply, error)) {
	return bot.Reply{}, nil
}

// site is the real webhook with a domain file.
func site(t *testing.T, cfg wechat.Config, now func() time.Time) *httptest.Server {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	keys, err := respondent.NewKeys(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Answerer, cfg.Keys, cfg.Now, cfg.Inflight = silent{}, keys, now, 64
	cfg.Log = slog.New(slog.DiscardHandler)
	cfg.Busy = func() string { return "busy" }
	cfg.RateLimited = cfg.Busy
	webhook, err := wechat.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	engine := gin.New()
	webhook.Register(engine)
	engine.GET("/MP_verify_abc.txt", func(c *gin.Context) { c.String(http.StatusOK, "abc\n") })
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	return server
}

// diagnose gives the findings by what was checked.
func diagnose(t *testing.T, c api.Checkup) map[string]api.Finding {
	t.Helper()
	found := map[string]api.Finding{}
	for _, f := range api.Doctor(deadline(t), c) {
		if f.Level != api.OK && f.Fix == "" {
			t.Errorf("%s: %s, and nothing to do", f.Check, f.Text)
		}
		if all := f.Text + f.Fix; (c.Token != "" && strings.Contains(all, c.Token)) || strings.Contains(all, "signature=") || strings.Contains(all, aesKey) {
			t.Errorf("%s shows a secret: %s", f.Check, all)
		}
		found[f.Check] = f
	}
	return found
}

func levels(t *testing.T, found map[string]api.Finding, want map[string]api.Level) {
	t.Helper()
	for check, level := range want {
		if f := found[check]; f.Level != level {
			t.Errorf("%s: %q %s %s", check, f.Level, f.Text, f.Fix)
		}
	}
}

func TestDoctorOfAHealthyServer(t *testing.T) {
	w := newWorld(t, fake.Config{AESKey: aesKey, Now: time.Now})
	s := site(t, wechat.Config{Token: w.Token, AppID: w.AppID, AESKey: aesKey}, time.Now)
	found := diagnose(t, api.Checkup{
		BaseURL: s.URL + "/", AppID: w.AppID, Token: w.Token, AESKey: aesKey, Client: w.client,
		VerifyFiles: map[string]string{"MP_verify_abc.txt": "abc"},
	})
	levels(t, found, map[string]api.Level{
		"对外网址": api.Problem, // this one is on loopback
		"回调":   api.OK, "防冒充": api.OK, "消息加密": api.OK, "域名验证文件": api.OK, "时钟": api.OK, "接口凭证": api.OK, "IP 白名单": api.OK,
		"自定义菜单": api.OK, "带参数二维码": api.OK, "网页授权": api.OK, "客服消息": api.OK, "图片素材": api.OK, "网页授权域名": api.ByHand,
	})
}

func TestDoctorOfAnUnverifiedAccount(t *testing.T) {
	w := newWorld(t, fake.Config{Kind: fake.UnverifiedSubscription})
	s := site(t, wechat.Config{Token: w.Token}, time.Now)
	found := diagnose(t, api.Checkup{BaseURL: s.URL, Token: w.Token, Client: w.client})
	levels(t, found, map[string]api.Level{
		"回调": api.OK, "消息加密": api.Limited, "域名验证文件": api.ByHand, "接口凭证": api.OK,
		"自定义菜单": api.Limited, "带参数二维码": api.Limited, "网页授权": api.Limited, "客服消息": api.Limited, "图片素材": api.Limited,
	})
	levels(t, diagnose(t, api.Checkup{BaseURL: s.URL, Token: w.Token}), map[string]api.Level{"接口凭证": api.Limited, "时钟": api.OK})
}

func TestDoctorNamesTheFault(t *testing.T) {
	w := newWorld(t, fake.Config{})
	reply := func(status int, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			io.WriteString(w, body)
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	gullible := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.FormValue("echostr")) }))
	defer gullible.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	real := func(cfg wechat.Config) string { return site(t, cfg, time.Now).URL }
	early := func() time.Time { return time.Now().Add(-10 * time.Minute) }
	const token = "a-callback-token"
	safe := wechat.Config{Token: token, AppID: "wx1", AESKey: aesKey}

	for _, test := range []struct {
		name    string
		checkup api.Checkup
		fault   fake.Fault
		check   string
		level   api.Level
		says    string // in text or fix
	}{
		{"no address", api.Checkup{}, fake.Fault{}, "对外网址", api.Problem, "JINDU_BASE_URL"},
		{"port", api.Checkup{BaseURL: "https://jindu.invalid:8443"}, fake.Fault{}, "对外网址", api.Problem, "8443"},
		{"no HTTPS", api.Checkup{BaseURL: "http://jindu.invalid"}, fake.Fault{}, "对外网址", api.Limited, "HTTPS"},
		{"good address", api.Checkup{BaseURL: "https://jindu.invalid"}, fake.Fault{}, "对外网址", api.OK, ""},
		{"no token", api.Checkup{BaseURL: gone.URL}, fake.Fault{}, "回调", api.Problem, "JINDU_WECHAT_TOKEN"},
		{"nobody there", api.Checkup{BaseURL: gone.URL, Token: token}, fake.Fault{}, "回调", api.Problem, "反向代理"},
		{"nobody there, in words", api.Checkup{BaseURL: gone.URL, Token: token}, fake.Fault{}, "回调", api.Problem, "那个地址上没有程序在听（"},
		{"no such host, in words", api.Checkup{BaseURL: "http://jindu.invalid", Token: token}, fake.Fault{}, "回调", api.Problem, "找不到这个主机名（"},
		{"WeChat away, in words", api.Checkup{Client: w.client}, fake.Fault{Status: 502}, "接口凭证", api.Problem, "微信接口（"},
		{"other token", api.Checkup{BaseURL: real(wechat.Config{Token: "other"}), Token: token}, fake.Fault{}, "回调", api.Problem, "JINDU_WECHAT_TOKEN"},
		{"not found", api.Checkup{BaseURL: reply(404, ""), Token: token}, fake.Fault{}, "回调", api.Problem, "404"},
		{"redirect", api.Checkup{BaseURL: reply(302, ""), Token: token}, fake.Fault{}, "回调", api.Problem, "302"},
		{"page in between", api.Checkup{BaseURL: reply(200, "<html>"), Token: token}, fake.Fault{}, "回调", api.Problem, "防火墙"},
		{"believes all", api.Checkup{BaseURL: gullible.URL, Token: token}, fake.Fault{}, "防冒充", api.Problem, "冒充"},
		{"server has key", api.Checkup{BaseURL: real(safe), Token: token}, fake.Fault{}, "消息加密", api.Problem, "JINDU_WECHAT_AES_KEY"},
		{"server has none", api.Checkup{BaseURL: real(wechat.Config{Token: token}), Token: token, AppID: "wx1", AESKey: aesKey}, fake.Fault{}, "消息加密", api.Problem, "JINDU_WECHAT_AES_KEY"},
		{"other app", api.Checkup{BaseURL: real(safe), Token: token, AppID: "wx2", AESKey: aesKey}, fake.Fault{}, "消息加密", api.Problem, "AppID"},
		{"bad key", api.Checkup{BaseURL: real(safe), Token: token, AppID: "wx1", AESKey: "short"}, fake.Fault{}, "消息加密", api.Problem, "43"},
		{"file missing", api.Checkup{BaseURL: real(safe), VerifyFiles: map[string]string{"MP_verify_x.txt": "x"}}, fake.Fault{}, "域名验证文件", api.Problem, "404"},
		{"file differs", api.Checkup{BaseURL: real(safe), VerifyFiles: map[string]string{"MP_verify_abc.txt": "x"}}, fake.Fault{}, "域名验证文件", api.Problem, "内容不对"},
		{"clock", api.Checkup{BaseURL: real(safe), Token: token, Now: early}, fake.Fault{}, "时钟", api.Problem, "timedatectl"},
		{"whitelist", api.Checkup{Client: w.client}, fake.Fault{API: "stable_token", Code: 40164}, "IP 白名单", api.Problem, "203.0.113.7"},
		{"secret", api.Checkup{Client: w.client}, fake.Fault{API: "stable_token", Code: 40125}, "接口凭证", api.Problem, "JINDU_WECHAT_APP_SECRET"},
		{"WeChat away", api.Checkup{Client: w.client}, fake.Fault{Status: 502}, "接口凭证", api.Problem, "api.weixin.qq.com"},
		{"menu quota", api.Checkup{Client: w.client}, fake.Fault{API: "menu/get", Code: 45009}, "自定义菜单", api.Problem, "次"},
		{"no right to codes", api.Checkup{Client: w.client}, fake.Fault{API: "qrcode/create", Code: 48001}, "带参数二维码", api.Limited, "接口权限"},
	} {
		w.Heal()
		w.Add(3 * time.Hour)
		if test.fault != (fake.Fault{}) {
			w.Inject(test.fault)
		}
		f := diagnose(t, test.checkup)[test.check]
		if f.Level != test.level || !strings.Contains(f.Text+f.Fix, test.says) {
			t.Errorf("%s: %q %s %s", test.name, f.Level, f.Text, f.Fix)
		}
	}
}
