package main

import (
	"bufio"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"jindu/survey"
)

// visitor is one browser without JavaScript.
type visitor struct {
	*http.Client
	t testing.TB
}

func newVisitor(t testing.TB) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{&http.Client{Jar: jar, Timeout: patience}, t}
}

var (
	formTag   = regexp.MustCompile(`(?s)<form\b.*?</form>`)
	inputTag  = regexp.MustCompile(`(?s)<input\b[^>]*>`)
	attribute = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
)

// form fills in the first form of a page as a person would: the hidden fields as
// they came, the first option of every required question, and what is given.
func form(t testing.TB, page string, answers url.Values) url.Values {
	t.Helper()
	whole := formTag.FindString(page)
	if whole == "" {
		t.Fatalf("no form in %s", page)
	}
	values := url.Values{}
	for _, tag := range inputTag.FindAllString(whole, -1) {
		attributes := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
			attributes[m[1]] = html.UnescapeString(m[2])
		}
		if attributes["type"] == "hidden" {
			values.Set(attributes["name"], attributes["value"])
		}
	}
	for name, value := range answers {
		values[name] = value
	}
	return values
}

// answers is a valid set for the default questionnaires: satisfied, and k1 right.
func answers() url.Values {
	return url.Values{"satisfaction": {"satisfied"}, "k1": {"b"}, "k2": {"c"}, "k3": {"a"}, "k4": {"dont_know"}, "channel": {"poster", "tv"}}
}

// submission is the JSON of the contract.
type submission struct{ Status, Receipt string }

// submit posts a filled form and reads the JSON answer.
func (v *visitor) submit(at string, values url.Values) (int, submission) {
	v.t.Helper()
	status, s, err := v.try(at, values)
	if err != nil {
		v.t.Fatalf("%d: %v", status, err)
	}
	return status, s
}

// try is submit at a server that may be killed meanwhile.
func (v *visitor) try(at string, values url.Values) (status int, s submission, err error) {
	req, err := http.NewRequest(http.MethodPost, at, strings.NewReader(values.Encode()))
	if err != nil {
		return 0, s, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	resp, err := v.Do(req)
	if err != nil {
		return 0, s, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, s, json.NewDecoder(resp.Body).Decode(&s)
}

// minted is a line of `jindu qr --json`.
func minted(t testing.TB, set map[string]string, base string, args ...string) []qrLine {
	t.Helper()
	r := runCommand(t, set, append([]string{"qr", "--json", "--survey", "qiongshan-2026", "--base-url", base}, args...)...)
	if r.code != 0 {
		t.Fatalf("%d: %s", r.code, r.err)
	}
	var all []qrLine
	for line := range strings.Lines(r.out) {
		var l qrLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

// tallyOf asks the API.
func tallyOf(t testing.TB, base string) survey.Report {
	t.Helper()
	status, body := get(t, http.DefaultClient, base+"/api/surveys/qiongshan-2026/tally?by=township", "Authorization", "Bearer "+testAPIToken)
	var r survey.Report
	if err := json.Unmarshal([]byte(body), &r); status != 200 || err != nil {
		t.Fatalf("%d %v: %s", status, err, body)
	}
	return r
}

func responsesAt(r survey.Report, code string) int64 {
	for _, p := range r.Places {
		if p.Code == code {
			return p.Responses
		}
	}
	return -1
}

// From a printed code to the number on the office's screen, without JavaScript.
func TestFromCodeToTally(t *testing.T) {
	set := testSettings(t.TempDir(), nil)
	p := serve(t, set)
	codes := minted(t, set, p.base, "--place", "460107", "--out", t.TempDir())
	if len(codes) != 11 {
		t.Fatalf("%d codes", len(codes))
	}
	for _, c := range codes {
		read, err := exec.Command("zbarimg", "--raw", "-q", c.File).Output()
		if err != nil || strings.TrimSpace(string(read)) != c.URL {
			t.Errorf("%s reads %q, want %q (%v)", filepath.Base(c.File), read, c.URL, err)
		}
	}
	at := codes[4]
	frames := live(t, p.base)
	<-frames // the state at the beginning

	v := newVisitor(t)
	status, page := get(t, v.Client, at.URL)
	if status != 200 {
		t.Fatalf("%d: %s", status, page)
	}
	values := form(t, page, answers())
	_, other := get(t, v.Client, codes[5].URL) // opened now, sent later
	start := time.Now()
	resp, err := v.PostForm(at.URL, values)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Fatalf("%d after the post", resp.StatusCode)
	}
	if n := responsesAt(tallyOf(t, p.base), at.Place); n != 1 {
		t.Errorf("the tally has %d", n)
	}
	for frame := range frames {
		if responsesAt(frame, at.Place) == 1 {
			break
		}
	}
	if took := time.Since(start); took > 2*time.Second*raceFactor {
		t.Errorf("the live page knew after %v", took)
	}

	// The same person again: the same form 50 times at once, then a new form.
	receipts := make([]string, 51)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			status, s := v.submit(at.URL, values)
			if status != 200 {
				t.Errorf("%d", status)
			}
			receipts[i] = s.Receipt
		})
	}
	all.Wait()
	_, s := v.submit(codes[5].URL, form(t, other, answers()))
	if s.Status != "duplicate" {
		t.Errorf("another place, the same person: %+v", s)
	}
	receipts[50] = s.Receipt
	for _, r := range receipts {
		if r == "" || r != receipts[0] {
			t.Errorf("receipts %v", receipts)
			break
		}
	}
	if total := tallyOf(t, p.base).Total.Responses; total != 1 {
		t.Errorf("%d counted", total)
	}

	// A fresh person, 50 posts of one form at once.
	v = newVisitor(t)
	_, page = get(t, v.Client, at.URL)
	values = form(t, page, answers())
	clear(receipts)
	for i := range 50 {
		all.Go(func() { _, s := v.submit(at.URL, values); receipts[i] = s.Receipt })
	}
	all.Wait()
	for _, r := range receipts[:50] {
		if r == "" || r != receipts[0] {
			t.Errorf("receipts %v", receipts)
			break
		}
	}
	if total := tallyOf(t, p.base).Total.Responses; total != 2 {
		t.Errorf("%d counted", total)
	}
	// One character changed.
	ticket := at.URL[strings.LastIndex(at.URL, "/")+1:]
	changed := []byte(ticket)
	changed[7] = "AB"[b2i(changed[7] == 'A')]
	status, page = get(t, http.DefaultClient, p.base+"/s/"+string(changed))
	if status != 404 || !strings.Contains(page, "扫") {
		t.Errorf("%d for a changed ticket: %s", status, page)
	}
	if r := runCommand(t, set, "audit", "qiongshan-2026"); r.code != 0 || !strings.Contains(r.out, "2 份") {
		t.Errorf("audit: %+v", r)
	}
	if r := runCommand(t, set, "tally", "qiongshan-2026", "--json"); r.code != 0 || !strings.Contains(r.out, `"responses":2`) {
		t.Errorf("tally: %+v", r)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// live reads the event stream of the tally until the test ends.
func live(t testing.TB, base string) <-chan survey.Report {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/surveys/qiongshan-2026/live?by=township", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+testAPIToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%d %s", resp.StatusCode, resp.Header)
	}
	frames := make(chan survey.Report, 100)
	go func() {
		defer resp.Body.Close()
		defer close(frames)
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data:"); ok {
				var r survey.Report
				if json.Unmarshal([]byte(data), &r) == nil {
					frames <- r
				}
			}
		}
	}()
	return frames
}
