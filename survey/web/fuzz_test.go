package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"jindu/survey"
)

var tagName = regexp.MustCompile(`<[a-zA-Z!?]+[0-9]?`)

// ownTags are those that the pages are made of.
const ownTags = "<body <main <h1 <h2 <p <strong <form <input <div <ul <li <a <fieldset <legend <select <option <label <span <textarea <button <footer "

// Whatever is posted is answered with a page or with JSON, and is accepted only
// when it answers the questionnaire.
func FuzzForm(f *testing.F) {
	f.Add("satisfaction=satisfied&k1=b&k2=c&k3=a&k4=b&remark=%E5%A5%BD", true)
	f.Add("satisfaction=satisfied&k1=b&k2=c&k3=a&k4=b&channel=tv&channel=tv&residence=other&_place=460107101100", false)
	f.Add("k1=b&k1=c&k2=%3Cscript%3E&residence=%22%3E%3Cb&remark=%3C/textarea%3E%3Cb%20id=x%3E", false)
	f.Add("satisfaction=%00%ff&remark="+strings.Repeat("1", 300), true)
	f.Add("a=%zz;b&&==&_pin=1", true)
	s := newSite(f, func(s *site) { s.cfg.RateTicket = 0 })
	engine := gin.New()
	s.pages.Register(engine)
	paths := []string{s.ticket(township), s.ticket(county), s.ticket(township, preview)}
	f.Fuzz(func(t *testing.T, body string, asJSON bool) {
		if len(body) > maxBody/2 {
			return
		}
		form, parseErr := url.ParseQuery(body)
		answers, wrong := survey.ParseAnswers(s.q, form)
		for _, path := range paths {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(fieldPage+"="+s.cfg.Desk.MintPage(s.q, "sixteen bytes id")+"&"+body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.AddCookie(&http.Cookie{Name: cookieDevice, Value: s.cfg.Keys.Sign("device", []byte("sixteen bytes id"))})
			if asJSON {
				r.Header.Set("Accept", "application/json")
			}
			w := httptest.NewRecorder()
			engine.ServeHTTP(w, r)
			switch w.Code {
			case http.StatusOK, http.StatusSeeOther:
				if parseErr != nil || len(wrong) > 0 || len(answers) == 0 {
					t.Errorf("%d for %q", w.Code, body)
				}
			case http.StatusBadRequest, http.StatusUnprocessableEntity:
			default:
				t.Errorf("%d for %q", w.Code, body)
			}
			if asJSON && !json.Valid(w.Body.Bytes()) {
				t.Errorf("no JSON for %q:\n%s", body, w.Body)
			}
			if asJSON {
				continue
			}
			for _, tag := range tagName.FindAllString(visible(w.Body.String()), -1) {
				if !strings.Contains(ownTags, tag+" ") {
					t.Errorf("%s> came back for %q", tag, body)
				}
			}
		}
	})
}
