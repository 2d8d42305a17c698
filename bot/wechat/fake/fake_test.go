package fake_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
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

type answerFunc func(context.Context, bot.Message) (bot.Reply, error)

func (f answerFunc) Begin(m bot.Message) (bot.Reply, func(context.Context) (bot.Reply, error)) {
	return bot.Reply{}, func(ctx context.Context) (bot.Reply, error) { return f(ctx, m) }
}

// connect starts a fake and the real webhook behind it.
func connect(t *testing.T, cfg fake.Config, answer answerFunc) *fake.Server {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	f, err := fake.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	keys, err := respondent.NewKeys(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	webhook, err := wechat.New(wechat.Config{
		Token: f.Token, AppID: f.AppID, AESKey: f.AESKey, Answerer: answer, Keys: keys, Now: time.Now, Inflight: 64,
		Log: slog.New(slog.DiscardHandler), Busy: func() string { return "busy" }, RateLimited: func() string { return "slow down" },
	})
	if err != nil {
		t.Fatal(err)
	}
	engine := gin.New()
	webhook.Register(engine)
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	f.SetCallback(server.URL + "/wechat")
	return f
}

func echo(_ context.Context, m bot.Message) (bot.Reply, error) {
	return bot.Reply{Text: fmt.Sprintf("%s:%s:%s", m.Kind, m.Text, m.MenuID), Choices: []bot.Choice{{Label: "A 是", Send: "是", ID: "q1"}}}, nil
}

func TestConversation(t *testing.T) {
	for _, key := range []string{"", aesKey} {
		f := connect(t, fake.Config{AESKey: key}, echo)
		ctx := t.Context()
		if err := f.Verify(ctx); err != nil {
			t.Fatal(err)
		}
		ming := f.Person("小明")
		say := func(d fake.Delivery, err error) string {
			t.Helper()
			if err != nil || len(d.Attempts) != 1 {
				t.Fatalf("%v %+v", err, d.Attempts)
			}
			text, _, _ := strings.Cut(d.Text(), "\n")
			return text
		}
		for range 3 { // the second time he follows
			if got := say(ming.Follow(ctx)); got != "subscribe::" {
				t.Error(got)
			}
			if got := say(ming.Unfollow(ctx)); got != "unsubscribe::" && got != "" {
				t.Error(got)
			}
		}
		for _, text := range []string{"依托咪酯", "😀𠀀", "a]]>b", "<&>"} {
			if got, want := say(ming.Say(ctx, text)), "text:"+strings.ReplaceAll(text, "<", "＜")+":"; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		d, err := ming.Say(ctx, "x")
		if err != nil || len(d.Reply.Choices()) != 1 {
			t.Fatalf("%v %+v", err, d.Reply)
		}
		if got := say(ming.Tap(ctx, d.Reply.Choices()[0])); got != "text:是:q1" {
			t.Error(got)
		}
		if got := say(ming.ShareLocation(ctx, 20.04, 110.34, "龙塘镇")); got != "location::" {
			t.Error(got)
		}
		if got := say(ming.SendVoice(ctx)); got != "voice::" {
			t.Error(got)
		}
		if got := say(ming.SendImage(ctx)); got != "image::" {
			t.Error(got)
		}
	}
}

// One computation for all attempts, whose message is the same.
func TestRetries(t *testing.T) {
	var computed atomic.Int32
	gate := make(chan struct{})
	f := connect(t, fake.Config{Patience: 500 * time.Millisecond}, func(ctx context.Context, m bot.Message) (bot.Reply, error) {
		computed.Add(1)
		<-gate
		return bot.Reply{Text: "late"}, nil
	})
	ming := f.Person("小明")
	type result struct {
		d   fake.Delivery
		err error
	}
	done := make(chan result, 1)
	go func() {
		d, err := ming.Say(t.Context(), "x")
		done <- result{d, err}
	}()
	time.AfterFunc(750*time.Millisecond, func() { close(gate) }) // during the second attempt of three
	r := <-done
	if r.err != nil || r.d.Text() != "late" || len(r.d.Attempts) < 2 || r.d.Attempts[0].Error == nil || computed.Load() != 1 {
		t.Errorf("%v %q %+v, computed %d times", r.err, r.d.Text(), r.d.Attempts, computed.Load())
	}
}

func TestTrouble(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"status":       func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) },
		"page":         func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<html>oops") },
		"other person": func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, reply("oSomebody", "text", "hello")) },
		"long": func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, reply(r.URL.Query().Get("openid"), "text", strings.Repeat("x", 2049)))
		},
		"plain in safe mode": func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, reply(r.URL.Query().Get("openid"), "text", "hello"))
		},
		"silence": func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
	} {
		server := httptest.NewServer(handler)
		cfg := fake.Config{Callback: server.URL}
		if strings.Contains(name, "safe") {
			cfg.AESKey = aesKey
		}
		f, err := fake.Start(cfg)
		if err != nil {
			t.Fatal(err)
		}
		d, err := f.Person("x").Say(t.Context(), "x")
		want := 1
		if name == "silence" {
			want = 3
		}
		if !errors.Is(err, fake.ErrTrouble) || len(d.Attempts) != want {
			t.Errorf("%s: %v %+v", name, err, d.Attempts)
		}
		f.Close()
		server.Close()
	}
}

func reply(to, kind, content string) string {
	return "<xml><ToUserName>" + to + "</ToUserName><FromUserName>gh_0fa4e0fa4e0f</FromUserName><CreateTime>1</CreateTime><MsgType>" + kind + "</MsgType><Content>" + content + "</Content></xml>"
}

// Many followers at once each get their own answer.
func TestManyFollowers(t *testing.T) {
	f := connect(t, fake.Config{AESKey: aesKey}, echo)
	var wait sync.WaitGroup
	for i := range 64 {
		wait.Go(func() {
			who := f.Person(fmt.Sprint(i))
			for j := range 5 {
				text := fmt.Sprintf("%d/%d", i, j)
				if d, err := who.Say(t.Context(), text); err != nil || !strings.HasPrefix(d.Text(), "text:"+text+":") {
					t.Errorf("%v %q", err, d.Text())
				}
			}
		})
	}
	wait.Wait()
}

// The page asks a browser that it does not know who it belongs to.
func TestAuthorizePageAsksWho(t *testing.T) {
	f, err := fake.Start(fake.Config{OAuthDomain: "jindu.example.cn"})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ming := f.Person("小明 <b>")
	page := func(query string) string {
		t.Helper()
		res, err := http.Get(f.URL + "/connect/oauth2/authorize?" + query)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	query := "appid=" + f.AppID + "&redirect_uri=https%3A%2F%2Fjindu.example.cn%2F&response_type=code&scope=snsapi_base&state=1"
	if got := page(query); !strings.Contains(got, "小明 &lt;b&gt;") || !strings.Contains(got, ming.ID) {
		t.Error(got)
	}
	for _, bad := range []struct{ query, says string }{
		{strings.Replace(query, "jindu.example.cn", "elsewhere.cn", 1), "10003"},
		{strings.Replace(query, "snsapi_base", "snsapi_userinfo", 1), "Scope"},
		{strings.Replace(query, f.AppID, "wx2", 1), "AppID"},
		{"state=1&" + strings.TrimSuffix(query, "&state=1"), "参数错误"},
	} {
		if got := page(bad.query); !strings.Contains(got, bad.says) {
			t.Errorf("%s: %s", bad.says, got)
		}
	}
}

// Scene codes and menu, made by the client, reach the bot.
func TestScenesAndMenu(t *testing.T) {
	now := time.Now()
	f := connect(t, fake.Config{Now: func() time.Time { return now }}, echo)
	client, err := api.New(api.Config{AppID: f.AppID, AppSecret: f.AppSecret, BaseURL: f.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx := t.Context()
	qr, err := client.TemporaryQR(ctx, "460107101", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	menu := api.Menu{Buttons: []api.Button{{Name: "问", Buttons: []api.Button{{Name: "毒品", Key: "毒品知识"}, {Name: "网页", URL: "https://jindu.example.cn/"}}}}}
	if err := client.PushMenu(ctx, menu); err != nil {
		t.Fatal(err)
	}
	ming := f.Person("小明")
	for _, step := range []struct {
		do   func() (fake.Delivery, error)
		want string
	}{
		{func() (fake.Delivery, error) { return ming.Scan(ctx, qr.URL) }, "subscribe:460107101:"},
		{func() (fake.Delivery, error) { return ming.Scan(ctx, qr.Ticket) }, "scan:460107101:"},
		{func() (fake.Delivery, error) { return ming.Click(ctx, "毒品") }, "click:毒品知识:"},
		{func() (fake.Delivery, error) { return ming.Click(ctx, "网页") }, ""},
	} {
		d, err := step.do()
		if got, _, _ := strings.Cut(d.Text(), "\n"); err != nil || got != step.want {
			t.Errorf("%q %v, want %q", got, err, step.want)
		}
	}
	now = now.Add(2 * time.Hour)
	if _, err := ming.Scan(ctx, qr.URL); err == nil {
		t.Error("the code should have expired")
	}
	if _, err := ming.Click(ctx, "没有"); err == nil {
		t.Error("a button that is not there")
	}
}
