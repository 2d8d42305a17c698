package learn

import (
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/page"
)

var defaultLibrary = sync.OnceValues(content.Default)

func library(t testing.TB) *content.Library {
	t.Helper()
	lib, err := defaultLibrary()
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func serve(t testing.TB, lib *content.Library) http.Handler {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	p, err := New(Config{Library: func() *content.Library { return lib }, Legal: page.Legal{Org: "某区禁毒办"}})
	if err != nil {
		t.Fatal(err)
	}
	e := gin.New()
	p.Register(e)
	return e
}

func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var (
	tags  = regexp.MustCompile(`<[^>]*>`)
	hrefs = regexp.MustCompile(`(?:href|src)="(/[^"#]*)"`)
)

// words of a page, without markup and white space.
func words(body string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(body, ""))), "")
}

func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

// Every entry has a page that tells all of it, and whatever a page leads to is
// there.
func TestEveryEntry(t *testing.T) {
	lib := library(t)
	h := serve(t, lib)
	seen, queue := map[string]bool{root: true}, []string{root}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		w := get(h, path)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", path, w.Code)
		}
		if len(w.Result().Cookies()) != 0 {
			t.Errorf("%s sets a cookie", path)
		}
		for _, m := range hrefs.FindAllStringSubmatch(w.Body.String(), -1) {
			if to := html.UnescapeString(m[1]); !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	for id, e := range lib.Entries {
		path := Site("").Entry(e)
		if !seen[path] {
			t.Errorf("nothing leads to %s", id)
		}
		w := get(h, path)
		told := words(w.Body.String())
		want := []string{e.Title, "核对：" + e.Reviewed.Chinese(), "110", "120"}
		for _, s := range e.Body {
			want = append(want, s.Heading)
			for _, line := range strings.Split(s.Text, "\n") {
				want = append(want, strings.TrimPrefix(line, "- "))
			}
		}
		for _, s := range sources(e) {
			want = append(want, s.Name)
		}
		switch e.Kind {
		case content.Drug:
			want = append(want, e.LegalStatus(), "以最新公告为准")
		case content.Law:
			want = append(want, lib.Laws[e.LawID].Name, e.ArticleNames(), "以法律原文为准")
		}
		for _, id := range e.Related {
			want = append(want, lib.Entries[id].Title)
		}
		for _, part := range want {
			if !strings.Contains(told, squeezed(part)) {
				t.Errorf("%s does not tell %q", id, part)
			}
		}
		if n := strings.Count(w.Body.String(), "<img"); n != len(e.Pictures) {
			t.Errorf("%s shows %d of %d pictures", id, n, len(e.Pictures))
		}
		if strings.Contains(w.Body.String(), "ZgotmplZ") {
			t.Errorf("%s has a broken address", id)
		}
	}
	for id, p := range lib.Pictures {
		if !seen[Site("").Image(p)] {
			t.Errorf("nothing shows %s", id)
		}
	}
}

// A picture's page does not say what it is of: a question may be about it.
func TestPicturePageKeepsTheSecret(t *testing.T) {
	lib := library(t)
	h := serve(t, lib)
	for _, p := range lib.Pictures {
		w := get(h, Site("").Picture(p))
		told := words(w.Body.String())
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `alt="`+p.Alt+`"`) {
			t.Errorf("%s: %d", p.ID, w.Code)
		}
		names := []string{p.Title}
		for _, id := range p.Topics {
			if lib.Entries[id].Kind == content.Drug {
				names = append(names, lib.Entries[id].Title)
			}
		}
		for _, name := range names {
			if strings.Contains(told, squeezed(name)) {
				t.Errorf("the page of %s says %s", p.ID, name)
			}
		}
	}
}

func TestImage(t *testing.T) {
	lib := library(t)
	h := serve(t, lib)
	p := lib.Pictures["bingdu"]
	w := get(h, Site("").Image(p))
	head := w.Result().Header
	if w.Code != http.StatusOK || w.Body.String() != p.PNG || head.Get("Content-Type") != "image/png" ||
		head.Get("X-Content-Type-Options") != "nosniff" || head.Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("%d %v", w.Code, head)
	}
	for _, path := range []string{"/learn/pictures/bingdu.png", "/learn/pictures/bingdu.png?v=old"} {
		if got := get(h, path).Result().Header.Get("Cache-Control"); got != "public, max-age=300" {
			t.Errorf("%s: %q", path, got)
		}
	}
	if w := get(h, "/learn/pictures/bingdu.png", "If-None-Match", head.Get("ETag")); w.Code != http.StatusNotModified {
		t.Errorf("%d for what the browser has", w.Code)
	}
}

func TestHeaders(t *testing.T) {
	h := serve(t, library(t))
	w := get(h, "/learn/drugs/bingdu", "Accept-Encoding", "gzip")
	head := w.Result().Header
	if head.Get("Cache-Control") != "public, max-age=300" || head.Get("Content-Encoding") != "gzip" || !strings.Contains(head.Get("Vary"), "Accept-Encoding") {
		t.Errorf("%v", head)
	}
	policy := head.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "img-src 'self'", "script-src 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("%s is not in %s", part, policy)
		}
	}
	if n := w.Body.Len(); n > 6<<10 {
		t.Errorf("%d bytes", n)
	}
	if n := get(h, root, "Accept-Encoding", "gzip").Body.Len(); n > 14<<10 {
		t.Errorf("the index has %d bytes", n)
	}
	r := httptest.NewRequest(http.MethodHead, "/learn/drugs/bingdu", nil)
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		t.Errorf("HEAD: %d", answer.Code)
	}
}

func TestMissing(t *testing.T) {
	h := serve(t, library(t))
	for _, path := range []string{"/learn/drugs/nowhere", "/learn/x/y", "/learn/nowhere", "/learn/drugs", "/learn/pictures/nowhere", "/learn/pictures/nowhere.png", "/learn/drugs/<b>"} {
		w := get(h, path)
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `href="/learn/"`) || !strings.Contains(w.Body.String(), "没有这一页") {
			t.Errorf("%s: %d", path, w.Code)
		}
		if got := w.Result().Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: %q", path, got)
		}
	}
}

func TestFind(t *testing.T) {
	h := serve(t, library(t))
	for q, want := range map[string]string{
		"依托咪酯": "/learn/drugs/yituomizhi", "ＬＳＤ": "/learn/drugs/youpiao", "etomidate": "/learn/drugs/yituomizhi", "房东": "/learn/help/landlord",
		"举报": "/learn/help/report", "朋友在我家吸毒": "/learn/laws/xingfa-354",
	} {
		if body := get(h, "/learn/?q="+q).Body.String(); !strings.Contains(body, `href="`+want+`"`) {
			t.Errorf("%s does not lead to %s", q, want)
		}
	}
	if first := hrefs.FindAllStringSubmatch(get(h, "/learn/?q=举报").Body.String(), 1); len(first) != 1 || first[0][1] != "/learn/help/report" {
		t.Errorf("举报 leads to %v first", first)
	}
	for _, q := range []string{"今天天气", `"><script>alert(1)</script>`, strings.Repeat("毒品", 100), "%ff%fe"} {
		w := get(h, "/learn/?q="+strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E").Replace(q))
		if body := w.Body.String(); w.Code != http.StatusOK || strings.Contains(body, "<script") || !strings.Contains(body, "没有找到") && !strings.Contains(body, "认识毒品") {
			t.Errorf("%s: %d", q, w.Code)
		}
	}
}

// A station's telephone can be tapped, and a report's local number.
func TestTelephone(t *testing.T) {
	lib := *library(t)
	station := *lib.Entries["help/station-meilan"]
	h := serve(t, &lib)
	if body := get(h, "/learn/help/station-meilan").Body.String(); !strings.Contains(body, "禁毒办还没有填写") {
		t.Error("it does not say that nobody filled it in")
	}
	entries := map[string]*content.Entry{}
	for id, e := range lib.Entries {
		entries[id] = e
	}
	station.Phone, station.Address = "0898-6512 3456", "某路1号"
	entries[station.ID] = &station
	lib.Entries = entries
	if body := get(h, "/learn/help/station-meilan").Body.String(); !strings.Contains(body, `href="tel:089865123456"`) || !strings.Contains(body, "某路1号") {
		t.Errorf("%s", body)
	}
	for number, want := range map[string]string{"110": "tel:110", "+86 898 1": "tel:+868981", "javascript:1": "", "0898-1转2": "", "": "", "12": ""} {
		if got := dial(number); string(got) != want {
			t.Errorf("%q: %q", number, got)
		}
	}
}

func TestBlocks(t *testing.T) {
	got := blocks("一段。\n二段：\n\n- 甲\n- 乙\n\n- 丙\n三段\n- 丁\n")
	if len(got) != 5 || got[1].Text != "二段：" || strings.Join(got[2].Items, "") != "甲乙丙" || got[3].Text != "三段" || len(got[4].Items) != 1 {
		t.Errorf("%+v", got)
	}
}

// The official wording stands below the explanation of the articles it belongs
// to, as it is, and on no other page.
func TestOfficialWording(t *testing.T) {
	folder, err := content.Read("")
	if err != nil {
		t.Fatal(err)
	}
	folder["official/jindufa.yaml"] = "articles:\n  \"62\": |-\n    第六十二条　样例<b>。\n    - 第二款。\n"
	lib, err := content.Parse(folder)
	if err != nil {
		t.Fatal(err)
	}
	h := serve(t, lib)
	body := get(h, root+"laws/jindufa-62").Body.String()
	if !strings.Contains(words(body), "法律原文《中华人民共和国禁毒法》（2008年6月1日起施行）第六十二条样例<b>。-第二款。") {
		t.Error(words(body))
	}
	if strings.Contains(get(h, root+"laws/jindufa-61").Body.String(), "<h2>法律原文") {
		t.Error("a wording where there is none")
	}
}

// Words that cannot wait get what the chat says to them, whom to call first; neither
// the page nor a cache keeps them.
func TestUrgent(t *testing.T) {
	lib := library(t)
	gin.SetMode(gin.ReleaseMode)
	p, err := New(Config{Library: func() *content.Library { return lib }, Urgent: func(words string) *content.Reply { return lib.Replies[strings.TrimPrefix(words, "zz ")] }})
	if err != nil {
		t.Fatal(err)
	}
	e := gin.New()
	p.Register(e)
	for id, calls := range map[string][]string{
		"crisis-overdose": {"tel:120"}, "crisis-suicide": {"tel:120", "tel:110"}, "crisis-spiked": {"tel:120", "tel:110", "sms:12110"},
		"crisis-danger": {"tel:110", "sms:12110", "tel:120"}, "crisis": {"tel:120", "tel:110", "sms:12110"}, "refused": nil, "tip": nil,
	} {
		r := lib.Replies[id]
		w := get(e, root+"?q=%1bzz%20"+id+"%20")
		body := w.Body.String()
		told := words(body)
		for _, line := range strings.Split(r.Text, "\n") {
			if !strings.Contains(told, squeezed(strings.TrimPrefix(line, "- "))) {
				t.Errorf("%s does not tell %q", id, line)
			}
		}
		for _, entry := range r.Choices {
			if !strings.Contains(body, `href="`+root+entry+`"`) {
				t.Errorf("%s does not lead to %s", id, entry)
			}
		}
		var found []string
		for _, m := range regexp.MustCompile(`class="button" href="([^"]*)"`).FindAllStringSubmatch(body, -1) {
			found = append(found, m[1])
		}
		if w.Code != http.StatusOK || !slices.Equal(found, calls) {
			t.Errorf("%s: %d, calls %v", id, w.Code, found)
		}
		if got := w.Result().Header.Get("Cache-Control"); got != "no-store" || strings.Contains(body, "zz") {
			t.Errorf("%s is kept: %q", id, got)
		}
	}
	if body := get(e, root+"?q=%1b%e2%80%ae举报").Body.String(); strings.ContainsFunc(body, content.Hidden) || !strings.Contains(body, "和“举报”有关的") {
		t.Error("a page shows what is hidden in a query")
	}
}
