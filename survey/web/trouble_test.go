package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jindu/content"
	"jindu/survey"
)

func TestStoreFails(t *testing.T) {
	s := newSite(t)
	for name, fail := range map[string]func(*error){
		"before": func(err *error) { s.store.before.Store(err) },
		"after":  func(err *error) { s.store.after.Store(err) },
	} {
		t.Run(name, func(t *testing.T) {
			b := s.browser()
			path := s.ticket(township)
			form := b.fill(b.get(path))
			form.Set("remark", "留着")
			down := survey.ErrUnavailable
			if name == "after" {
				down = survey.ErrUnknown
			}
			fail(&down)
			page := b.post(path, form)
			page.expect(t, http.StatusServiceUnavailable, "再试一次", "不会重复计算")
			if page.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			a := b.postJSON(path, form)
			if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || !strings.Contains(a.body, `"code":"unavailable"`) {
				t.Errorf("%d %s", a.status, a.body)
			}
			fail(nil)
			retry := readFirstForm(t, page.body)
			if retry.Get(fieldPage) != form.Get(fieldPage) || retry.Get("remark") != "留着" {
				t.Error("the form came back as another")
			}
			b.post(path, retry).expect(t, http.StatusOK, "提交成功")
		})
	}
	s.expect(2)
}

func TestRateIsPerTicket(t *testing.T) {
	s := newSite(t, func(s *site) { s.cfg.RateTicket = 2 })
	path := s.ticket(township)
	b := s.browser()
	form := b.fill(b.get(path))
	for range 2 {
		b.postJSON(path, url.Values{})
	}
	page := b.post(path, form)
	page.expect(t, http.StatusTooManyRequests, "再试一次")
	if page.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if readFirstForm(t, page.body).Get(fieldPage) != form.Get(fieldPage) {
		t.Error("the form came back as another")
	}
	other := s.browser()
	otherPath := s.ticket("460107102")
	other.post(otherPath, other.fill(other.get(otherPath))).expect(t, http.StatusOK, "提交成功")
	s.pass(time.Minute)
	b.post(path, form).expect(t, http.StatusOK, "提交成功")
}

func TestOddPosts(t *testing.T) {
	s := newSite(t)
	path := s.ticket(township)
	b := s.browser()
	form := b.fill(b.get(path))

	big := url.Values{fieldPage: form[fieldPage], "remark": {strings.Repeat("长", maxBody/3)}}
	b.post(path, big).expect(t, http.StatusRequestEntityTooLarge, "写短一些")

	stale := url.Values{}
	for name, values := range form {
		stale[name] = values
	}
	stale.Set(fieldPage, b.mint(s.lib.Questionnaires["meilan-2026"]))
	page := b.post(path, stale)
	page.expect(t, http.StatusBadRequest, "请再点一次提交")
	b.post(path, readFirstForm(t, page.body)).expect(t, http.StatusOK, "提交成功")

	blocked := s.browser() // keeps no cookies at first
	page = blocked.post(path, form)
	page.expect(t, http.StatusBadRequest, "Cookie")
	blocked.post(path, readFirstForm(t, page.body)).expect(t, http.StatusOK, "提交成功")
	s.expect(2)

	// Another site cannot post in a resident's name.
	a := s.browser().post(path, form, "Sec-Fetch-Site", "cross-site")
	a.expect(t, http.StatusForbidden)
}

// Everything a weak network must carry is one document within the first
// congestion window.
func TestSmall(t *testing.T) {
	s := newSite(t)
	for _, q := range s.lib.Questionnaires {
		s.q = q
		for _, place := range append([]*content.Place{q.Place}, q.Place.Children...) {
			path := s.ticket(place.Code)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", "gzip")
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			var wire, plain bytes.Buffer
			if err := res.Header.Write(&wire); err != nil {
				t.Fatal(err)
			}
			if _, err := wire.ReadFrom(res.Body); err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			z, err := gzip.NewReader(bytes.NewReader(wire.Bytes()[bytes.Index(wire.Bytes(), []byte{0x1f, 0x8b}):]))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := plain.ReadFrom(z); err != nil {
				t.Fatal(err)
			}
			if wire.Len() > 14<<10 {
				t.Errorf("%s: %d bytes on the wire", place.FullName(), wire.Len())
			}
			for _, request := range []string{" src=", "@import", "url(", `rel="stylesheet"`} {
				if strings.Contains(plain.String(), request) {
					t.Errorf("%s: %q asks for a further request", place.FullName(), request)
				}
			}
			if place == q.Place {
				t.Logf("%s: %d bytes, %d before compression", q.ID, wire.Len(), plain.Len())
			}
		}
	}
}
