package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/browsertest"
	"jindu/internal/limit"
	"jindu/survey"
)

// platform is WeChat's side of an authorization. A browser says in its user agent
// who holds it.
type platform struct {
	*httptest.Server
	mu       sync.Mutex
	ready    bool
	sent     int               // browsers that came to be authorized
	codes    map[string]string // code → open id, once
	snapshot int               // so many of the next come back as nobody
	failure  error             // of every exchange
	gone     bool              // the page of authorization shows an error
	hold     chan struct{}     // an exchange waits for it

	asked, exchanged int // calls of Ready and Exchange
}

// await polls until something is so.
func (p *platform) await(t testing.TB, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(browsertest.Patience); ; time.Sleep(time.Millisecond) {
		p.mu.Lock()
		ok := so()
		p.mu.Unlock()
		switch {
		case ok:
			return
		case time.Now().After(deadline):
			t.Fatal("it does not come to be")
		}
	}
}

const agent = "Mozilla/5.0 (Linux; Android 10) Chrome/86.0 MicroMessenger/8.0.49 person/"

func newPlatform(t testing.TB) *platform {
	p := &platform{ready: true, codes: map[string]string{}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sent++
		back, err := url.Parse(r.URL.Query().Get("redirect"))
		if p.gone || err != nil {
			w.WriteHeader(http.StatusOK) // an error page
			return
		}
		code := "c" + strconv.Itoa(p.sent)
		_, who, _ := strings.Cut(r.UserAgent(), "person/")
		p.codes[code] = who
		query := back.Query()
		query.Set(queryCode, code)
		query.Set(queryState, r.URL.Query().Get("state"))
		back.RawQuery = query.Encode()
		http.Redirect(w, r, back.String(), http.StatusFound)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *platform) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func (p *platform) Ready() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	return p.ready
}

func (p *platform) AuthorizeURL(redirect, state string) (string, error) {
	return p.URL + "/?" + url.Values{"redirect": {redirect}, "state": {state}}.Encode(), nil
}

func (p *platform) Exchange(ctx context.Context, code string) (string, error) {
	var hold chan struct{}
	p.set(func() { p.exchanged++; hold = p.hold })
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.codes[code]
	delete(p.codes, code)
	switch {
	case p.failure != nil:
		return "", p.failure
	case !ok:
		return "", ErrCode
	case p.snapshot > 0:
		p.snapshot--
		return "", ErrSnapshot
	}
	return who, nil
}

// wechatSite is a site that can ask WeChat.
func wechatSite(t testing.TB) (*site, *platform) {
	p := newPlatform(t)
	s := newSite(t, func(s *site) { s.cfg.WeChat = p })
	s.pages.BaseURL = s.server.URL
	return s, p
}

// phone is WeChat's browser in somebody's hands.
func (s *site) phone(who string) *browser {
	b := s.browser()
	b.Transport = asPerson(who)
	return b
}

type asPerson string

func (who asPerson) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", agent+string(who))
	return http.DefaultTransport.RoundTrip(r)
}

// cookies of the site that a browser has, by name.
func (b *browser) cookies(path string) map[string]string {
	at, err := url.Parse(b.server.URL + path)
	if err != nil {
		b.Fatal(err)
	}
	all := map[string]string{}
	for _, c := range b.Jar.Cookies(at) {
		all[c.Name] = c.Value
	}
	return all
}

func TestRecognizedByWeChat(t *testing.T) {
	s, p := wechatSite(t)
	path := s.ticket(township)
	a := s.phone("alice")
	page := a.get(path)
	if page.expect(t, http.StatusOK, s.q.Title); page.path != path {
		t.Errorf("something of the authorization stays in the address: %s", page.path)
	}
	for name, value := range a.cookies(path) {
		if strings.Contains(value, "alice") || name == cookieAttempt {
			t.Errorf("cookie %s stays: %s", name, value)
		}
	}
	a.get(path)
	if p.sent != 1 {
		t.Errorf("sent to WeChat %d times", p.sent)
	}
	code := a.post(path, a.fill(page)).receipt(t)
	if n := s.tiers(); n[content.TierWechat] != 1 || len(n) != 1 {
		t.Errorf("%v", n)
	}
	// The same person in another browser, and by the personal link of the bot.
	other := s.phone("alice")
	again := other.post(path, other.fill(other.get(path)))
	if again.expect(t, http.StatusOK, "您已经填过了"); again.receipt(t) != code {
		t.Error("another receipt")
	}
	linked := s.phone("alice")
	page = linked.get(s.personalLink("alice", township))
	if dup := linked.post(page.path, linked.fill(page)); dup.receipt(t) != code {
		t.Error("another receipt by the personal link")
	}
	s.expect(1)
}

// A personal link in a village group: each who opens it in WeChat is recognized
// as who they are, and outside WeChat it is an ordinary link.
func TestForwardedLinkMakesNobodyADuplicate(t *testing.T) {
	s, _ := wechatSite(t)
	link := s.personalLink("alice", township)
	outside := s.browser()
	known := s.phone("carol") // has been here before
	known.get(s.ticket("460107102"))
	for _, b := range []*browser{outside, s.phone("bob"), known, s.phone("alice")} {
		page := b.get(link)
		if page.path != s.ticket(township) {
			t.Errorf("the token stays in the address: %s", page.path)
		}
		b.post(page.path, b.fill(page)).expect(t, http.StatusOK, "提交成功")
	}
	if n := s.tiers(); n[content.TierWechat] != 3 || n[content.TierDevice] != 1 {
		t.Errorf("%v", n)
	}
}

func TestWhereWeChatCannotBeAsked(t *testing.T) {
	s, p := wechatSite(t)
	path := s.ticket(township)
	work := s.browser()
	work.Transport = asPerson("x wxwork/4.1")
	for _, b := range []*browser{s.browser(), work} {
		b.get(path).expect(t, http.StatusOK, "1. ")
	}
	a := s.phone("alice")
	a.get(s.ticket(township, assisted)).expect(t, http.StatusOK, "请输入口令")
	a.get(s.ticket(township, preview)).expect(t, http.StatusOK, "预览")
	s.q.Tiers = []string{content.TierDevice}
	a.get(path).expect(t, http.StatusOK, "1. ")
	s.q.Tiers = []string{content.TierWechat}
	s.browser().get(path).expect(t, http.StatusForbidden, "请用微信打开", "扫一扫")
	s.q.Closes = content.Date{Time: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	a.get(path).expect(t, http.StatusGone, "已经结束")
	s.q.Closes = content.Date{}
	p.set(func() { p.ready = false })
	a.get(path).expect(t, http.StatusForbidden, "从微信公众号里打开")
	if p.sent != 0 {
		t.Errorf("sent to WeChat %d times", p.sent)
	}
}

// However WeChat fails, the person comes to the form, or to a page that says what
// to do; no browser is sent in circles.
func TestWeChatFails(t *testing.T) {
	for name, c := range map[string]struct {
		fail func(*platform)
		sent int // times that the browser is sent away
	}{
		"down":           {func(p *platform) { p.failure = errors.New("no answer") }, 1},
		"used codes":     {func(p *platform) { p.failure = ErrCode }, 2},
		"always nobody":  {func(p *platform) { p.snapshot = 99 }, 2},
		"an error there": {func(p *platform) { p.gone = true }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, p := wechatSite(t)
			p.set(func() { c.fail(p) })
			path := s.ticket(township)
			b := s.phone("alice")
			page := b.get(path)
			if strings.Contains(page.body, "使用完整服务") {
				page.expect(t, http.StatusForbidden, "继续", queryAgain)
				b.get(path).expect(t, http.StatusForbidden, "使用完整服务")
				page = b.get(path + "?" + queryAgain)
			}
			page = b.get(path) // once more, where an error page of WeChat's was shown
			page.expect(t, http.StatusOK, "1. ")
			b.get(path).expect(t, http.StatusOK, "1. ")
			if p.sent != c.sent {
				t.Errorf("sent to WeChat %d times, want %d", p.sent, c.sent)
			}
			b.post(path, b.fill(page)).expect(t, http.StatusOK, "提交成功")
			if n := s.tiers(); n[content.TierDevice] != 1 {
				t.Errorf("%v", n)
			}
			// Where only followers count, a page says what to do; asked again, and
			// with WeChat well again, the person is recognized.
			s.q.Tiers = []string{content.TierWechat}
			b = s.phone("bob")
			b.get(path)
			b.get(path + "?" + queryAgain)
			b.get(path)
			b.get(path).expect(t, http.StatusForbidden, `?again">`)
			// Nor does a personal link pass there: it may be another's, forwarded.
			b.get(s.personalLink("alice", township)).expect(t, http.StatusForbidden, `?again">`)
			p.set(func() { p.failure, p.snapshot, p.gone = nil, 0, false })
			carol := s.phone("carol")
			carol.get(path+"?"+queryAgain).expect(t, http.StatusOK, "1. ")
		})
	}
}

// Where WeChat is asked, a forwarded personal link never makes its reader the
// owner, however WeChat fails meanwhile; and the owner still counts.
func TestForwardedWhereWeChatIsAsked(t *testing.T) {
	s, p := wechatSite(t)
	link := s.personalLink("alice", township)
	p.set(func() { p.gone = true })
	bob := s.phone("bob")
	bob.get(link)
	page := bob.get(link) // back, and tapped again
	page.expect(t, http.StatusOK, "1. ")
	bob.post(page.path, bob.fill(page)).expect(t, http.StatusOK, "提交成功")
	if n := s.tiers(); n[content.TierWechat] != 0 || n[content.TierDevice] != 1 {
		t.Errorf("%v", n)
	}
	p.set(func() { p.gone = false })
	alice := s.phone("alice")
	page = alice.get(link)
	alice.post(page.path, alice.fill(page)).expect(t, http.StatusOK, "提交成功")
	if n := s.tiers(); n[content.TierWechat] != 1 || n[content.TierDevice] != 1 {
		t.Errorf("%v", n)
	}
}

// A snapshot, then the whole service: a new set of cookies.
func TestOutOfTheSnapshot(t *testing.T) {
	s, p := wechatSite(t)
	p.set(func() { p.snapshot = 1 })
	path := s.ticket(township)
	b := s.phone("alice")
	b.get(path).expect(t, http.StatusForbidden, "使用完整服务")
	page := b.get(path + "?" + queryAgain)
	b.post(path, b.fill(page)).expect(t, http.StatusOK, "提交成功")
	if n := s.tiers(); n[content.TierWechat] != 1 {
		t.Errorf("%v", n)
	}
}

// The return from WeChat is good in the browser that was sent, once.
func TestStateIsBoundToTheBrowser(t *testing.T) {
	s, p := wechatSite(t)
	path := s.ticket(township)
	victim, attacker := s.phone("victim"), s.phone("attacker")
	attackerStops := func(r *http.Request, _ []*http.Request) error {
		if r.URL.Query().Has(queryCode) {
			return http.ErrUseLastResponse // keeps the code to itself
		}
		return nil
	}
	attacker.CheckRedirect = attackerStops
	res, err := attacker.Get(s.server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	back, err := url.Parse(res.Header.Get("Location"))
	if err != nil || !back.Query().Has(queryCode) {
		t.Fatal(back, err)
	}
	// In a browser with no state, which is recognized as its own, and for another ticket.
	page := victim.get(back.RequestURI())
	if p.exchanged != 1 {
		t.Errorf("%d exchanges", p.exchanged)
	}
	victim.post(path, victim.fill(page)).expect(t, http.StatusOK, "提交成功")
	elsewhere := s.ticket("460107102") + "?" + back.RawQuery
	if got := attacker.get(elsewhere); got.status != http.StatusFound || p.exchanged != 1 {
		t.Errorf("%d, %d exchanges", got.status, p.exchanged)
	}
	// The attacker's own answer is the attacker's.
	attacker.CheckRedirect = nil
	page = attacker.get(back.RequestURI())
	attacker.post(path, attacker.fill(page)).expect(t, http.StatusOK, "提交成功")
	attacker.get(back.RequestURI()).expect(t, http.StatusOK, "您已经填过了")
	if n := s.tiers(); n[content.TierWechat] != 2 {
		t.Errorf("%v; sent %d times", n, p.sent)
	}
	// And in a browser that is under way itself: it is recognized as its own.
	erin := s.phone("erin")
	erin.CheckRedirect = attackerStops
	if got := erin.get(path); got.status != http.StatusFound {
		t.Fatalf("%d", got.status)
	}
	erin.CheckRedirect = nil
	mallory := s.phone("mallory")
	mallory.CheckRedirect = attackerStops
	stolen := mallory.get(path)
	back, err = url.Parse(stolen.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	page = erin.get(back.RequestURI())
	erin.post(path, erin.fill(page)).expect(t, http.StatusOK, "提交成功")
	mallory.CheckRedirect = nil
	page = mallory.get(back.RequestURI())
	mallory.post(path, mallory.fill(page)).expect(t, http.StatusOK, "提交成功")
	if n := s.tiers(); n[content.TierWechat] != 4 {
		t.Errorf("%v; sent %d times", n, p.sent)
	}
	// What a state's cookie holds is not readable and not of another ticket.
	fresh := s.phone("dave")
	fresh.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	sent := fresh.get(path)
	if sent.status != http.StatusFound || sent.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", sent.status, sent.header)
	}
	if raw := fresh.cookies(path)[cookieAttempt]; raw == "" || fresh.cookies(elsewhere)[cookieAttempt] != "" {
		t.Errorf("cookie %q", raw)
	}
}

// spentElsewhere is a count in which other processes have used up a bound.
type spentElsewhere string

func (name spentElsewhere) Take(_ context.Context, b limit.Bound, _ string) (bool, error) {
	return b.Name != string(name), nil
}

// A state that other processes have exchanged is exchanged no more: the browser is
// sent anew, and in the end answers in another way.
func TestStateIsSpentInAllProcesses(t *testing.T) {
	s, p := wechatSite(t)
	cfg := s.cfg
	cfg.Rates, cfg.BaseURL = spentElsewhere("authorization states"), s.server.URL
	pages, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	engine := gin.New()
	pages.Register(engine)
	s.server.Config.Handler = engine
	path := s.ticket(township)
	b := s.phone("alice")
	page := b.get(path)
	if p.exchanged != 0 || p.sent != maxTries {
		t.Errorf("%d exchanges, sent %d times", p.exchanged, p.sent)
	}
	b.post(path, b.fill(page)).expect(t, http.StatusOK, "提交成功")
	if n := s.tiers(); n[content.TierDevice] != 1 {
		t.Errorf("%v", n)
	}
}

// WeChat's browser loads the page of the return twice at once: one exchange, and
// both show the form.
func TestReturnLoadedTwice(t *testing.T) {
	s, p := wechatSite(t)
	p.hold = make(chan struct{})
	path := s.ticket(township)
	b := s.phone("alice")
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Query().Has(queryCode) {
			return http.ErrUseLastResponse
		}
		return nil
	}
	res, err := b.Get(s.server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	back, err := url.Parse(res.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	b.CheckRedirect = nil
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { b.get(back.RequestURI()).expect(t, http.StatusOK, "1. ") })
	}
	p.await(t, func() bool { return p.asked == 3 && p.exchanged == 1 })
	time.Sleep(20 * time.Millisecond) // for a second exchange that must not come
	close(p.hold)
	both.Wait()
	if p.exchanged != 1 || p.sent != 1 {
		t.Errorf("%d exchanges, sent %d times", p.exchanged, p.sent)
	}
	b.get(back.RequestURI()).expect(t, http.StatusOK, "1. ") // and a reload
	b.post(path, b.fill(b.get(path))).expect(t, http.StatusOK, "提交成功")
	if n := s.tiers(); n[content.TierWechat] != 1 {
		t.Errorf("%v", n)
	}
}

// WeChat that hangs holds nobody longer than the bound, and the store that is away
// is told to the person.
func TestSlowWeChatAndStoreAway(t *testing.T) {
	s, p := wechatSite(t)
	p.hold = make(chan struct{}) // never closed
	b := s.phone("alice")
	began := time.Now()
	b.get(s.ticket(township)).expect(t, http.StatusOK, "1. ")
	if took := time.Since(began); took < exchangeTimeout || took > 2*exchangeTimeout {
		t.Errorf("the form came after %v", took)
	}
	p.set(func() { p.hold = nil })
	s.cfg.Desk = survey.NewDesk(downStore{s.store}, s.cfg.Keys, s.cfg.Now)
	s.pages.Desk = s.cfg.Desk
	s.phone("bob").get(s.ticket(township)).expect(t, http.StatusServiceUnavailable, "再试一次")
}
