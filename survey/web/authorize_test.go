package web

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"jindu/content"
	"jindu/internal/outage"
)

// watched notes what a browser was answered under addresses that hold a code.
type watched struct {
	http.RoundTripper
	t     *testing.T
	codes []string
}

func (w *watched) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := w.RoundTripper.RoundTrip(r)
	if err != nil || !r.URL.Query().Has(queryCode) {
		return res, err
	}
	w.codes = append(w.codes, r.URL.Query().Get(queryCode))
	if res.StatusCode/100 != 3 || res.Header.Get("Referrer-Policy") != "no-referrer" {
		w.t.Errorf("a page under an address with a code: %d %v", res.StatusCode, res.Header)
	}
	return res, err
}

// A code that was not used never stays in an address that is shown, whatever
// happened to the browser on its way, and is never good in another one.
func TestNoCodeStaysInTheAddress(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*site, *browser) // before the browser opens the page
		back   func(*site, *browser) // while it is at WeChat
		status int
	}{
		"keeps no cookies": {func(_ *site, b *browser) { b.Jar = nil }, nil, http.StatusOK},
		"lost its cookies": {nil, func(_ *site, b *browser) { b.Jar = b.browser().Jar }, http.StatusOK},
		"took too long":    {nil, func(s *site, _ *browser) { s.pass(2 * attemptLife) }, http.StatusOK},
		"not WeChat's":     {nil, func(_ *site, b *browser) { b.Transport.(*watched).RoundTripper = http.DefaultTransport }, http.StatusOK},
		"survey gone":      {nil, func(s *site, _ *browser) { lib := *s.lib; lib.Questionnaires = nil; s.lib = &lib }, http.StatusNotFound},
		"survey over":      {nil, func(s *site, _ *browser) { s.q.Closes = content.Date{Time: s.cfg.Now().AddDate(0, 0, -2)} }, http.StatusGone},
		"right lost": {nil, func(s *site, _ *browser) {
			s.pages.WeChat.(*platform).set(func() { s.pages.WeChat.(*platform).ready = false })
		}, http.StatusOK},
		"tier taken away":    {nil, func(s *site, _ *browser) { s.q.Tiers = []string{content.TierDevice} }, http.StatusOK},
		"too many exchanges": {nil, func(s *site, b *browser) { s.exhaust() }, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			s, p := wechatSite(t)
			path := s.ticket(township)
			b := s.phone("alice")
			w := &watched{RoundTripper: b.Transport, t: t}
			b.Transport = w
			if c.change != nil {
				c.change(s, b)
			}
			b.CheckRedirect = func(r *http.Request, via []*http.Request) error {
				if len(via) > 9 {
					t.Fatal("sent in circles")
				}
				if r.URL.Query().Has(queryCode) && c.back != nil {
					c.back(s, b)
					c.back = nil
				}
				return nil
			}
			page := b.get(path)
			page.expect(t, c.status)
			if strings.Contains(page.path, queryCode+"=") || strings.Contains(page.path, queryState+"=") {
				t.Errorf("the code stays: %s", page.path)
			}
			if p.sent > maxTries || len(w.codes) == 0 {
				t.Errorf("sent %d times, codes %v", p.sent, w.codes)
			}
		})
	}
}

// exhaust makes the network use up its exchanges.
func (s *site) exhaust() {
	p := s.pages.WeChat.(*platform)
	for range 400 {
		b := s.phone("nobody")
		b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		to, err := url.Parse(b.get(s.ticket(township)).header.Get("Location"))
		if err != nil {
			s.Fatal(err)
		}
		before := p.exchanged
		b.get(s.ticket(township) + "?" + url.Values{queryCode: {"made up"}, queryState: {to.Query().Get("state")}}.Encode())
		if p.exchanged == before {
			return
		}
	}
	s.Fatal("exchanges without end")
}

// One network, with a state for each try, cannot call WeChat without end, is a line
// in the log and not thousands, and keeps nobody else from being recognized.
func TestExchangesAreBoundedByNetwork(t *testing.T) {
	s, p := wechatSite(t)
	var log strings.Builder
	s.pages.failures = outage.NewOften(slog.New(slog.NewTextHandler(&log, nil)), "web authorization failed", s.cfg.Now)
	s.exhaust()
	if p.exchanged != 120 {
		t.Errorf("%d exchanges", p.exchanged)
	}
	path := s.ticket(township)
	for range 30 { // and here answer by browser
		b := s.phone("bob")
		b.post(path, b.fill(b.get(path))).expect(t, http.StatusOK, "提交成功")
	}
	elsewhere := s.browser()
	elsewhere.Transport = asPersonAt{"carol", &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 7, 1)}}).DialContext}}
	elsewhere.post(path, elsewhere.fill(elsewhere.get(path))).expect(t, http.StatusOK, "提交成功")
	if n := s.tiers(); n[content.TierDevice] != 30 || n[content.TierWechat] != 1 {
		t.Errorf("%v", n)
	}
	if n := strings.Count(log.String(), "web authorization failed"); n != 1 {
		t.Errorf("%d lines:\n%s", n, log.String())
	}
	s.pass(attemptLife)
	s.pages.failures.Happened(t.Context(), errTooMany)
	if !strings.Contains(log.String(), "times=31") {
		t.Error(log.String())
	}
}

// asPersonAt is WeChat's browser in another network.
type asPersonAt struct {
	who asPerson
	*http.Transport
}

func (a asPersonAt) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", agent+string(a.who))
	return a.Transport.RoundTrip(r)
}

// rewritten is a proxy that changes Host.
type rewritten struct{ http.RoundTripper }

func (w rewritten) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Host = "backend:8080"
	return w.RoundTripper.RoundTrip(r)
}

// Under any other name of this server WeChat's browser is sent to the host that
// WeChat knows, where the person is recognized; the name of that host may be written
// in any way, and a proxy may change it.
func TestOtherHosts(t *testing.T) {
	s, p := wechatSite(t)
	at, err := url.Parse(s.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	// The site's own name has letters in it, to be written large and small.
	s.pages.BaseURL = "http://Jindu.Example:" + at.Port()
	named := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, at.Host)
	}}
	platformAt, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		host   string
		behind func(http.RoundTripper) http.RoundTripper
		hops   int
	}{
		"base":          {"http://jindu.example:" + at.Port(), nil, 3},
		"in capitals":   {"http://JINDU.EXAMPLE.:" + at.Port(), nil, 3},
		"default port":  {"http://jindu.example", nil, 3},
		"another":       {"http://other.example", nil, 4},
		"proxy changes": {"http://jindu.example", func(t http.RoundTripper) http.RoundTripper { return rewritten{t} }, 6},
	} {
		t.Run(name, func(t *testing.T) {
			b := s.browser()
			var via http.RoundTripper = named
			if c.behind != nil {
				via = c.behind(named)
			}
			b.Transport = person{name, via, platformAt.Host}
			hops := 0
			b.CheckRedirect = func(_ *http.Request, via []*http.Request) error {
				if hops = len(via); hops > 9 {
					t.Fatal("sent in circles")
				}
				return nil
			}
			res, err := b.Get(c.host + s.ticket(township))
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			home := *res.Request.URL
			if res.StatusCode != http.StatusOK || !strings.EqualFold(strings.TrimSuffix(home.Hostname(), "."), "jindu.example") {
				t.Errorf("%d at %s", res.StatusCode, &home)
			}
			if known := b.cookiesAt(&home)[tagged(cookiePersonal, s.q)]; known == "" {
				t.Error("not recognized")
			}
			if hops > c.hops {
				t.Errorf("%d hops", hops)
			}
		})
	}
	// A browser of WeChat's that keeps no cookies, behind such a proxy.
	b := s.browser()
	b.Jar, b.Transport = nil, person{"nobody", rewritten{named}, platformAt.Host}
	b.CheckRedirect = func(_ *http.Request, via []*http.Request) error {
		if len(via) > 9 {
			t.Fatal("sent in circles")
		}
		return nil
	}
	res, err := b.Get("http://jindu.example" + s.ticket(township))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Request.URL.Query().Has(queryCode) {
		t.Errorf("%d at %s", res.StatusCode, res.Request.URL)
	}
}

// person is WeChat's browser; WeChat itself is reached as it is.
type person struct {
	who    string
	site   http.RoundTripper
	wechat string
}

func (p person) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", agent+p.who)
	if r.URL.Host == p.wechat {
		return http.DefaultTransport.RoundTrip(r)
	}
	return p.site.RoundTrip(r)
}

func (b *browser) cookiesAt(u *url.URL) map[string]string {
	all := map[string]string{}
	for _, c := range b.Jar.Cookies(u) {
		all[c.Name] = c.Value
	}
	return all
}
