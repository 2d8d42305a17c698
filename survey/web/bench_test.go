package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/content"
	"jindu/survey"
)

const benchAtOnce = 64

// sheet is one person's form, filled in and not yet sent.
type sheet struct {
	cookie, body string
}

var pageField = regexp.MustCompile(`name="_page" value="([^"]+)"`)

// BenchmarkSubmitRatio compares submissions through HTTP, 64 at once, with what
// the store alone takes of the same questionnaire, as many at once. Client and
// server share the machine; both sides take turns in one run.
func BenchmarkSubmitRatio(b *testing.B) {
	s := newSite(b, func(s *site) { s.cfg.RateTicket = 0 })
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchAtOnce, DisableCompression: true}}
	b.Cleanup(client.CloseIdleConnections)
	at := s.server.URL + s.ticket(township)
	sheets := make([]sheet, 20*benchAtOnce)
	var ours, theirs time.Duration
	b.ResetTimer()
	for done := 0; done < b.N; {
		n := min(b.N-done, len(sheets))
		spread(n, func(i int) { sheets[i] = s.fill(client, at) })
		start := time.Now()
		spread(n, func(i int) { s.send(client, at, sheets[i]) })
		ours += time.Since(start)
		start = time.Now()
		spread(n, func(i int) { s.store1(fmt.Sprint(done + i)) })
		theirs += time.Since(start)
		done += n
	}
	b.StopTimer()
	s.expect(2 * int64(b.N))
	b.ReportMetric(float64(b.N)/ours.Seconds(), "http/s")
	b.ReportMetric(float64(b.N)/theirs.Seconds(), "store/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
}

// spread runs f for 0 … n-1, benchAtOnce of them at once.
func spread(n int, f func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range benchAtOnce {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	all.Wait()
}

// fill opens the page as a new person.
func (s *site) fill(client *http.Client, at string) sheet {
	resp, err := client.Get(at)
	if err != nil {
		s.Error(err)
		return sheet{}
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Error(err)
	}
	found := pageField.FindSubmatch(page)
	if found == nil {
		s.Errorf("%d without a form", resp.StatusCode)
		return sheet{}
	}
	var cookies []string
	for _, c := range resp.Cookies() {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	values := url.Values{"_page": {string(found[1])}, "satisfaction": {"satisfied"}, "k1": {"b"}, "k2": {"c"}, "k3": {"a"}, "k4": {"b"}, "channel": {"poster", "tv"}}
	return sheet{strings.Join(cookies, "; "), values.Encode()}
}

func (s *site) send(client *http.Client, at string, sheet sheet) {
	req, err := http.NewRequest(http.MethodPost, at, strings.NewReader(sheet.body))
	if err != nil {
		s.Error(err)
		return
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Cookie", sheet.cookie)
	resp, err := client.Do(req)
	if err != nil {
		s.Error(err)
		return
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		s.Errorf("%d %v", resp.StatusCode, err)
	}
}

// store1 gives the store what the page would, without the page.
func (s *site) store1(person string) {
	answers := []survey.Answer{
		{Question: "satisfaction", Options: []string{"satisfied"}}, {Question: "k1", Options: []string{"b"}},
		{Question: "k2", Options: []string{"c"}}, {Question: "k3", Options: []string{"a"}}, {Question: "k4", Options: []string{"b"}},
		{Question: "channel", Options: []string{"poster", "tv"}},
	}
	r := &survey.Response{
		Survey: s.q.ID, Version: s.q.Version, Fingerprint: s.q.Fingerprint, Tier: content.TierDevice, Place: township,
		Respondent: s.cfg.Keys.Pseudonym(nil, "bench", person), Answers: answers, At: s.cfg.Now(),
		Cells: survey.Cells(s.q, content.TierDevice, nil, answers),
	}
	sum := s.cfg.Keys.MAC("bench", []byte(person))
	copy(r.ID[:], sum[:])
	if _, err := s.store.Submit(context.Background(), r); err != nil {
		s.Error(err)
	}
}
