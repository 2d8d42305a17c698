package main

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"jindu/content"
)

// Replies lead to the learning pages, on the host that is set for them, and each
// host of this server takes its forms.
func TestLearningPages(t *testing.T) {
	const host, other = "https://xue.example.cn", "https://jindu2.example.cn"
	p := serve(t, testSettings(t.TempDir(), map[string]string{"JINDU_LEARN_URL": host + "/", "JINDU_EXTRA_ORIGINS": other}))
	alice := &follower{t: t, base: p.base, id: "oAlice"}
	if reply := alice.say("依托咪酯是什么"); !strings.Contains(reply, `<a href="`+host+`/learn/drugs/yituomizhi">详细（有图）</a>`) {
		t.Errorf("no way to the page in %s", reply)
	}
	status, body := alice.post(callback(testToken, time.Now()), textMessage("oAlice", "依托咪酯图片", "77"))
	picture, rest, found := strings.Cut(body, "<PicUrl><![CDATA["+host)
	if status != http.StatusOK || !found || !strings.Contains(picture, "<MsgType><![CDATA[news]]>") {
		t.Fatalf("%d %s", status, body)
	}
	picture, _, _ = strings.Cut(rest, "]]>")
	if status, image := get(t, http.DefaultClient, p.base+picture); status != http.StatusOK || !strings.HasPrefix(image, "\x89PNG") {
		t.Errorf("%s: %d", picture, status)
	}
	if status, body := get(t, http.DefaultClient, p.base+"/learn/drugs/yituomizhi"); status != http.StatusOK || !strings.Contains(body, "以最新公告为准") || !strings.Contains(body, `src="`+picture+`"`) {
		t.Errorf("%d %s", status, body)
	}

	for origin, want := range map[string]bool{host: true, other: true, "https://evil.example": false} {
		r, err := http.NewRequest(http.MethodPost, p.base+"/s/none", strings.NewReader(url.Values{}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if taken := resp.StatusCode != http.StatusForbidden; taken != want {
			t.Errorf("a form from %s: %d", origin, resp.StatusCode)
		}
	}
	for name, value := range map[string]string{"JINDU_LEARN_URL": "xue.example.cn", "JINDU_EXTRA_ORIGINS": "https://a.example/path"} {
		if r := runCommand(t, testSettings(t.TempDir(), map[string]string{name: value}), "serve"); r.code != exitUsage || !strings.Contains(r.err, name) {
			t.Errorf("%s=%s: %+v", name, value, r)
		}
	}
}

// Who types an emergency, a request for help with a crime or a tip into the search of
// the pages reads what the chat says, and the words stay nowhere.
func TestUrgentSearch(t *testing.T) {
	p := serve(t, testSettings(t.TempDir(), map[string]string{"JINDU_LOG_LEVEL": "debug"}))
	lib, err := content.Default()
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	for words, id := range map[string]string{"朋友抽了上头电子烟叫不醒": "crisis-overdose", "怎么制作冰毒": "refused", "王强在龙塘镇家里贩毒": "tip"} {
		status, body := get(t, http.DefaultClient, p.base+"/learn/?q="+url.QueryEscape(words))
		first, _, _ := strings.Cut(lib.Replies[id].Text, "\n")
		if status != http.StatusOK || !strings.Contains(html.UnescapeString(body), "<h1>"+first+"</h1>") || strings.Contains(body, words) {
			t.Errorf("%s: %d %s", words, status, body)
		}
		asked = append(asked, words, url.QueryEscape(words))
	}
	if _, body := get(t, http.DefaultClient, p.base+"/learn/?q="+url.QueryEscape("冰毒")); !strings.Contains(body, `href="/learn/drugs/bingdu"`) {
		t.Error("a search finds nothing")
	}
	p.stop(syscall.SIGTERM)
	log := p.output()
	if strings.Count(log, "route=/learn/") != len(asked)/2+1 {
		t.Errorf("the log has not every request:\n%s", log)
	}
	for _, words := range asked {
		if strings.Contains(log, words) {
			t.Errorf("the log has the words %s", words)
		}
	}
}
