package survey

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"jindu/content"
)

const (
	qiongshan = "qiongshan-2026"
	longtang  = "460107101"
)

func defaultContent(t testing.TB) (*content.Library, *content.Questionnaire) {
	t.Helper()
	lib, err := content.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return lib, lib.Questionnaires[qiongshan]
}

// right answers all knowledge questions but the given ones.
func right(q *content.Questionnaire, satisfaction string, wrong ...string) []Answer {
	answers := []Answer{{Question: "satisfaction", Options: []string{satisfaction}}}
	for _, id := range slices.Sorted(maps.Keys(q.Indicators[1].Right)) {
		options := q.Indicators[1].Right[id]
		if slices.Contains(wrong, id) {
			options = []string{"dont_know"}
		}
		answers = append(answers, Answer{Question: id, Options: options})
	}
	return answers
}

// counted is a tally of responses, added up as a store does.
func counted(q *content.Questionnaire, by map[string][][]Answer) (rows []Row) {
	for _, place := range slices.Sorted(maps.Keys(by)) {
		row := Row{Place: place, Counts: map[string]int64{}}
		for _, answers := range by[place] {
			for _, c := range Cells(q, content.TierDevice, nil, answers) {
				row.Counts[c.Name] += c.N
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func many(n int, answers []Answer) (all [][]Answer) {
	for range n {
		all = append(all, answers)
	}
	return all
}

func TestCells(t *testing.T) {
	_, q := defaultContent(t)
	answers := append(right(q, "satisfied", "k4"), Answer{Question: "channel", Options: []string{"tv", "wechat"}}, Answer{Question: "remark", Text: "好"})
	got := map[string]int64{}
	for _, c := range Cells(q, content.TierWechat, []string{MarkFast}, answers) {
		got[c.Name] += c.N
	}
	want := map[string]int64{
		"n": 1, "tier/wechat": 1, "mark/fast": 1, "q/satisfaction/satisfied": 1,
		"q/k1/b": 1, "q/k2/c": 1, "q/k3/a": 1, "q/k4/dont_know": 1, "q/channel/tv": 1, "q/channel/wechat": 1,
		"reached/satisfaction": 1, "reached/k1": 1, "reached/k2": 1, "reached/k3": 1, "reached/k4": 1,
		"reached/channel": 1, "reached/remark": 1, "right/awareness": 3, "aware/awareness": 1,
	}
	if !maps.Equal(got, want) {
		t.Errorf("cells %v\nwant %v", got, want)
	}
}

// 60 % of 5 is 3, whatever 0.6*5 is in binary; 2 of 4 is too little.
func TestAwareThreshold(t *testing.T) {
	for _, x := range []struct {
		questions, right int
		share            float64
		aware            bool
	}{{5, 3, 0.6, true}, {5, 2, 0.6, false}, {4, 3, 0.6, true}, {4, 2, 0.6, false}, {10, 7, 0.7, true}, {3, 3, 1, true}, {3, 2, 1, false}} {
		in := &content.Indicator{ID: "a", Formula: content.FormulaAware, Share: x.share, Right: map[string][]string{}}
		q := &content.Questionnaire{Indicators: []*content.Indicator{in}}
		var answers []Answer
		for i := range x.questions {
			id := string(rune('a' + i))
			in.Right[id] = []string{"x", "y"}
			a := Answer{Question: id, Options: []string{"y", "x"}} // in any order
			if i >= x.right {
				a.Options = []string{"x"} // half right is wrong
			}
			answers = append(answers, a)
		}
		aware := slices.Contains(Cells(q, content.TierDevice, nil, answers), Cell{cellAware + "a", 1})
		if aware != x.aware {
			t.Errorf("%d of %d at %v: aware %v", x.right, x.questions, x.share, aware)
		}
	}
}

func TestIndicators(t *testing.T) {
	lib, q := defaultContent(t)
	answers := slices.Concat(
		many(18, right(q, "very_satisfied")), many(6, right(q, "satisfied", "k1")), many(3, right(q, "dissatisfied", "k1", "k2")),
		many(3, right(q, "dont_know", "k1", "k2", "k3", "k4")))
	r := NewReport(lib, q, ByTownship, counted(q, map[string][][]Answer{longtang: answers}), time.Now())
	p := placeOf(t, r, longtang)
	satisfaction, awareness := p.Indicators["satisfaction"], p.Indicators["awareness"]
	if *satisfaction.N != 27 || *satisfaction.Rate != 24.0/27 {
		t.Errorf("satisfaction %v of %v; who does not know is not in it", *satisfaction.Rate, *satisfaction.N)
	}
	if p.DontKnow["satisfaction"] != 3 {
		t.Errorf("don't know %v", p.DontKnow)
	}
	if *awareness.N != 30 || *awareness.Rate != 24.0/30 {
		t.Errorf("awareness %v of %v", *awareness.Rate, *awareness.N)
	}
	if want := (18*4 + 6*3 + 3*2) / 120.0; *awareness.MeanRight != want {
		t.Errorf("mean right %v, want %v", *awareness.MeanRight, want)
	}
	if low, high := Wilson(24, 27); *satisfaction.Low != low || *satisfaction.High != high {
		t.Error("another interval than Wilson's")
	}
	if p.Small || p.Suppressed || r.Total.Responses != 30 || len(r.Places) != len(q.Place.Children) {
		t.Errorf("small %v, suppressed %v, total %d, %d places", p.Small, p.Suppressed, r.Total.Responses, len(r.Places))
	}
}

func placeOf(t *testing.T, r Report, code string) PlaceReport {
	t.Helper()
	i := slices.IndexFunc(r.Places, func(p PlaceReport) bool { return p.Code == code })
	if i < 0 {
		t.Fatalf("no %s in the report", code)
	}
	return r.Places[i]
}

// TestReportJSON holds the tally API's JSON to its contract.
func TestReportJSON(t *testing.T) {
	lib, q := defaultContent(t)
	q.Targets = map[string]int{longtang: 200}
	rows := counted(q, map[string][][]Answer{longtang: many(40, right(q, "satisfied")), longtang + "001": many(9, right(q, "satisfied"))})
	at := time.Date(2026, 11, 23, 2, 0, 0, 999, time.UTC)
	var got map[string]any
	data, err := json.Marshal(NewReport(lib, q, ByTownship, rows, at))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got["survey"] != qiongshan || got["by"] != "township" || got["generated_at"] != "2026-11-23T10:00:00+08:00" || got["title"] != q.Title {
		t.Errorf("head %v %v %v", got["survey"], got["by"], got["generated_at"])
	}
	if got["note"] != ReportNote || got["formulas"].(map[string]any)["satisfaction"] != "satisfied-share v1" {
		t.Errorf("note %v, formulas %v", got["note"], got["formulas"])
	}
	fields := []string{"code", "name", "responses", "target", "tiers", "indicators", "dont_know", "small_sample", "suppressed", "questions"}
	for _, place := range append(got["places"].([]any), got["total"]) {
		p := place.(map[string]any)
		for _, f := range fields {
			if _, ok := p[f]; !ok {
				t.Errorf("%v lacks %s", p["code"], f)
			}
		}
		for _, in := range []string{"satisfaction", "awareness"} {
			i := p["indicators"].(map[string]any)[in].(map[string]any)
			for _, f := range []string{"n", "rate", "low", "high"} {
				if _, ok := i[f]; !ok {
					t.Errorf("%v %s lacks %s", p["code"], in, f)
				}
			}
			if p["responses"] == 0.0 && (i["n"] != 0.0 || i["rate"] != nil || i["low"] != nil || i["high"] != nil) {
				t.Errorf("%v without answers has %v", p["code"], i)
			}
		}
	}
	longtang := place(got, longtang)
	if longtang["target"] != 200.0 || longtang["responses"] != 49.0 || longtang["tiers"].(map[string]any)["device"] != 49.0 {
		t.Errorf("龙塘镇 %v", longtang)
	}
	if longtang["questions"].(map[string]any)["satisfaction"].(map[string]any)["satisfied"] != 49.0 {
		t.Errorf("questions %v", longtang["questions"])
	}
}

func place(report map[string]any, code string) map[string]any {
	for _, p := range report["places"].([]any) {
		if p := p.(map[string]any); p["code"] == code {
			return p
		}
	}
	return nil
}

func TestSuppressed(t *testing.T) {
	lib, q := defaultContent(t)
	a, b, c := longtang+"001", longtang+"002", longtang+"003"
	if lib.Places[a] == nil || lib.Places[b] == nil || lib.Places[c] == nil {
		t.Skip("the content has other villages")
	}
	rows := counted(q, map[string][][]Answer{
		a: many(9, right(q, "satisfied")), b: many(12, right(q, "satisfied")), c: many(30, right(q, "satisfied")),
		"460107102": many(3, right(q, "satisfied")),
	})
	r := NewReport(lib, q, ByVillage, rows, time.Now())
	for code, want := range map[string][2]bool{a: {true, true}, b: {true, true}, c: {false, false}, longtang + "004": {false, false}} {
		p := placeOf(t, r, code)
		if p.Suppressed != want[0] || p.Small != want[1] {
			t.Errorf("%s with %d: suppressed %v, small %v", code, p.Responses, p.Suppressed, p.Small)
		}
		if p.Suppressed && (len(p.Questions) > 0 || len(p.Tiers) > 0 || len(p.DontKnow) > 0 || p.Marks != nil || p.Indicators["awareness"].N != nil || p.Responses == 0) {
			t.Errorf("%s is suppressed and shows %+v", code, p)
		}
	}
	// A township without a small village is broken down, and so is the county.
	if p := placeOf(t, NewReport(lib, q, ByTownship, rows, time.Now()), longtang); p.Suppressed || r.Total.Suppressed {
		t.Error("all of it is suppressed")
	}
}

func TestOnly(t *testing.T) {
	lib, q := defaultContent(t)
	v := longtang + "001"
	rows := counted(q, map[string][][]Answer{
		longtang: many(20, right(q, "satisfied")), v: many(15, right(q, "satisfied")), "460107102": many(50, right(q, "neutral")),
	})
	for _, by := range []Level{ByTownship, ByVillage, ByPoint} {
		r := NewReport(lib, q, by, rows, time.Now())
		only := r.Only(longtang)
		if only.Total.Code != longtang || only.Total.Name != "龙塘镇" || only.Total.Responses != 35 || *only.Total.Indicators["satisfaction"].Rate != 1 {
			t.Errorf("by %s the total of 龙塘镇 is %+v", by, only.Total)
		}
		for _, p := range only.Places {
			if !strings.HasPrefix(p.Code, longtang) {
				t.Errorf("by %s shows %s", by, p.Code)
			}
		}
		if len(only.Places) == 0 || len(only.Places) == len(r.Places) {
			t.Errorf("by %s keeps %d of %d", by, len(only.Places), len(r.Places))
		}
		if whole := r.Only(""); len(whole.Places) != len(r.Places) || whole.Total.Responses != 85 {
			t.Errorf("by %s no code keeps not all", by)
		}
		village := r.Only(v)
		if village.Total.Responses != 15 || len(village.Places) != 1 || village.Places[0].Responses != 15 {
			t.Errorf("by %s a village sees %+v", by, village.Places)
		}
		if none := r.Only("460107999"); len(none.Total.Questions) != 0 || none.Total.Responses != 0 {
			t.Errorf("a place that is none has %+v", none.Total)
		}
	}
}

// Answers from a place that the content has no more are not lost.
func TestUnknownPlace(t *testing.T) {
	lib, q := defaultContent(t)
	rows := counted(q, map[string][][]Answer{"460107777001": many(11, right(q, "satisfied"))})
	r := NewReport(lib, q, ByTownship, rows, time.Now())
	if p := placeOf(t, r, "460107777"); p.Responses != 11 || r.Total.Responses != 11 {
		t.Errorf("%+v", p)
	}
}

// Units come after the townships, marked.
func TestUnits(t *testing.T) {
	lib, _ := defaultContent(t)
	q := lib.Questionnaires["meilan-2026"]
	r := NewReport(lib, q, ByTownship, nil, time.Now())
	last := r.Places[len(r.Places)-1]
	if !last.Unit || last.Code != "460108400" || r.Places[0].Unit {
		t.Errorf("last is %+v", last)
	}
}
