package office_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"jindu/content"
	"jindu/internal/office"
	"jindu/survey"
)

// TestTallyJSON holds the API to its contract, from an answer to its figures.
func TestTallyJSON(t *testing.T) {
	f := newFixture(t)
	f.submit(qiongshan, longtang, "市场", "very_satisfied")
	f.submit(qiongshan, longtang, "", "dont_know")
	res := f.api("/api/surveys/" + qiongshan + "/tally?by=township")
	f.expect(res, http.StatusOK)
	if res.Header.Get("Content-Type") != "application/json; charset=utf-8" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", res.Header)
	}
	var body struct {
		Survey, Title, By string
		GeneratedAt       string `json:"generated_at"`
		Places            []map[string]json.RawMessage
		Total             map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(res.body), &body); err != nil {
		t.Fatal(err)
	}
	if body.Survey != qiongshan || body.By != "township" || body.Title == "" || len(body.GeneratedAt) != len("2026-11-23T10:00:00+08:00") {
		t.Errorf("head %+v", body)
	}
	if len(body.Places) != len(f.lib.Questionnaires[qiongshan].Place.Children) {
		t.Errorf("%d places", len(body.Places))
	}
	check := func(p map[string]json.RawMessage, want map[string]string) {
		t.Helper()
		for field, value := range want {
			if string(p[field]) != value {
				t.Errorf("%s of %s is %s, want %s", field, p["code"], p[field], value)
			}
		}
	}
	two, _ := survey.Wilson(2, 2)
	one, _ := survey.Wilson(1, 1)
	counted := map[string]string{
		"responses": "2", "target": "null", "tiers": `{"device":2}`, "dont_know": `{"satisfaction":1}`, "small_sample": "true", "suppressed": "false",
		"indicators": fmt.Sprintf(`{"awareness":{"n":2,"rate":1,"low":%v,"high":1,"mean_right":1},`+
			`"satisfaction":{"n":1,"rate":1,"low":%v,"high":1}}`, two, one),
		"questions": `{"k1":{"b":2},"k2":{"c":2},"k3":{"a":2},"k4":{"b":2},"satisfaction":{"dont_know":1,"very_satisfied":1}}`,
	}
	i := slices.IndexFunc(body.Places, func(p map[string]json.RawMessage) bool { return string(p["code"]) == `"`+longtang+`"` })
	check(body.Places[i], counted)
	check(body.Places[i], map[string]string{"name": `"龙塘镇"`})
	check(body.Total, counted)
	check(body.Total, map[string]string{"code": `"460107"`, "name": `"琼山区"`})
	check(body.Places[0], map[string]string{
		"responses": "0", "target": "null", "tiers": "{}", "dont_know": `{"satisfaction":0}`, "small_sample": "false", "suppressed": "false", "questions": "{}",
		"indicators": `{"awareness":{"n":0,"rate":null,"low":null,"high":null},"satisfaction":{"n":0,"rate":null,"low":null,"high":null}}`,
	})
}

func TestTallySuppressed(t *testing.T) {
	f := newFixture(t)
	for range 9 {
		f.submit(qiongshan, longtang+"001", "", "satisfied")
	}
	r := f.report(f.api("/api/surveys/" + qiongshan + "/tally?by=village").body)
	p := f.place(r, longtang+"001")
	if !p.Suppressed || p.Responses != 9 || len(p.Questions) > 0 || len(p.Tiers) > 0 || p.Indicators["awareness"].Rate != nil {
		t.Errorf("%+v", p)
	}
	// It is all of its township and of the county: they would give it away.
	for _, by := range []string{"township", "village", "point"} {
		if r := f.report(f.api("/api/surveys/" + qiongshan + "/tally?by=" + by).body); !r.Total.Suppressed || len(r.Total.Questions) > 0 {
			t.Errorf("by %s the total shows it", by)
		}
	}
}

func TestTallyByPoint(t *testing.T) {
	f := newFixture(t)
	for range 10 {
		f.submit(qiongshan, longtang, "市场", "satisfied")
		f.submit(qiongshan, longtang, "学校", "neutral")
	}
	r := f.report(f.api("/api/surveys/" + qiongshan + "/tally?by=point").body)
	if len(r.Places) != 2 || r.By != survey.ByPoint {
		t.Fatalf("%+v", r.Places)
	}
	for i, rate := range []float64{0, 1} { // 学校 sorts before 市场
		if p := r.Places[i]; p.Responses != 10 || *p.Indicators["satisfaction"].Rate != rate || p.Township != "龙塘镇" {
			t.Errorf("%+v", p)
		}
	}
}

func TestAPIRefuses(t *testing.T) {
	f := newFixture(t)
	f.account("a", office.RoleDistrict, "")
	b := f.as("a")
	ask := func(path, authorization string) answer {
		t.Helper()
		r := f.browser().request(http.MethodGet, path, nil)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		return f.browser().do(r)
	}
	for _, path := range []string{"/api/surveys/" + qiongshan + "/tally", "/api/surveys/" + qiongshan + "/live"} {
		for _, wrong := range []string{"", "Bearer", "Bearer ", "Bearer x", "Bearer " + token + "x", "Bearer  " + token, "Basic " + token, token, "Bearer " + token[1:]} {
			res := ask(path, wrong)
			f.expect(res, http.StatusUnauthorized, `{"error":{"code":"unauthorized","message":"`)
			if res.Header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("no challenge for %q", wrong)
			}
		}
		// The token is for headers: an address ends up in histories and logs.
		f.expect(ask(path+"?access_token="+token+"&token="+token, ""), http.StatusUnauthorized)
		f.expect(ask(path+"?by=street", "bearer "+token), http.StatusBadRequest, `"code":"bad_request"`)
		f.expect(b.get(path+"?by=street"), http.StatusBadRequest)
	}
	f.expect(f.api("/api/surveys/nothing/tally"), http.StatusNotFound, `"code":"not_found"`)
	f.expect(f.api("/api/surveys/nothing/live"), http.StatusNotFound, `"code":"not_found"`)
	f.expect(ask("/api/surveys/nothing/tally", ""), http.StatusUnauthorized) // tells a stranger nothing
	f.expect(b.get("/office/surveys/nothing"), http.StatusNotFound, "没有这份问卷")
	f.expect(b.get("/office/surveys/"+qiongshan+"?by=street"), http.StatusOK)
}

// Without a token configured none opens the API, the empty one least of all.
func TestNoAPIToken(t *testing.T) {
	f := newFixture(t, func(h *office.Handler) { h.SetAPIToken("") })
	for _, authorization := range []string{"Bearer ", "Bearer", "Bearer x"} {
		b := f.browser()
		r := b.request(http.MethodGet, "/api/surveys/"+qiongshan+"/tally", nil)
		r.Header["Authorization"] = []string{authorization}
		f.expect(b.do(r), http.StatusUnauthorized)
	}
}

// A store that may lose what it acknowledges is told on the first page after the login
// too, not only to who opens a survey.
func TestWeakStoreIsToldEverywhere(t *testing.T) {
	f := newFixture(t)
	f.account("a", office.RoleDistrict, "")
	b := f.as("a")
	const alarm = "刚收到的答卷可能会丢"
	for _, weak := range []bool{false, true} {
		f.counts.mu.Lock()
		f.counts.weak = weak
		f.counts.mu.Unlock()
		for _, path := range []string{"/office/", "/office/surveys/" + qiongshan} {
			if res := b.get(path); res.StatusCode != http.StatusOK || strings.Contains(res.body, alarm) != weak {
				t.Errorf("%s, weak %v: %d %s", path, weak, res.StatusCode, res.body)
			}
		}
	}
}

func TestStoreAway(t *testing.T) {
	f := newFixture(t)
	f.account("a", office.RoleDistrict, "")
	b := f.as("a")
	f.counts.failWith(survey.ErrUnavailable)
	for _, path := range []string{"/api/surveys/" + qiongshan + "/tally"} {
		res := b.get(path)
		f.expect(res, http.StatusServiceUnavailable, `"code":"unavailable"`)
		if res.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	f.expect(b.get("/office/"), http.StatusServiceUnavailable, "再试一次")
	f.expect(b.get("/office/surveys/"+qiongshan), http.StatusServiceUnavailable, "再试一次")
	f.counts.failWith(nil)
	f.expect(b.get("/office/surveys/"+qiongshan), http.StatusOK)
}

// The page is whole without a script: figures, intervals, flags, formulas, and
// how the store and the content are.
func TestPageWithoutScript(t *testing.T) {
	f := newFixture(t)
	f.account("a", office.RoleDistrict, "")
	f.lib.Questionnaires[qiongshan].Targets = map[string]int{longtang: 40}
	for range 19 {
		f.submit(qiongshan, longtang, "", "satisfied")
	}
	f.submit(qiongshan, longtang, "", "dont_know")
	f.mu.Lock()
	f.status = content.Status{Version: "abc123", Problems: []string{"drugs/x.md:1:1: <错了>"}}
	f.mu.Unlock()
	res := f.as("a").get("/office/surveys/" + qiongshan)
	f.expect(res, http.StatusOK,
		"龙塘镇", ">20<", "目标 40，50.0%", "100.0%", "83.2%～100.0%，n=19", "样本少，仅供参考", survey.ReportNote,
		"satisfied-share，第 1 版", "aware-respondents，第 1 版", "答对 60% 以上", `data-t="assisted"`, "过快",
		"abc123", "drugs/x.md:1:1: &lt;错了&gt;", "断电不丢", `<noscript><meta http-equiv="refresh"`)
	policy := res.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "connect-src 'self'") || strings.Contains(policy, "unsafe") || strings.Contains(res.body, " style=") {
		t.Errorf("policy %q", policy)
	}
	f.expect(f.as("a").get("/office/"), http.StatusOK, "&lt;错了&gt;", "100.0%", "不设期限")
	unit := f.as("a").get("/office/surveys/" + meilan)
	f.expect(unit, http.StatusOK, `桂林洋经济开发区 <span class="tag">单列单位</span>`)
	if strings.Index(unit.body, "桂林洋经济开发区 <") < strings.Index(unit.body, "大致坡镇<") {
		t.Error("a unit stands before the townships")
	}
}
