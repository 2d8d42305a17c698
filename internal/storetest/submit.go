package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"jindu/internal/respondent"
	"jindu/survey"
)

func testState(t *testing.T, f *fixture) {
	keys := make([][]byte, 20)
	together(len(keys), func(i int) {
		st, err := f.State(f.ctx, surveyID)
		if err != nil {
			t.Error(err)
		}
		keys[i] = st.Key
		if st.Fingerprint != "" || st.Closed {
			t.Errorf("a new survey's state is %+v", st)
		}
	})
	for _, key := range keys {
		if len(key) != 32 || !bytes.Equal(key, keys[0]) {
			t.Fatalf("keys %x and %x, want 32 bytes, the same", key, keys[0])
		}
	}
	other, err := f.State(f.ctx, "meilan-2026")
	f.must(err)
	if bytes.Equal(other.Key, keys[0]) {
		t.Error("two surveys have the same key")
	}
	f.submit(response(1, town1), survey.Accepted)
	st, err := f.State(f.ctx, surveyID)
	f.must(err)
	if !bytes.Equal(st.Key, keys[0]) || st.Fingerprint != fingerprint || st.Closed {
		t.Errorf("after the first response: %+v", st)
	}
}

func testSubmit(t *testing.T, f *fixture) {
	first := response(1, town1)
	want := survey.Result{Outcome: survey.Accepted, FirstID: first.ID, At: start.Truncate(time.Second)}
	check := func(what string, got survey.Result) {
		t.Helper()
		if got.FirstID != want.FirstID || !got.At.Equal(want.At) {
			t.Errorf("%s: first %x at %v, want %x at %v", what, got.FirstID, got.At, want.FirstID, want.At)
		}
	}
	check("accepted", f.submit(first, survey.Accepted))

	again := *first
	again.At = start.Add(3 * time.Minute)
	again.Place = town2 // what a retry carries does not matter
	check("replayed", f.submit(&again, survey.Replayed))

	other := response(1, town2)
	other.At = start.Add(time.Hour)
	check("duplicate", f.submit(other, survey.Duplicate))
	check("replayed after a duplicate", f.submit(first, survey.Replayed))
	check("duplicate again", f.submit(other, survey.Duplicate))
	f.expectCount(surveyID, 1)

	found, ok, err := f.Find(f.ctx, surveyID, first.Respondent)
	f.must(err)
	if check("found", found); !ok || found.Outcome != survey.Duplicate {
		t.Errorf("found %v %+v", ok, found)
	}
	for _, unknown := range []struct {
		survey string
		who    respondent.Pseudonym
	}{{surveyID, response(2, town1).Respondent}, {"meilan-2026", first.Respondent}} {
		if found, ok, err := f.Find(f.ctx, unknown.survey, unknown.who); ok || err != nil {
			t.Errorf("found %v %+v %v in %s", ok, found, err, unknown.survey)
		}
	}

	f.submit(response(2, town1), survey.Accepted)
	f.expectCount(surveyID, 2)
}

func testSamePerson(t *testing.T, f *fixture) {
	const n = 50
	results := make([]survey.Result, n)
	sent := make([]*survey.Response, n)
	together(n, func(i int) {
		sent[i] = response(1, town1)
		var err error
		if results[i], err = f.Submit(f.ctx, sent[i]); err != nil {
			t.Error(err)
		}
	})
	var first *survey.Response
	for i, res := range results {
		if res.Outcome == survey.Accepted {
			if first != nil {
				t.Fatal("two accepted")
			}
			first = sent[i]
		}
	}
	if first == nil {
		t.Fatal("none accepted")
	}
	for i, res := range results {
		if res.FirstID != first.ID || res.Outcome != survey.Duplicate && sent[i] != first {
			t.Errorf("outcome %v, first %x; accepted was %x", res.Outcome, res.FirstID, first.ID)
		}
	}
	f.expectCount(surveyID, 1)
}

func testSameSubmission(t *testing.T, f *fixture) {
	const n = 50
	r := response(1, town1)
	results := make([]survey.Result, n)
	together(n, func(i int) {
		var err error
		if results[i], err = f.Submit(f.ctx, r); err != nil {
			t.Error(err)
		}
	})
	outcomes := map[survey.Outcome]int{}
	for _, res := range results {
		outcomes[res.Outcome]++
		if res.FirstID != r.ID {
			t.Errorf("first %x, want %x", res.FirstID, r.ID)
		}
	}
	if outcomes[survey.Accepted] != 1 || outcomes[survey.Replayed] != n-1 {
		t.Errorf("outcomes %v", outcomes)
	}
	f.expectCount(surveyID, 1)
}

func testOtherSurvey(t *testing.T, f *fixture) {
	f.submit(response(1, town1), survey.Accepted)
	other := response(1, town1)
	other.Survey, other.Fingerprint = "meilan-2026", "another"
	f.submit(other, survey.Accepted)
	f.submit(response(2, town1), survey.Accepted)
	f.expectCount(surveyID, 2)
	f.expectCount("meilan-2026", 1)
}

func testMany(t *testing.T, f *fixture) {
	const workers, each = 64, 8
	towns := []string{town1, town2 + "200", town2 + "201", town3}
	together(workers, func(w int) {
		for i := range each {
			n := w*each + i
			r := response(n, towns[n%len(towns)])
			want := []survey.Outcome{survey.Accepted}
			if n%4 == 0 {
				want = append(want, survey.Replayed)
			}
			for _, outcome := range want {
				res, err := f.Submit(f.ctx, r)
				if err != nil || res.Outcome != outcome {
					t.Errorf("person %d: %v, %v; want %v", n, res.Outcome, err, outcome)
				}
			}
			// A neighbour, who may be submitting right now, answers once more.
			late := response((n+each)%(workers*each), town1)
			late.Survey = "meilan-2026"
			if _, err := f.Submit(f.ctx, late); err != nil {
				t.Error(err)
			}
		}
	})
	f.expectCount(surveyID, workers*each)
	f.expectCount("meilan-2026", workers*each)
	if got := f.tally(surveyID, survey.Filter{Level: survey.ByTownship})[town2][""]["q/q1/satisfied"]; got != workers*each/2 {
		t.Errorf("%d satisfied in two villages, want %d", got, workers*each/2)
	}
}

func testFrozen(t *testing.T, f *fixture) {
	first := response(1, town1)
	f.submit(first, survey.Accepted)
	changed := response(2, town1)
	changed.Fingerprint = "f2"
	if _, err := f.Submit(f.ctx, changed); !errors.Is(err, survey.ErrFrozen) {
		t.Errorf("another fingerprint: %v, want ErrFrozen", err)
	}
	again := *first
	again.Fingerprint = "f2"
	f.submit(&again, survey.Replayed)
	late := response(1, town1)
	late.Fingerprint = "f2"
	f.submit(late, survey.Duplicate)
	f.submit(response(2, town1), survey.Accepted)
	f.expectCount(surveyID, 2)

	// At once: one fingerprint wins, and only its responses count.
	const n = 20
	var accepted [2]int64
	errs := make([]error, n)
	together(n, func(i int) {
		r := response(i, town1)
		r.Survey, r.Fingerprint = "meilan-2026", fmt.Sprint(i%2)
		_, errs[i] = f.Submit(f.ctx, r)
	})
	for i, err := range errs {
		switch {
		case err == nil:
			accepted[i%2]++
		case !errors.Is(err, survey.ErrFrozen):
			t.Error(err)
		}
	}
	if min(accepted[0], accepted[1]) != 0 || max(accepted[0], accepted[1]) != n/2 {
		t.Errorf("accepted under two fingerprints: %v", accepted)
	}
	f.expectCount("meilan-2026", n/2)
}

func testOddInput(t *testing.T, f *fixture) {
	points := []string{
		"", " ", "东门市场", "大坡镇集市（北门）", "🍊摊位 1", `O'Brien "quoted"`, "a:b|c/d{e}\\f%g", "换\n行\t", "'; DROP TABLE tally; --",
		"é", "e\u0301", strings.Repeat("很长的名字", 200),
	}
	id := `odd "survey": 问卷/{1}`
	text := strings.Repeat("这条建议很长，带表情😀和引号\"'<>&。", 1000)
	for i, p := range points {
		r := response(i, town1)
		r.Survey, r.Point = id, p
		r.Marks = []string{"fast", `odd "mark",`}
		r.Answers = []survey.Answer{
			{Question: "q1", Options: []string{"a", "b"}},
			{Question: "备注", Text: text},
			{Question: "empty"},
		}
		r.Cells = append(r.Cells, survey.Cell{Name: "q/备注/选项 😀", N: 1})
		f.submit(r, survey.Accepted)
	}
	got := f.tally(id, survey.Filter{Level: survey.ByPoint})[town1]
	if len(got) != len(points) {
		t.Errorf("%d points, want %d", len(got), len(points))
	}
	log := f.log(id, "")
	if len(log) != len(points) {
		t.Fatalf("%d log entries, want %d", len(log), len(points))
	}
	entries := map[string]survey.LogEntry{}
	for _, e := range log {
		entries[e.Point] = e
	}
	for _, p := range points {
		if got[p]["q/备注/选项 😀"] != 1 || got[p][survey.CellResponses] != 1 {
			t.Errorf("point %q: %v", p, got[p])
		}
		e := entries[p]
		if e.Point != p || len(e.Answers) != 3 || e.Answers[1].Text != text || !reflect.DeepEqual(e.Marks, []string{"fast", `odd "mark",`}) {
			t.Errorf("log entry of point %q: point %q, marks %q, %d answers", p, e.Point, e.Marks, len(e.Answers))
		}
	}
	f.expectCount(id, int64(len(points)))

	bare := response(1, town1)
	bare.Survey, bare.Answers, bare.Marks = "bare", nil, nil
	f.submit(bare, survey.Accepted)
	if log := f.log("bare", ""); len(log) != 1 || len(log[0].Answers) != 0 || len(log[0].Marks) != 0 {
		t.Errorf("log of a bare response: %+v", log)
	}
}

func testCells(t *testing.T, f *fixture) {
	r := response(1, town1)
	r.Cells = []survey.Cell{{Name: survey.CellResponses, N: 1}, {Name: "right/a", N: 5}, {Name: "twice", N: 2}, {Name: "twice", N: 3}}
	f.submit(r, survey.Accepted)
	f.submit(r, survey.Replayed)
	r = response(2, town1)
	r.Cells = []survey.Cell{{Name: survey.CellResponses, N: 1}, {Name: "right/a", N: 2}}
	f.submit(r, survey.Accepted)
	want := map[string]int64{survey.CellResponses: 2, "right/a": 7, "twice": 5}
	if got := f.tally(surveyID, survey.Filter{Level: survey.ByVillage})[town1][""]; !reflect.DeepEqual(got, want) {
		t.Errorf("counts %v, want %v", got, want)
	}
}
