package api_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"jindu/bot/wechat/api"
	"jindu/bot/wechat/fake"
)

var goodMenu = api.Menu{Buttons: []api.Button{
	{Name: "问一问", Key: "菜单"},
	{Name: "办事", Buttons: []api.Button{
		{Name: "填问卷 <1 分钟> & 更多", URL: "https://jindu.example.cn/s/x?a=1&b=2"},
		{Name: "举报和求助", Key: "举报"},
	}},
}}

func TestMenu(t *testing.T) {
	w := newWorld(t, fake.Config{})
	ctx := deadline(t)
	if _, err := w.client.Menu(ctx); !errors.Is(err, api.ErrNoMenu) {
		t.Errorf("no menu yet: %v", err)
	}
	if problems := goodMenu.Check(); problems != nil {
		t.Fatal(problems)
	}
	if err := w.client.PushMenu(ctx, goodMenu); err != nil {
		t.Fatal(err)
	}
	got, err := w.client.Menu(ctx)
	if err != nil || !reflect.DeepEqual(got, goodMenu) {
		t.Errorf("%v %+v", err, got)
	}
	if err := w.client.ClearMenu(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.Menu(ctx); !errors.Is(err, api.ErrNoMenu) {
		t.Errorf("cleared: %v", err)
	}
}

func TestMenuLimits(t *testing.T) {
	w := newWorld(t, fake.Config{})
	long := func(n int) string { return strings.Repeat("x", n) }
	click := api.Button{Name: "a", Key: "b"}
	sub := func(b ...api.Button) api.Menu { return api.Menu{Buttons: []api.Button{{Name: "a", Buttons: b}}} }
	one := func(b api.Button) api.Menu { return api.Menu{Buttons: []api.Button{b}} }
	for _, test := range []struct {
		name string
		menu api.Menu
		path string // of the first problem; "": none
	}{
		{"three", api.Menu{Buttons: []api.Button{click, click, click}}, ""},
		{"four", api.Menu{Buttons: []api.Button{click, click, click, click}}, "$.buttons"},
		{"none", api.Menu{}, "$.buttons"},
		{"five below", sub(click, click, click, click, click), ""},
		{"six below", sub(click, click, click, click, click, click), "$.buttons[0].buttons"},
		{"none below", sub([]api.Button{}...), "$.buttons[0].buttons"},
		{"three levels", sub(api.Button{Name: "a", Buttons: []api.Button{click}}), "$.buttons[0].buttons[0].buttons"},
		{"name", one(api.Button{Name: long(16), Key: "b"}), ""},
		{"long name", one(api.Button{Name: long(17), Key: "b"}), "$.buttons[0].name"},
		{"five characters", one(api.Button{Name: "五个汉字字", Key: "b"}), ""},
		{"six characters", one(api.Button{Name: "六个汉字汉字", Key: "b"}), "$.buttons[0].name"},
		{"sub name", sub(api.Button{Name: long(60), Key: "b"}), ""},
		{"long sub name", sub(api.Button{Name: long(61), Key: "b"}), "$.buttons[0].buttons[0].name"},
		{"no name", one(api.Button{Key: "b"}), "$.buttons[0]"},
		{"key", one(api.Button{Name: "a", Key: long(128)}), ""},
		{"long key", one(api.Button{Name: "a", Key: long(129)}), "$.buttons[0].key"},
		{"url", one(api.Button{Name: "a", URL: "https://e.cn/" + long(1024-13)}), ""},
		{"long url", one(api.Button{Name: "a", URL: "https://e.cn/" + long(1024-12)}), "$.buttons[0].url"},
		{"script", one(api.Button{Name: "a", URL: "javascript:alert(1)"}), "$.buttons[0].url"},
		{"both", one(api.Button{Name: "a", Key: "b", URL: "https://e.cn/"}), "$.buttons[0]"},
		{"bell in a name", one(api.Button{Name: "a\ab", Key: "b"}), "$.buttons[0].name"},
		{"newline below", sub(click, api.Button{Name: "a\nb", Key: "b"}), "$.buttons[0].buttons[1].name"},
		{"turned around", one(api.Button{Name: "a\u202eb", Key: "b"}), "$.buttons[0].name"},
		{"no UTF-8", one(api.Button{Name: "a\xffb", Key: "b"}), "$.buttons[0].name"},
		{"delete in a parent", api.Menu{Buttons: []api.Button{{Name: "a\x7f", Buttons: []api.Button{click}}}}, "$.buttons[0].name"},
		{"null in a key", one(api.Button{Name: "a", Key: "b\x00"}), "$.buttons[0].key"},
		{"emoji", one(api.Button{Name: "👍🏽", Key: "b"}), ""},
		{"neither", one(api.Button{Name: "a"}), "$.buttons[0]"},
		{"other type", one(api.Button{Name: "a", Type: "miniprogram"}), "$.buttons[0].type"},
		{"parent with key", api.Menu{Buttons: []api.Button{{Name: "a", Key: "b", Buttons: []api.Button{click}}}}, "$.buttons[0]"},
	} {
		problems := test.menu.Check()
		err := w.client.PushMenu(deadline(t), test.menu)
		if test.path == "" {
			// The fake has its own limits.
			if problems != nil || err != nil {
				t.Errorf("%s: %v %v", test.name, problems, err)
			}
			continue
		}
		if len(problems) == 0 || problems[0].Path != test.path || problems[0].Text == "" || err == nil {
			t.Errorf("%s: %v %v", test.name, problems, err)
		}
	}
	wantCalls(t, w, "menu/create", 8) // what does not pass is not sent
}

func TestSceneCodes(t *testing.T) {
	w := newWorld(t, fake.Config{})
	ctx := deadline(t)
	qr, err := w.client.TemporaryQR(ctx, "460107101", api.MaxQRLife)
	if err != nil || !qr.Expires.Equal(w.Now().Add(30*24*time.Hour)) || !strings.HasPrefix(qr.URL, "http://weixin.qq.com/q/") {
		t.Fatalf("%v %+v", err, qr)
	}
	res, err := http.Get(qr.Picture)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := png.Decode(res.Body); err != nil {
		t.Error(err)
	}
	if qr, err := w.client.PermanentQR(ctx, strings.Repeat("x", 64)); err != nil || !qr.Expires.IsZero() {
		t.Errorf("%v %+v", err, qr)
	}
	for _, scene := range []string{"", strings.Repeat("x", 65)} {
		if _, err := w.client.PermanentQR(ctx, scene); err == nil {
			t.Errorf("scene of %d bytes", len(scene))
		}
	}
	for _, life := range []time.Duration{0, api.MaxQRLife + time.Second} {
		if _, err := w.client.TemporaryQR(ctx, "x", life); err == nil {
			t.Errorf("life of %v", life)
		}
	}
}

func picture(t *testing.T, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, size, size))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImageIsUploadedOnce(t *testing.T) {
	w := newWorld(t, fake.Config{})
	ctx := deadline(t)
	shared := api.NewLocal(w.Now)
	clients := []*api.Client{w.newClient(t, shared), w.newClient(t, shared)}
	first := picture(t, 8)
	ids := make(chan string, 16)
	var wait sync.WaitGroup
	for _, c := range clients {
		for range 8 {
			wait.Go(func() {
				id, err := c.ImageID(ctx, first)
				if err != nil {
					t.Error(err)
				}
				ids <- id
			})
		}
	}
	wait.Wait()
	close(ids)
	for id := range ids {
		if !bytes.Equal(w.Media(id), first) {
			t.Errorf("%q is another picture", id)
		}
	}
	wantCalls(t, w, "media/upload", 1)
	if _, err := clients[0].ImageID(ctx, picture(t, 9)); err != nil {
		t.Error(err)
	}
	wantCalls(t, w, "media/upload", 2)
	w.Add(70 * time.Hour)
	clients[1].ImageID(ctx, first)
	wantCalls(t, w, "media/upload", 2)
	w.Add(2 * time.Hour)
	clients[0].ImageID(ctx, first)
	clients[1].ImageID(ctx, first)
	wantCalls(t, w, "media/upload", 3)
	if _, err := clients[0].ImageID(ctx, []byte("<svg/>")); err == nil {
		t.Error("uploaded what is no picture")
	}
}

func TestCustomerText(t *testing.T) {
	w := newWorld(t, fake.Config{})
	ctx := deadline(t)
	callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "success") }))
	defer callback.Close()
	w.SetCallback(callback.URL)
	ming := w.Person("小明")
	if err := w.client.SendText(ctx, ming.ID, "您好"); !errors.Is(err, api.ErrCannotWrite) {
		t.Errorf("does not follow: %v", err)
	}
	if _, err := ming.Follow(ctx); err != nil {
		t.Fatal(err)
	}
	text := `<a href="https://jindu.example.cn/">看看</a> & 𠀀😀`
	if err := w.client.SendText(ctx, ming.ID, text); err != nil {
		t.Fatal(err)
	}
	if got, err := ming.Letter(ctx); got != text {
		t.Errorf("%q %v", got, err)
	}
	w.Add(49 * time.Hour)
	if err := w.client.SendText(ctx, ming.ID, "还在吗"); !errors.Is(err, api.ErrCannotWrite) {
		t.Errorf("silent for 49 h: %v", err)
	}
	if err := w.client.SendText(ctx, ming.ID, strings.Repeat("字", 683)); err == nil {
		t.Error("2,049 bytes")
	}
}

// visit goes through authorization in a person's browser, back to a page of ours.
func visit(t *testing.T, w *world, who *fake.Follower, c *api.Client) (code, state string) {
	t.Helper()
	var back url.Values
	page := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.UserAgent(), "MicroMessenger/") {
			t.Errorf("browser %q", r.UserAgent())
		}
		back = r.URL.Query()
	}))
	defer page.Close()
	address, err := c.AuthorizeURL(page.URL+"/s/ticket?from=qr", "State123")
	if err != nil {
		t.Fatal(err)
	}
	res, err := who.Browser().Get(address)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if back.Get("from") != "qr" || strings.Contains(fmt.Sprint(back), who.ID) {
		t.Errorf("came back with %v", back)
	}
	return back.Get("code"), back.Get("state")
}

func TestOAuth(t *testing.T) {
	w := newWorld(t, fake.Config{OAuthDomain: "127.0.0.1"})
	ctx := deadline(t)
	ming := w.Person("小明")
	code, state := visit(t, w, ming, w.client)
	if state != "State123" {
		t.Errorf("state %q", state)
	}
	if id, err := w.client.Exchange(ctx, code); id != ming.ID {
		t.Errorf("%q %v", id, err)
	}
	if _, err := w.client.Exchange(ctx, code); !errors.Is(err, api.ErrCode) {
		t.Errorf("used twice: %v", err)
	}
	for _, bad := range []string{"", "made-up", strings.Repeat("x", 1000)} {
		if _, err := w.client.Exchange(ctx, bad); !errors.Is(err, api.ErrCode) {
			t.Errorf("code of %d: %v", len(bad), err)
		}
	}
	code, _ = visit(t, w, ming, w.client)
	w.Add(6 * time.Minute)
	if _, err := w.client.Exchange(ctx, code); !errors.Is(err, api.ErrCode) {
		t.Errorf("expired: %v", err)
	}
	code, _ = visit(t, w, w.Snapshot("快照"), w.client)
	if id, err := w.client.Exchange(ctx, code); !errors.Is(err, api.ErrSnapshot) || id != "" {
		t.Errorf("snapshot: %q %v", id, err)
	}
	wantCalls(t, w, "stable_token", 0) // it needs none
	for _, state := range []string{"", "a b", strings.Repeat("x", 129), "状态"} {
		if _, err := w.client.AuthorizeURL("https://jindu.example.cn/", state); err == nil {
			t.Errorf("state %q", state)
		}
	}
}

func TestOfficialAddresses(t *testing.T) {
	c, err := api.New(api.Config{AppID: "wx1", AppSecret: "s"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.AuthorizeURL("https://jindu.example.cn/s/a?b=c", "x1")
	want := "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&redirect_uri=https%3A%2F%2Fjindu.example.cn%2Fs%2Fa%3Fb%3Dc&response_type=code&scope=snsapi_base&state=x1#wechat_redirect"
	if err != nil || got != want {
		t.Errorf("%v\n%s\n%s", err, got, want)
	}
	for _, cfg := range []api.Config{{}, {AppID: "a"}, {AppSecret: "b"}, {AppID: "a", AppSecret: "b", BaseURL: "api.weixin.qq.com"}} {
		if _, err := api.New(cfg); err == nil {
			t.Errorf("%v accepted", cfg)
		}
	}
}

// What an account of each kind may do.
func TestKindsOfAccount(t *testing.T) {
	calls := []struct {
		name string
		call func(*world, *api.Client) error
		may  [3]bool // verified service, verified subscription, unverified subscription
	}{
		{"token", func(w *world, c *api.Client) error { return c.CheckToken(t.Context()) }, [3]bool{true, true, true}},
		{"menu", func(w *world, c *api.Client) error { return c.PushMenu(t.Context(), goodMenu) }, [3]bool{true, true, false}},
		{"image", func(w *world, c *api.Client) error { _, err := c.ImageID(t.Context(), picture(t, 8)); return err }, [3]bool{true, true, false}},
		{"scene", func(w *world, c *api.Client) error { _, err := c.PermanentQR(t.Context(), "x"); return err }, [3]bool{true, false, false}},
		{"text", func(w *world, c *api.Client) error {
			err := c.SendText(t.Context(), w.Person("x").ID, "x")
			if errors.Is(err, api.ErrCannotWrite) {
				return nil // may, but not to someone who does not follow
			}
			return err
		}, [3]bool{true, true, false}},
	}
	for i, kind := range []fake.Kind{fake.VerifiedService, fake.VerifiedSubscription, fake.UnverifiedSubscription} {
		w := newWorld(t, fake.Config{Kind: kind})
		for _, test := range calls {
			err := test.call(w, w.client)
			if test.may[i] && err != nil || !test.may[i] && !errors.Is(err, api.ErrNoRight) {
				t.Errorf("kind %d, %s: %v", kind, test.name, err)
			}
		}
	}
}

// What is refused for good is not asked for again at each message.
func TestRefusalIsRemembered(t *testing.T) {
	w := newWorld(t, fake.Config{Kind: fake.UnverifiedSubscription})
	for range 5 {
		if _, err := w.client.ImageID(deadline(t), picture(t, 8)); !errors.Is(err, api.ErrNoRight) {
			t.Error(err)
		}
	}
	wantCalls(t, w, "media/upload", 1)
	w.Add(11 * time.Minute)
	w.client.ImageID(deadline(t), picture(t, 8))
	wantCalls(t, w, "media/upload", 2)
}
