package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"jindu/content"
	"jindu/survey"
)

func TestFormIsCounted(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	path := s.ticket(township)
	page := b.get(path)
	page.expect(t, http.StatusOK, s.q.Title, s.q.Notice, "琼山区龙塘镇", "监护人", "琼ICP备00000000号-1")
	if notice, question := strings.Index(page.body, s.q.Notice), strings.Index(page.body, "1. "); notice > question {
		t.Error("the notice comes after question 1")
	}
	form := b.fill(page)
	form.Set("remark", "路灯坏了，请联系 13800138000")
	done := b.post(path, form)
	done.expect(t, http.StatusOK, "提交成功", "2026年11月23日 10:00", s.q.Thanks)
	if done.path != path+"?thanks" {
		t.Errorf("a reload would post again: %s", done.path)
	}
	if n := s.counted()[township]; n != 1 {
		t.Errorf("%d responses in the township", n)
	}
	err := s.store.Log(t.Context(), s.q.ID, "", func(e survey.LogEntry) error {
		for _, a := range e.Answers {
			if strings.Contains(a.Text, "13800138000") {
				t.Error("a telephone number was stored")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOncePerBrowser(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	path := s.ticket(township)
	first := b.post(path, b.fill(b.get(path))).receipt(t)
	s.pass(time.Hour)

	again := b.get(path)
	again.expect(t, http.StatusOK, "您已经填过了", "2026年11月23日 10:00")
	if code := again.receipt(t); code != first {
		t.Errorf("receipt %s, then %s", first, code)
	}
	// A form that was open in another tab, sent to another place of the survey.
	other := s.browser()
	form := other.fill(other.get(path))
	late := b.post(s.ticket("460107102"), form)
	late.expect(t, http.StatusOK, "您已经填过了")
	if code := late.receipt(t); code != first {
		t.Errorf("receipt %s, then %s", first, code)
	}
	s.expect(1)
	// The address of the thanks page gives nothing away to others.
	s.browser().get(path+"?thanks").without(t, first, "提交成功")
}

// Without the answered-cookie the store knows the device.
func TestDuplicateByStore(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	path := s.ticket(township)
	page := b.get(path)
	one, two := b.fill(page), b.fill(b.get(path))
	code := b.post(path, one).receipt(t)
	forget(t, b, cookieAnswered)
	s.pass(time.Minute)
	dup := b.post(path, two)
	dup.expect(t, http.StatusOK, "您已经填过了", "10:00")
	if dup.receipt(t) != code {
		t.Error("another receipt")
	}
	s.expect(1)
}

// forget deletes the cookies whose name begins so.
func forget(t testing.TB, b *browser, prefix string) {
	t.Helper()
	u, err := url.Parse(b.server.URL + "/s/x")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(u) {
		if strings.HasPrefix(c.Name, prefix) {
			b.Jar.SetCookies(u, []*http.Cookie{{Name: c.Name, Path: "/s/", MaxAge: -1}})
		}
	}
}

func TestManyPostsAtOnce(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	path := s.ticket(township)
	page := b.get(path)
	var mu sync.Mutex
	receipts := map[string]int{}
	var wait sync.WaitGroup
	for i := range 50 {
		form := b.fill(page)
		if i%2 == 1 { // half are double taps, half other tabs
			form.Set(fieldPage, b.another())
		}
		wait.Go(func() {
			a := b.postJSON(path, form)
			var got accepted
			if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != http.StatusOK {
				t.Errorf("%d %s", a.status, a.body)
			}
			mu.Lock()
			receipts[got.Receipt]++
			mu.Unlock()
		})
	}
	wait.Wait()
	if len(receipts) != 1 {
		t.Errorf("receipts: %v", receipts)
	}
	s.expect(1)
}

func TestJSON(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	path := s.ticket(township)
	form := b.fill(b.get(path))

	incomplete := url.Values{fieldPage: form[fieldPage], "k1": {"nonsense"}}
	a := b.postJSON(path, incomplete)
	var wrong refused
	if err := json.Unmarshal([]byte(a.body), &wrong); err != nil {
		t.Fatal(err)
	}
	if a.status != http.StatusUnprocessableEntity || wrong.Error.Code != "answers" || wrong.Error.Message == "" ||
		wrong.Error.Fields["satisfaction"] == "" || wrong.Error.Fields["k1"] == "" || wrong.Error.Fields["remark"] != "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := b.postJSON(path, url.Values{}); a.status != http.StatusBadRequest {
		t.Errorf("empty form: %d %s", a.status, a.body)
	}

	status := func(a answer) (got accepted) {
		t.Helper()
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
		if cache := a.header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("Cache-Control %q", cache)
		}
		return got
	}
	first := status(b.postJSON(path, form))
	if first.Status != "accepted" || !receiptCode.MatchString(first.Receipt) {
		t.Errorf("%+v", first)
	}
	if retry := status(b.postJSON(path, form)); retry != first {
		t.Errorf("a retry got %+v, first %+v", retry, first)
	}
	forget(t, b, cookieAnswered) // the first reply was lost with its cookie
	if retry := status(b.postJSON(path, form)); retry != first {
		t.Errorf("a retry got %+v, first %+v", retry, first)
	}
	form.Set(fieldPage, b.another())
	if dup := status(b.postJSON(path, form)); dup.Status != "duplicate" || dup.Receipt != first.Receipt {
		t.Errorf("%+v, first %+v", dup, first)
	}
	s.expect(1)

	s.q.Closes = content.Date{Time: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	a = s.browser().postJSON(path, form)
	if a.status != http.StatusGone || strings.TrimSpace(a.body) != `{"status":"closed","receipt":""}` {
		t.Errorf("closed: %d %s", a.status, a.body)
	}
}

func TestWrongAnswersKeepTheRest(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	path := s.ticket(county)
	form := b.fill(b.get(path))
	form.Del("k2")
	const remark = "\n<script>alert(1)</script> \"好\" & 好"
	form.Set("remark", remark)
	form.Set("residence", township)
	form["channel"] = []string{"school", "tv"}
	page := b.post(path, form)
	page.expect(t, http.StatusUnprocessableEntity, "还差一点", `href="#q-k2"`, `id="q-k2"`, "第 3 题：这道题还没有回答",
		`href="#q-_place"`, "请选择您所在的镇（街道）")
	page.without(t, "<script>alert", "第 2 题")
	back := readFirstForm(t, page.body)
	for name, values := range form {
		if fmt.Sprint(back[name]) != fmt.Sprint(values) {
			t.Errorf("%s: %q came back as %q", name, values, back[name])
		}
	}
	back.Set("k2", "c")
	back.Set(fieldPlace, "460107102")
	b.post(path, back).expect(t, http.StatusOK, "提交成功")
	if n := s.counted()["460107102"]; n != 1 {
		t.Errorf("counted: %v", s.counted())
	}
}

func TestPlaces(t *testing.T) {
	s := newSite(t)
	village := s.lib.Places[township].Children[2].Code
	for _, test := range []struct {
		name, ticket, chosen, counted string
	}{
		{"county and township", county, township, township},
		{"county and village", county, village, ""},
		{"county and elsewhere", county, "460108100", ""},
		{"township alone", township, "", township},
		{"township and its village", township, village, village},
		{"township and another's village", township, s.lib.Places["460107102"].Children[0].Code, ""},
		{"village", village, "", village},
		{"village and another", village, s.lib.Places[township].Children[0].Code, village},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := s.browser()
			path := s.ticket(test.ticket)
			form := b.fill(b.get(path))
			form.Set(fieldPlace, test.chosen)
			before := s.counted()[test.counted]
			a := b.post(path, form)
			if test.counted == "" {
				a.expect(t, http.StatusUnprocessableEntity)
			} else if a.expect(t, http.StatusOK); s.counted()[test.counted] != before+1 {
				t.Errorf("counted: %v", s.counted())
			}
		})
	}
	b := s.browser()
	b.get(s.ticket(township, func(t *survey.Ticket) { t.Point = "集市" })).without(t, fieldPlace)
}
