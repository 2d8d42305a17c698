package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jindu/content"
	"jindu/survey"
)

// personalLink as the bot sends it.
func (s *site) personalLink(openid, place string) string {
	s.Helper()
	token, err := s.cfg.Desk.PersonalToken(s.Context(), s.q, openid, s.cfg.Now())
	if err != nil {
		s.Fatal(err)
	}
	return s.ticket(place) + "?as=" + token
}

func TestPersonalLink(t *testing.T) {
	s := newSite(t)
	link := s.personalLink("openid-of-A", township)
	a, b := s.browser(), s.browser()

	page := a.get(link)
	if page.expect(t, http.StatusOK, s.q.Title); page.path != s.ticket(township) {
		t.Errorf("the token stays in the address: %s", page.path)
	}
	// Forwarded to a friend it is an ordinary link.
	friend := b.get(link)
	b.post(friend.path, b.fill(friend)).expect(t, http.StatusOK, "提交成功")
	if n := s.tiers(); n[content.TierWechat] != 0 || n[content.TierDevice] != 1 {
		t.Errorf("%v", n)
	}
	code := a.post(page.path, a.fill(page)).receipt(t)
	if n := s.tiers(); n[content.TierWechat] != 1 || n[content.TierDevice] != 1 {
		t.Errorf("%v", n)
	}
	// The same follower on another phone, with a new link.
	s.pass(time.Hour)
	phone := s.browser()
	page = phone.get(s.personalLink("openid-of-A", "460107102"))
	dup := phone.post(page.path, phone.fill(page))
	if dup.expect(t, http.StatusOK, "您已经填过了", "10:00"); dup.receipt(t) != code {
		t.Error("another receipt")
	}
	// And on the first phone by a QR code: the answered-cookie holds for any tier.
	a.get(s.ticket("460107103")).expect(t, http.StatusOK, "您已经填过了")
	s.expect(2)
}

func TestPersonalLinkExpires(t *testing.T) {
	s := newSite(t)
	link := s.personalLink("openid-of-A", township)
	s.pass(survey.PersonalLinkLife)
	b := s.browser()
	page := b.get(link)
	b.post(page.path, b.fill(page)).expect(t, http.StatusOK, "提交成功")
	if n := s.tiers(); n[content.TierDevice] != 1 || n[content.TierWechat] != 0 {
		t.Errorf("%v", n)
	}
}

func TestPersonalLinkOfAnotherSurvey(t *testing.T) {
	s := newSite(t)
	_, token, _ := strings.Cut(s.personalLink("openid-of-A", township), "?")
	s.q = s.lib.Questionnaires["meilan-2026"]
	b := s.browser()
	page := b.get(s.ticket("460108001") + "?" + token)
	b.post(page.path, b.fill(page)).expect(t, http.StatusOK, "提交成功")
	if n := s.tiers(); n[content.TierDevice] != 1 || n[content.TierWechat] != 0 {
		t.Errorf("%v", n)
	}
}

func TestOnlyFollowers(t *testing.T) {
	s := newSite(t)
	s.q.Tiers = []string{content.TierWechat}
	b := s.browser()
	path := s.ticket(township)
	b.get(path).expect(t, http.StatusForbidden, "从微信公众号里打开", "满意度")
	b.postJSON(path, url.Values{}).expect(t, http.StatusForbidden, `"code":"tier"`)
	page := b.get(s.personalLink("openid-of-A", township))
	page.expect(t, http.StatusOK, "1. ")
	b.post(page.path, b.fill(page)).expect(t, http.StatusOK, "提交成功")

	s.q.Tiers = []string{content.TierAssisted}
	s.browser().get(path).expect(t, http.StatusForbidden, "工作人员")
	s.q.Tiers = []string{content.TierDevice}
	s.browser().get(s.ticket(township, assisted)).expect(t, http.StatusForbidden, "不能代填")
}

func TestAssisted(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	path := s.ticket(township, assisted)
	ask := b.get(path)
	ask.expect(t, http.StatusOK, "请输入口令")
	ask.without(t, s.q.Questions[0].Text)
	b.post(path, url.Values{fieldPIN: {"1234"}}).expect(t, http.StatusForbidden, "口令不对")
	page := b.post(path, url.Values{fieldPIN: {testPIN}})
	page.expect(t, http.StatusOK, s.q.Questions[0].Text, "代填")

	var codes []string
	for range 3 {
		form := b.fill(page)
		form.Set("remark", "上一位的话")
		next := b.post(path, form)
		next.expect(t, http.StatusOK, "已收到", "下一位")
		next.without(t, "上一位的话", "10:00", "回执")
		if receiptCode.MatchString(visible(next.body)) {
			t.Error("the next person may read a receipt")
		}
		retry := b.postJSON(path, form)
		retry.expect(t, http.StatusOK, `"accepted"`)
		codes = append(codes, receiptCode.FindString(retry.body))
		b.post(path, form).expect(t, http.StatusOK, "之前已经收到", "下一位")
		page = b.get(path)
		page.without(t, "上一位的话", " checked", "回执", "10:00", "data-keep")
		if page.header.Get("Cache-Control") != "no-store" {
			t.Error("the back button may show a form that was filled in")
		}
	}
	if codes[0] == codes[1] || codes[1] == codes[2] {
		t.Errorf("receipts %v", codes)
	}
	if n := s.tiers(); n[content.TierAssisted] != 3 || len(n) != 1 {
		t.Errorf("%v", n)
	}
	// The staff member's own phone has not answered.
	b.get(s.ticket(township)).expect(t, http.StatusOK, "1. ")

	// The cookie is for this ticket, these hours and this PIN.
	b.get(s.ticket("460107102", assisted)).expect(t, http.StatusOK, "请输入口令")
	s.pages.AssistPIN = "other"
	b.get(path).expect(t, http.StatusOK, "请输入口令")
	s.pages.AssistPIN = testPIN
	form := b.fill(b.get(path))
	form.Set("remark", "还没交上的话")
	s.pass(staffLife)
	late := b.post(path, form)
	late.expect(t, http.StatusForbidden, "请再输入一次口令", "还没交上的话")
	back := readFirstForm(t, late.body)
	back.Set(fieldPIN, "wrong")
	b.post(path, back).expect(t, http.StatusForbidden, "口令不对", "还没交上的话")
	back.Set(fieldPIN, testPIN)
	b.post(path, back).expect(t, http.StatusOK, "下一位")
	s.expect(4)

	s.pages.AssistPIN = ""
	b.get(path).expect(t, http.StatusForbidden, "代填还没有开通")
	b.post(path, url.Values{fieldPIN: {""}}).expect(t, http.StatusForbidden, "代填还没有开通")
}

func TestPINTriesAreBounded(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	path := s.ticket(township, assisted)
	refused := false
	for range 30 {
		a := b.post(path, url.Values{fieldPIN: {"0000"}})
		refused = refused || a.status == http.StatusTooManyRequests
	}
	if !refused {
		t.Error("tries have no bound")
	}
	b.post(path, url.Values{fieldPIN: {testPIN}}).expect(t, http.StatusTooManyRequests, "过一分钟")
	// One PIN opens every ticket, so another ticket gives no more tries.
	b.post(s.ticket("460107102", assisted), url.Values{fieldPIN: {testPIN}}).expect(t, http.StatusTooManyRequests, "过一分钟")
	s.pass(time.Minute)
	b.post(path, url.Values{fieldPIN: {testPIN}}).expect(t, http.StatusOK, "1. ")
}

func TestPreviewNeverCounts(t *testing.T) {
	s := newSite(t)
	s.q.Opens = content.Date{Time: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)} // looked at before it opens
	for _, flags := range [][]func(*survey.Ticket){{preview}, {preview, assisted}} {
		b := s.browser()
		path := s.ticket(township, flags...)
		page := b.get(path)
		page.expect(t, http.StatusOK, "预览")
		form := b.fill(page)
		b.post(path, form).expect(t, http.StatusOK, "不计入统计")
		b.postJSON(path, form).expect(t, http.StatusOK, `"preview"`)
		b.get(path).expect(t, http.StatusOK, "1. ")
	}
	s.expect(0)
}

func TestNoQuestionnaire(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	path := s.ticket(township)
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i := len("/s/"); i < len(path); i++ {
		for _, r := range letters {
			if changed := path[:i] + string(r) + path[i+1:]; changed != path {
				if _, err := survey.DecodeTicket(s.cfg.Keys, changed[len("/s/"):]); err == nil {
					t.Fatalf("%s passes for %s", changed, path)
				}
			}
		}
	}
	for _, bad := range []string{path[:len(path)-1], path + "A", "/s/x", "/s/" + strings.Repeat("A", 5000)} {
		b.get(bad).expect(t, http.StatusNotFound, "请重新扫描")
		b.postJSON(bad, url.Values{}).expect(t, http.StatusNotFound, `"code":"ticket"`)
	}

	day := content.Date{Time: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	expired := s.ticket(township, func(t *survey.Ticket) { t.Until = day })
	b.get(expired).expect(t, http.StatusGone, "已过期", "2026年11月22日")
	b.postJSON(expired, url.Values{}).expect(t, http.StatusGone, `"closed"`)

	s.q.Opens = content.Date{Time: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
	b.get(path).expect(t, http.StatusForbidden, "2026年12月1日")
	b.postJSON(path, url.Values{}).expect(t, http.StatusForbidden, `"not_open"`)
	s.q.Opens, s.q.Closes = content.Date{}, day
	b.get(path).expect(t, http.StatusGone, "已经结束")

	delete(s.lib.Questionnaires, s.q.ID)
	b.get(path).expect(t, http.StatusNotFound, "没有找到这份问卷")
	b.get(path+"/more").expect(t, http.StatusNotFound)
}

// Closed for good while a form is open, and while this process still holds the key.
func TestClosedForGood(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	path := s.ticket(township)
	form := b.fill(b.get(path))
	answered := s.browser()
	code := answered.post(path, answered.fill(answered.get(path))).receipt(t)
	if err := s.store.Forget(t.Context(), s.q.ID); err != nil {
		t.Fatal(err)
	}
	b.post(path, form).expect(t, http.StatusGone, "已经结束")
	b.get(path).expect(t, http.StatusGone, "已经结束")
	if answered.get(path).receipt(t) != code {
		t.Error("the receipt is gone")
	}
}

// A store that cannot be reached keeps nobody from reading the page.
func TestPageNeedsNoStore(t *testing.T) {
	s := newSite(t, func(s *site) {
		s.cfg.Desk = survey.NewDesk(downStore{s.store}, s.cfg.Keys, s.cfg.Now)
	})
	b := s.browser()
	path := s.ticket(township)
	page := b.get(path)
	page.expect(t, http.StatusOK, "1. ")
	b.post(path, b.fill(page)).expect(t, http.StatusServiceUnavailable, "再试一次")
}

type downStore struct{ survey.Store }

func (downStore) State(context.Context, string) (survey.State, error) {
	return survey.State{}, errors.Join(survey.ErrUnavailable, errors.New("dial refused"))
}

func TestCookies(t *testing.T) {
	s := newSite(t, func(s *site) { s.cfg.Secure = true })
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.URL+s.ticket(township), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if len(res.Cookies()) != 1 {
		t.Fatalf("%v", res.Cookies())
	}
	for _, c := range res.Cookies() {
		if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/s/" || c.MaxAge <= 0 {
			t.Errorf("%+v", c)
		}
	}
}
