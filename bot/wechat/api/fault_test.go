package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"jindu/bot/wechat/api"
	"jindu/bot/wechat/fake"
)

func TestFaults(t *testing.T) {
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	for _, test := range []struct {
		name  string
		fault fake.Fault
		want  error
	}{
		{"busy", fake.Fault{Code: -1}, api.ErrUnreachable},
		{"slow", fake.Fault{Until: never}, api.ErrUnreachable},
		{"quota", fake.Fault{Code: 45009}, api.ErrQuota},
		{"too often", fake.Fault{Code: 45011}, api.ErrTooOften},
		{"blocked", fake.Fault{Code: 48004}, api.ErrBlocked},
		{"whitelist", fake.Fault{Code: 40164}, api.ErrAddress},
		{"502", fake.Fault{Status: 502}, api.ErrUnreachable},
		{"redirect", fake.Fault{Status: 302}, api.ErrUnreachable},
		{"no JSON", fake.Fault{Body: `{"errcode":0,`}, api.ErrResponse},
		{"page", fake.Fault{Body: `<html>login to the network</html>`}, api.ErrResponse},
		{"other JSON", fake.Fault{Body: `{"access_token":7,"ip_list":7,"ticket":7,"menu":7,"media_id":7,"openid":7}`}, api.ErrResponse},
		{"nothing in it", fake.Fault{Body: `{}`}, api.ErrResponse},
		{"wrong length", fake.Fault{Short: true}, api.ErrUnreachable},
		{"endless", fake.Fault{Body: strings.Repeat(" ", 1<<20) + `{}`}, api.ErrResponse},
	} {
		for _, name := range []string{"stable_token", "getcallbackip", "qrcode/create", "media/upload", "sns/oauth2/access_token"} {
			t.Run(test.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, fake.Config{})
				cfg := w.config(nil)
				if test.fault.Until != nil {
					cfg.Timeout = 80 * time.Millisecond
				}
				c, err := api.New(cfg)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(c.Close)
				fault := test.fault
				fault.API = name
				w.Inject(fault)
				ctx := deadline(t)
				call := map[string]func() error{
					"stable_token":            func() error { return c.CheckToken(ctx) },
					"getcallbackip":           func() error { return c.CheckToken(ctx) },
					"qrcode/create":           func() error { _, err := c.PermanentQR(ctx, "x"); return err },
					"media/upload":            func() error { _, err := c.ImageID(ctx, picture(t, 8)); return err },
					"sns/oauth2/access_token": func() error { _, err := c.Exchange(ctx, "a-code"); return err },
				}[name]
				err = call()
				if !errors.Is(err, test.want) || !strings.Contains(fmt.Sprint(err), name) {
					t.Errorf("%v", err)
				}
				if api.Advice(err) == "" {
					t.Error("no advice")
				}
				w.Heal()
				w.Add(11 * time.Minute)
				if err := call(); err != nil && !errors.Is(err, api.ErrCode) {
					t.Errorf("after healing: %v", err)
				}
			})
		}
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	asked := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer elsewhere.Close()
	portal := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer portal.Close()
	c, err := api.New(api.Config{AppID: "a", AppSecret: "b", BaseURL: portal.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.CheckToken(deadline(t)); !errors.Is(err, api.ErrUnreachable) || asked {
		t.Errorf("%v, followed: %v", err, asked)
	}
}

// No secret, token, code, open id or message is in a log or an error, whatever
// WeChat or the network says.
func TestSecretsStayInside(t *testing.T) {
	// What WeChat can give away is what the call carried.
	const secret, code = "5ecret+of/the=account&x", "a-c0de/of+someone"
	w := newWorld(t, fake.Config{AppSecret: secret})
	shared := brokenShared{}
	cfg := w.config(shared)
	cfg.Timeout = 80 * time.Millisecond
	c, err := api.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.CheckToken(deadline(t)); err != nil {
		t.Fatal(err)
	}
	token := w.AccessToken()
	person := w.Person("x").ID
	const message = "a private\n\"message\" <&>"
	hidden := []string{secret, url.QueryEscape(secret), code, url.QueryEscape(code), token, person, message}
	never := make(chan struct{})
	defer close(never)
	var said []string
	for _, fault := range []fake.Fault{
		{Code: 45009, Echo: true}, {Code: 40001, Echo: true}, {Code: 42001, Echo: true}, {Code: 99999, Echo: true}, {Code: 40164, Echo: true},
		{Status: 500}, {Status: 302}, {Body: "seen: ", Echo: true}, {Body: `{"errcode":"` + token + `"}`}, {Short: true}, {Until: never},
	} {
		for _, name := range []string{"", "getcallbackip", "message/custom/send", "sns/oauth2/access_token", "stable_token"} {
			w.Heal()
			w.Add(3 * time.Hour)
			fault.API = name
			w.Inject(fault)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			for _, call := range []func() error{
				func() error { return c.CheckToken(ctx) },
				func() error { return c.SendText(ctx, person, message) },
				func() error { _, err := c.Exchange(ctx, code); return err },
				func() error { _, err := c.PermanentQR(ctx, "scene"); return err },
			} {
				err := call()
				said = append(said, fmt.Sprintf("%v %+v %#v", err, err, err), api.Advice(err))
			}
			cancel()
		}
	}
	// Nobody listens.
	w.Server.Close()
	said = append(said, fmt.Sprint(c.CheckToken(t.Context())), fmt.Sprint(c.SendText(t.Context(), person, message)))
	_, err = c.Exchange(t.Context(), code)
	said = append(said, fmt.Sprint(err), fmt.Sprintf("%v %+v %s", cfg, cfg, cfg))
	cfg.Log.Info("configured", "config", cfg)

	all := strings.Join(said, "\n") + w.log.String()
	for _, s := range append(hidden, w.AccessToken()) {
		if i := strings.Index(all, s); i >= 0 {
			t.Errorf("%q in: %.300s", s, all[max(0, i-200):])
		}
	}
	if !strings.Contains(all, "[secret]") || strings.Count(w.log.String(), "\n") < 100 {
		t.Error("the test saw too little")
	}
}
