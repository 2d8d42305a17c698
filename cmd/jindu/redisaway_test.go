package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"jindu/internal/redisstore/redistest"
)

// statelessQuestions are answered from the content alone.
var statelessQuestions = []struct{ ask, want string }{
	{"依托咪酯是什么", "第二类精神药品"},
	{"容留他人吸毒犯什么罪", "刑法第354条"},
	{"怎么举报", "110"},
	{"戒毒去哪里", "自愿戒毒"},
	{"冰毒", "【冰毒】"},
	{"我朋友吸多了昏过去了", "120"},
}

// Redis refuses connections, or takes them and says nothing. What needs no state is
// answered as fast as ever, questionnaires open, nothing is acknowledged, and when
// Redis is back the same form counts once, without a restart.
func TestRedisAway(t *testing.T) {
	for name, fault := range map[string]struct{ away, back func(*redistest.Server) }{
		"refusing": {(*redistest.Server).Kill, (*redistest.Server).Run},
		"hanging":  {(*redistest.Server).Freeze, (*redistest.Server).Thaw},
	} {
		t.Run(name, func(t *testing.T) {
			redis := redistest.Start(t)
			set := redisSettings(t, redis.URL(), nil)
			p, unseen := serve(t, set), serve(t, set)
			path := townships(t, set)[0]
			var early resident
			if err := early.open(t, p.base+path); err != nil {
				t.Fatal(err)
			}
			if status, body := get(t, http.DefaultClient, p.base+"/readyz"); status != 200 {
				t.Fatal(status, body)
			}

			fault.away(redis)
			began := time.Now() // a name that is an option of some question too
			if reply := (&follower{t: t, base: unseen.base, id: "oEarly"}).say("冰毒"); !strings.Contains(reply, "【冰毒】") || time.Since(began) > 100*time.Millisecond*raceFactor {
				t.Errorf("after %v: %s", time.Since(began), reply)
			}
			late := expectFormsOpen(t, p.base+path, unseen.base+path)
			expectNotStored(t, p.base+path, &early)
			expectNotStored(t, unseen.base+path, late)
			expectQuickAnswers(t, p.base)
			for _, base := range []string{p.base, unseen.base} {
				eventually(t, func() error { // a look serves those who ask within 200 ms
					if status, body := get(t, http.DefaultClient, base+"/readyz"); status != http.StatusServiceUnavailable {
						return fmt.Errorf("readyz: %d %q", status, body)
					}
					return nil
				})
			}

			for _, s := range []*program{p, unseen} {
				for _, line := range []string{"submission not stored", "survey state unknown"} {
					if n := strings.Count(s.output(), `msg="`+line+`"`); n > 1 {
						t.Errorf("%q is logged %d times in one outage", line, n)
					}
				}
			}

			fault.back(redis)
			began = time.Now()
			for base, who := range map[string]*resident{p.base: &early, unseen.base: late} {
				var first submission
				eventually(t, func() error {
					status, s, err := who.post(base+path, 0)
					if err == nil && status != http.StatusOK {
						err = fmt.Errorf("%d after Redis came back", status)
					}
					first = s
					return err
				})
				if status, s, err := who.post(base+path, 0); status != http.StatusOK || first.Status != "accepted" || s != first {
					t.Errorf("the retry got %+v, the next %d %+v %v", first, status, s, err)
				}
			}
			t.Log("both retries counted", time.Since(began), "after Redis came back")
			for _, base := range []string{p.base, unseen.base} {
				eventually(t, func() error {
					if status, body := get(t, http.DefaultClient, base+"/readyz"); status != 200 {
						return fmt.Errorf("readyz: %d %q", status, body)
					}
					return nil
				})
			}
			expectCounted(t, set, p.base, 2)
		})
	}
}

// expectFormsOpen opens the questionnaire many times, at a server that knows the
// survey's state and at one that does not, and gives who opened it at the last.
func expectFormsOpen(t *testing.T, addresses ...string) *resident {
	t.Helper()
	var who resident
	for _, at := range addresses {
		var took []time.Duration
		for range 20 {
			who = resident{}
			began := time.Now()
			if err := who.open(t, at); err != nil {
				t.Error(err)
			}
			took = append(took, time.Since(began))
		}
		t.Logf("a questionnaire opened in %v (median), %v (slowest)", percentile(took, 50), percentile(took, 100))
		if slowest := percentile(took, 100); slowest > 300*time.Millisecond*(1+raceFactor) { // the wait and as much again
			t.Errorf("a questionnaire opened after %v", slowest)
		}
	}
	return &who
}

// expectNotStored sends a form in both ways: it comes back filled in, to be sent again
// under the same id with one tap.
func expectNotStored(t *testing.T, at string, who *resident) {
	t.Helper()
	began := time.Now()
	resp, page, err := who.send(http.MethodPost, at, who.forms[0].Encode(), "text/html")
	if err != nil || resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Fatalf("%v %v: %s", resp, err, page)
	}
	t.Log("the first submission was told after", time.Since(began))
	back := form(t, page, nil)
	if back.Get("_page") != who.forms[0].Get("_page") {
		t.Error("the form came back under another submission id")
	}
	for name, values := range answers() {
		for _, v := range values {
			if !isChecked(page, name, v) {
				t.Errorf("%s=%s is no longer checked", name, v)
			}
		}
	}
	if !strings.Contains(page, "再试一次") || strings.Contains(page, "redis") {
		t.Errorf("the page: %s", page)
	}
	status, s, err := who.post(at, 0)
	if status != http.StatusServiceUnavailable || s.Receipt != "" || err != nil {
		t.Errorf("as JSON: %d %+v %v", status, s, err)
	}
}

// isChecked says whether a choice of a page is made.
func isChecked(page, name, value string) bool {
	for _, tag := range inputTag.FindAllString(page, -1) {
		if strings.Contains(tag, `name="`+name+`"`) && strings.Contains(tag, `value="`+value+`"`) {
			return strings.Contains(tag, " checked")
		}
	}
	return false
}

// expectQuickAnswers asks the account what needs no state; half the questions come
// from one who asks more than people do, and is counted.
func expectQuickAnswers(t *testing.T, base string) {
	t.Helper()
	var took []time.Duration
	chatty := &follower{t: t, base: base, id: "oChatty"}
	for i := range 200 {
		q := statelessQuestions[i%len(statelessQuestions)]
		f := &follower{t: t, base: base, id: fmt.Sprint("oAsker", i)}
		if i%2 == 0 {
			f = chatty
		}
		began := time.Now()
		reply := f.say(q.ask)
		took = append(took, time.Since(began))
		if !strings.Contains(reply, q.want) {
			t.Errorf("%s: %s", q.ask, reply)
		}
	}
	t.Logf("answers p50 %v, p99 %v", percentile(took, 50), percentile(took, 99))
	if p99 := percentile(took, 99); p99 > 50*time.Millisecond*raceFactor {
		t.Errorf("p99 %v", p99)
	}
	// What needs state says at once that it cannot be had now.
	f := &follower{t: t, base: base, id: "oPupil"}
	began := time.Now()
	reply := f.say("答题 basics")
	if took := time.Since(began); took > time.Second*raceFactor {
		t.Errorf("a quiz was refused after %v", took)
	}
	if reply == "" || strings.Contains(reply, "bizmsgmenu?msgmenucontent=A&") {
		t.Errorf("a quiz that is not stored: %s", reply)
	}
	t.Log("a quiz:", reply)
}
