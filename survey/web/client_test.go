package web

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"jindu/content"
)

// browser keeps cookies and follows redirects.
type browser struct {
	*site
	*http.Client
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.Fatal(err)
	}
	return &browser{s, &http.Client{Jar: jar}}
}

// answer is a page as a browser got it.
type answer struct {
	status int
	header http.Header
	path   string // after redirects, with its query
	body   string
}

func (b *browser) do(r *http.Request) answer {
	b.Helper()
	res, err := b.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, res.Request.URL.RequestURI(), string(body)}
}

func (b *browser) get(path string) answer {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, b.server.URL+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	return b.do(r)
}

func (b *browser) post(path string, form url.Values, header ...string) answer {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return b.do(r)
}

func (b *browser) postJSON(path string, form url.Values) answer {
	b.Helper()
	return b.post(path, form, "Accept", "application/json")
}

// fill reads the first form of a page as a browser would send it, and answers
// the questions that have to be answered and are not.
// another is a page that this browser opened in another tab.
func (b *browser) another() string { return b.mint(b.q) }

func (b *browser) mint(q *content.Questionnaire) string {
	b.Helper()
	u, err := url.Parse(b.server.URL + "/s/")
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(u) {
		if id, ok := b.cfg.Keys.Verify("device", c.Value); ok && c.Name == cookieDevice {
			return b.cfg.Desk.MintPage(q, string(id))
		}
	}
	b.Fatal("no device cookie")
	return ""
}

func (b *browser) fill(a answer) url.Values {
	b.Helper()
	values := readFirstForm(b.TB, a.body)
	for _, q := range b.q.Questions {
		if q.Required && !values.Has(q.ID) {
			values.Set(q.ID, q.Options[0].ID)
		}
	}
	return values
}

var (
	firstForm = regexp.MustCompile(`(?s)<form .*?</form>`)
	control   = regexp.MustCompile(`(?s)<(input)([^>]*)>|<(textarea)([^>]*)>\n?(.*?)</textarea>|<(select)([^>]*)>(.*?)</select>`)
	attribute = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)
	selected  = regexp.MustCompile(`<option value="([^"]*)" selected>`)
)

func readFirstForm(t testing.TB, body string) url.Values {
	t.Helper()
	form := firstForm.FindString(body)
	if form == "" {
		t.Fatalf("no form in\n%s", body)
	}
	values := url.Values{}
	for _, m := range control.FindAllStringSubmatch(form, -1) {
		attrs := map[string]string{}
		for _, a := range attribute.FindAllStringSubmatch(m[2]+m[4]+m[7], -1) {
			attrs[a[1]] = html.UnescapeString(a[2])
		}
		_, checked := attrs["checked"]
		switch name := attrs["name"]; {
		case m[3] == "textarea":
			values.Add(name, html.UnescapeString(m[5]))
		case m[6] == "select":
			if option := selected.FindStringSubmatch(m[8]); option != nil {
				values.Add(name, option[1])
			}
		case checked || (attrs["type"] != "radio" && attrs["type"] != "checkbox"):
			values.Add(name, attrs["value"])
		}
	}
	return values
}

func (a answer) expect(t testing.TB, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d\n%s", a.status, status, visible(a.body))
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%q is not in\n%s", text, visible(a.body))
		}
	}
}

func (a answer) without(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(visible(a.body), text) {
			t.Errorf("%q is in\n%s", text, visible(a.body))
		}
	}
}

var receiptCode = regexp.MustCompile(`[A-Z2-7]{4}-[A-Z2-7]{4}`)

func (a answer) receipt(t testing.TB) string {
	t.Helper()
	code := receiptCode.FindString(visible(a.body))
	if code == "" {
		t.Errorf("no receipt in\n%s", visible(a.body))
	}
	return code
}

// visible leaves style and script out of a page.
func visible(body string) string {
	if _, after, ok := strings.Cut(body, "</style>"); ok {
		body = after
	}
	before, _, _ := strings.Cut(body, "<script>")
	return before
}
