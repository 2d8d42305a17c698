package main

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// follower is someone who writes to the official account.
type follower struct {
	t    testing.TB
	base string
	id   string
	last int // number of the last message
}

var messageNumber = time.Now().UnixNano()

// signature of WeChat's callback: SHA-1 over the sorted parts.
func signature(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func callback(token string, at time.Time) string {
	stamp, nonce := strconv.FormatInt(at.Unix(), 10), "42"
	return url.Values{"signature": {signature(token, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce}}.Encode()
}

func textMessage(from, text, id string) string {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text))
	return fmt.Sprintf("<xml><ToUserName>gh_1</ToUserName><FromUserName>%s</FromUserName><CreateTime>%d</CreateTime>"+
		"<MsgType>text</MsgType><Content>%s</Content><MsgId>%s</MsgId></xml>", from, time.Now().Unix(), escaped.String(), id)
}

// post sends a raw body to the callback.
func (f *follower) post(query, body string) (int, string) {
	f.t.Helper()
	resp, err := http.Post(f.base+"/wechat?"+query, "text/xml", strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

// say sends a text and gives the reply's text; again sends the last one once more.
func (f *follower) say(text string) string {
	f.last++
	return f.again(text)
}

func (f *follower) again(text string) string {
	f.t.Helper()
	id := strconv.FormatInt(messageNumber+int64(f.last), 10)
	status, body := f.post(callback(testToken, time.Now()), textMessage(f.id, text, id))
	if status != http.StatusOK {
		f.t.Fatalf("%d for %q", status, text)
	}
	var reply struct {
		To      string `xml:"ToUserName"`
		Type    string `xml:"MsgType"`
		Content string
	}
	if err := xml.Unmarshal([]byte(body), &reply); err != nil {
		f.t.Fatalf("%q: %v", body, err)
	}
	if reply.To != f.id || reply.Type != "text" {
		f.t.Fatalf("reply %+v to %s", reply, f.id)
	}
	return reply.Content
}

func TestWebhook(t *testing.T) {
	p := serve(t, testSettings(t.TempDir(), nil))
	f := &follower{t: t, base: p.base, id: "oAlice"}

	t.Run("server check", func(t *testing.T) {
		query := callback(testToken, time.Now())
		if status, body := get(t, http.DefaultClient, p.base+"/wechat?echostr=hello123&"+query); status != 200 || body != "hello123" {
			t.Errorf("%d %q", status, body)
		}
		if status, _ := get(t, http.DefaultClient, p.base+"/wechat?echostr=hello123&"+callback("other", time.Now())); status != 403 {
			t.Errorf("%d for a wrong signature", status)
		}
	})
	t.Run("answer", func(t *testing.T) {
		reply := f.say("依托咪酯是什么")
		for _, want := range []string{"第二类精神药品", "2023年10月1日", "来源", "核对", "最新公告"} {
			if !strings.Contains(reply, want) {
				t.Errorf("no %q in %s", want, reply)
			}
		}
		if len(reply) > 2048 {
			t.Errorf("%d bytes", len(reply))
		}
	})
	t.Run("refusals", func(t *testing.T) {
		good := textMessage("oBob", "你好", "1")
		for name, c := range map[string]struct {
			query, body string
			want        int
		}{
			"wrong signature": {callback("other", time.Now()), good, 403},
			"no signature":    {"", good, 403},
			"empty token":     {callback("", time.Now()), good, 403},
			"stale":           {callback(testToken, time.Now().Add(-6*time.Minute)), good, 403},
			"from the future": {callback(testToken, time.Now().Add(6*time.Minute)), good, 403},
			"too large":       {callback(testToken, time.Now()), strings.Repeat("x", 65<<10), 413},
			"no XML":          {callback(testToken, time.Now()), "hello", 403},
		} {
			if status, body := f.post(c.query, c.body); status != c.want || strings.Contains(body, "xml") {
				t.Errorf("%s: %d %q", name, status, body)
			}
		}
		if strings.Contains(p.output(), "msg=panic") {
			t.Error("a panic")
		}
	})
	t.Run("safe mode", func(t *testing.T) {
		p := serve(t, testSettings(t.TempDir(), map[string]string{
			"JINDU_WECHAT_APP_ID": "wx0123456789abcdef", "JINDU_WECHAT_AES_KEY": strings.Repeat("abc", 14) + "0",
		}))
		f := &follower{t: t, base: p.base, id: "oAlice"}
		if status, _ := f.post(callback(testToken, time.Now()), textMessage("oBob", "你好", "1")); status != 403 {
			t.Errorf("%d for a plain body", status)
		}
	})
	t.Run("quick", func(t *testing.T) {
		took := make([]time.Duration, 300)
		for i := range took {
			start := time.Now()
			f.say("依托咪酯是什么")
			took[i] = time.Since(start)
			f.id = "oAlice" + strconv.Itoa(i) // nobody comes near the bound of one follower
		}
		slices.Sort(took)
		t.Logf("p50 %v, p99 %v", took[150], took[297])
		if took[297] > 50*time.Millisecond*raceFactor {
			t.Errorf("p99 %v", took[297])
		}
	})
}

var progress = regexp.MustCompile(`第 ?(\d+) ?题|(\d+)/(\d+)`)

// A quiz played to its end; a retry in the middle gives the same reply, and a
// killed server takes up where it was.
func TestQuizOverRestart(t *testing.T) {
	set := testSettings(t.TempDir(), nil)
	p := serve(t, set)
	f := &follower{t: t, base: p.base, id: "oPupil"}
	reply := f.say("答题 basics") // every question of it has one right option, with letters
	answers := 0
	for !strings.Contains(reply, "答对") || strings.Contains(reply, "msgmenucontent=A&") {
		if answers++; answers > 20 {
			t.Fatalf("the quiz has no end: %s", reply)
		}
		if !strings.Contains(html.UnescapeString(reply), "weixin://bizmsgmenu?msgmenucontent=A&msgmenuid=") {
			t.Fatalf("no option to tap: %s", reply)
		}
		before := progress.FindString(reply)
		answer := []string{"A", "b", "Ａ", "1"}[answers%4]
		reply = f.say(answer)
		if again := f.again(answer); again != reply {
			t.Fatalf("the retry got another reply:\n%s\n---\n%s", reply, again)
		}
		if now := progress.FindString(reply); now == before {
			t.Fatalf("still at %q: %s", now, reply)
		}
		if answers == 2 {
			p.stop(syscall.SIGKILL)
			p = serve(t, set)
			f.base = p.base
			if again := f.again(answer); again != reply {
				t.Fatalf("after the kill the retry got another reply:\n%s\n---\n%s", reply, again)
			}
		}
	}
	if answers != 5 {
		t.Errorf("%d answers", answers)
	}
	if reply := f.say("A"); strings.Contains(reply, "答对 ") {
		t.Errorf("the quiz goes on after its end: %s", reply)
	}
}
