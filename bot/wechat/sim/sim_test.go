package sim

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/bot"
	"jindu/bot/wechat"
	"jindu/content"
	"jindu/internal/respondent"
)

const testKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

type answerFunc func(ctx context.Context, m bot.Message) (bot.Reply, error)

func (f answerFunc) Begin(m bot.Message) (bot.Reply, func(context.Context) (bot.Reply, error)) {
	return bot.Reply{}, func(ctx context.Context) (bot.Reply, error) { return f(ctx, m) }
}

// describe says what the bot was told, and offers what a reply can hold.
func describe(_ context.Context, m bot.Message) (bot.Reply, error) {
	if m.Kind == bot.Unsubscribe {
		return bot.Reply{}, nil
	}
	if m.Text == "picture" {
		return bot.Reply{Text: "图上是什么", Picture: "naicha", News: &bot.News{Title: "看图", URL: "https://x.example/learn/drugs/x"}}, nil
	}
	if m.Text == "card" {
		return bot.Reply{Text: "标题", News: &bot.News{
			Title: "标题]]>", Description: "说明<", Picture: "https://x.example/learn/pictures/x.png?v=1", URL: "https://x.example/learn/drugs/x?a=1&b=c",
		}}, nil
	}
	return bot.Reply{
		Text:    fmt.Sprintf("%s[%s]%s", m.Kind, m.Text, m.MenuID),
		Links:   []bot.Link{{Label: "填写问卷", URL: "https://x.example/s/t?as=b&c=d"}},
		Choices: []bot.Choice{{Label: "A. 是", Send: "A]]>", ID: "q:7:A"}},
	}, nil
}

// engine serves callback and window, of an account that may write letters or not.
func engine(t testing.TB, aesKey string, letters bool, answer answerFunc) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	keys, err := respondent.NewKeys(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	silent := func() string { return "busy" }
	webhook, err := wechat.New(wechat.Config{
		Token: "t", AppID: "wx1", AESKey: aesKey, Answerer: answer, Keys: keys, Now: time.Now, RateFollower: 120, Inflight: 10,
		Log: slog.New(slog.DiscardHandler), Busy: silent, RateLimited: silent,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { webhook.Close(context.Background()) })
	e := gin.New()
	webhook.Register(e)
	s, err := New(Config{Handler: e, Token: "t", AppID: "wx1", AESKey: aesKey, Menu: testMenu, Picture: func(id string) string { return "/learn/pictures/" + id + ".png" }, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if letters {
		webhook.Letters = s
	}
	s.Register(e)
	return e
}

func testMenu() content.Menu {
	return content.Menu{Buttons: []content.Button{
		{Name: "知识", Buttons: []content.Button{{Name: "认识毒品", Key: "毒品 <1>"}, {Name: "网页", URL: "https://x.example/learn/?a=1&b=2"}}},
		{Name: "满意度", Key: "满意度"},
	}}
}

// browser is one person at the window.
type browser struct {
	t      *testing.T
	client *http.Client
	url    string
}

func (b browser) do(form url.Values) string {
	b.t.Helper()
	resp, err := b.client.PostForm(b.url+path, form)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(body)
}

func open(t *testing.T, server *httptest.Server) browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return browser{t, &http.Client{Jar: jar, Transport: server.Client().Transport}, server.URL}
}

var hidden = regexp.MustCompile(`name="(text|id)" value="([^"]*)"><(?:input|button class="tap")`)

// A conversation without JavaScript, in both modes: what is pressed reaches the
// bot as WeChat would send it, and what the bot offers can be tapped.
func TestConversation(t *testing.T) {
	for _, key := range []string{"", testKey} {
		server := httptest.NewServer(engine(t, key, true, describe))
		defer server.Close()
		b := open(t, server)
		for _, c := range []struct {
			form url.Values
			want string
		}{
			{url.Values{"do": {"follow"}}, "subscribe[]"},
			{url.Values{"do": {"text"}, "text": {"你好 <b>&]]>"}}, "text[你好 ＜b>&]]>]"},
			{url.Values{"do": {"scan"}, "text": {"460107101"}}, "scan[460107101]"},
			{url.Values{"do": {"click"}, "text": {"答题"}}, "click[答题]"},
			{url.Values{"do": {"location"}}, "location[]"},
			{url.Values{"do": {"voice"}}, "voice[]"},
			{url.Values{"do": {"image"}}, "image[]"},
			{url.Values{"do": {"unfollow"}}, "（公众号没有回复）"},
			{url.Values{"do": {"follow-scene"}, "text": {"460107101"}}, "subscribe[460107101]"},
		} {
			if got := html.UnescapeString(b.do(c.form)); !strings.Contains(got, c.want) {
				t.Fatalf("%v: no %q in %s", c.form, c.want, got)
			}
		}
		page := b.do(url.Values{"do": {"text"}, "text": {"x"}})
		if !strings.Contains(page, `href="https://x.example/s/t?as=b&amp;c=d" target="_blank"`) {
			t.Error("the link is gone")
		}
		for _, want := range []string{
			"<summary>知识</summary>", `<button name="text" value="毒品 &lt;1&gt;">认识毒品</button>`, `<button name="text" value="满意度">满意度</button>`,
			`<a href="https://x.example/learn/?a=1&amp;b=2" target="_blank" rel="noopener">网页</a>`,
		} {
			if !strings.Contains(page, want) {
				t.Errorf("the menu has no %s", want)
			}
		}
		if got := html.UnescapeString(b.do(url.Values{"do": {"click"}, "text": {"毒品 <1>"}})); !strings.Contains(got, "click[毒品 ＜1>]") {
			t.Error(got)
		}
		before := strings.Index(b.do(url.Values{"do": {"text"}, "text": {"picture"}}), `<img class="sent" src="/learn/pictures/naicha.png"`)
		if window := b.do(url.Values{"do": {"location"}}); before < 0 || before > strings.Index(window, "图上是什么") || strings.Contains(window, `class="news"`) {
			t.Error(window)
		}
		b.do(url.Values{"do": {"plain"}}) // what is not verified has neither menu nor pictures of its own
		if window := b.do(url.Values{"do": {"text"}, "text": {"picture"}}); strings.Count(window, `class="sent"`) != 1 || !strings.Contains(window, `class="news"`) || strings.Contains(window, "认识毒品</button>") {
			t.Error(window)
		}
		b.do(url.Values{"do": {"verified"}})
		if page := b.do(url.Values{"do": {"unfollow"}}); strings.Contains(page, "认识毒品</button>") {
			t.Error("a menu for who does not follow")
		}
		b.do(url.Values{"do": {"follow"}})
		tap := url.Values{"do": {"tap"}}
		for _, m := range hidden.FindAllStringSubmatch(page, 2) {
			tap.Set(m[1], html.UnescapeString(m[2]))
		}
		if got := html.UnescapeString(b.do(tap)); !strings.Contains(got, "text[A]]＞]q:7:A") {
			t.Errorf("tapped %v: %s", tap, got)
		}
		window := html.UnescapeString(b.do(url.Values{"do": {"text"}, "text": {"card"}}))
		for _, want := range []string{`<a class="news" href="https://x.example/learn/drugs/x?a=1&b=c"`, `<img src="/learn/pictures/x.png?v=1"`, "<span>标题]]></span>", "<small>说明<</small>"} {
			if !strings.Contains(window, want) {
				t.Errorf("no %s in %s", want, window)
			}
		}
		if other := open(t, server).do(url.Values{"do": {"follow"}}); strings.Contains(other, "460107101]") {
			t.Error("one browser shows another's conversation")
		}
		if fresh := b.do(url.Values{"do": {"restart"}}); strings.Contains(fresh, "460107101]") || !strings.Contains(fresh, "关注公众号") {
			t.Error("the conversation does not start again")
		}
	}
}

// It is as patient as WeChat: a slow reply comes by the retry, and when none
// comes the window says so.
func TestSlow(t *testing.T) {
	for after, want := range map[time.Duration]string{6 * time.Second: "late", time.Hour: "busy"} {
		synctest.Test(t, func(t *testing.T) {
			h := engine(t, "", false, func(ctx context.Context, _ bot.Message) (bot.Reply, error) {
				select {
				case <-ctx.Done():
				case <-time.After(after):
				}
				return bot.Reply{Text: "late"}, ctx.Err()
			})
			p := platform{Config{Handler: h, Token: "t", Now: time.Now}}
			a, _ := action("text", "x", "")
			got, err := p.deliver(t.Context(), "oAlice", time.Now(), a.fields)
			if got.Content != want || err != nil {
				t.Errorf("%v: %+v %v", after, got, err)
			}
			time.Sleep(time.Minute)
		})
	}
	dead := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	p := platform{Config{Handler: dead, Token: "t", Now: time.Now}}
	a, _ := action("text", "x", "")
	if _, err := p.deliver(t.Context(), "oAlice", time.Now(), a.fields); err != errNoLuck {
		t.Errorf("%v from a dead server", err)
	}
}

// Whoever opens windows or writes without end does not fill the memory.
func TestBounded(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	c := newChats(func() time.Time { now = now.Add(time.Second); return now })
	first, chat := c.open()
	for range 3 * maxChats {
		c.open()
		if c.get(first) == nil {
			t.Fatal("the busiest was dropped")
		}
	}
	if len(c.byID) > maxChats {
		t.Errorf("%d conversations", len(c.byID))
	}
	for i := range 3 * maxBubbles {
		chat.add(bubble{Foot: fmt.Sprint(i)})
	}
	if bubbles, _ := chat.state(); len(bubbles) != maxBubbles || bubbles[maxBubbles-1].Foot != fmt.Sprint(3*maxBubbles-1) {
		t.Errorf("%d bubbles", len(bubbles))
	}
	if _, ok := action("text", strings.Repeat("毒", maxTyped+1), ""); ok {
		t.Error("a text without bound")
	}
}
