package storetest

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"jindu/survey"
)

func testLogOrder(t *testing.T, f *fixture) {
	var sent []*survey.Response
	for n := range 12 {
		r := response(n, town1+fmt.Sprintf("%03d", n))
		r.Version, r.Tier, r.Point = n+1, []string{"wechat", "device", "assisted"}[n%3], fmt.Sprint("点", n%2)
		r.At = start.Add(time.Duration(n) * 7 * time.Second)
		if n%2 == 1 {
			r.Marks = []string{survey.MarkFast}
			r.Answers = append(r.Answers, survey.Answer{Question: "remark", Text: fmt.Sprint("建议", n)})
		}
		sent = append(sent, r)
		f.submit(r, survey.Accepted)
		f.submit(r, survey.Replayed)
		f.submit(response(n, town2), survey.Duplicate)
	}
	log := f.log(surveyID, "")
	if len(log) != len(sent) {
		t.Fatalf("%d entries, want %d", len(log), len(sent))
	}
	if f.logParts() > 1 {
		slices.SortFunc(log, func(a, b survey.LogEntry) int { return a.Version - b.Version })
	}
	seen := map[survey.Cursor]bool{"": true}
	for i, r := range sent {
		got := log[i]
		if seen[got.Cursor] {
			t.Errorf("cursor %q twice", got.Cursor)
		}
		seen[got.Cursor] = true
		at := got.At
		got.Cursor, got.At = "", time.Time{}
		want := survey.LogEntry{Version: r.Version, Tier: r.Tier, Place: r.Place, Point: r.Point, Marks: r.Marks, Answers: r.Answers}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("entry %d:\n got %+v\nwant %+v", i, got, want)
		}
		if !at.Equal(r.At.Truncate(time.Minute)) {
			t.Errorf("entry %d at %v, want the minute of %v", i, at, r.At)
		}
	}
	if other := f.log("unknown", ""); len(other) != 0 {
		t.Errorf("log of an unknown survey has %d entries", len(other))
	}
}

// logParts is how many orders the engine's log has: an engine that spreads a survey
// has a method of that name.
func (f *fixture) logParts() int {
	if e, ok := f.Engine.(interface{ LogParts() int }); ok {
		return e.LogParts()
	}
	return 1
}

func testLogResume(t *testing.T, f *fixture) {
	const workers, each = 64, 18 // more than an engine will read at once
	together(workers, func(w int) {
		for i := range each {
			if _, err := f.Submit(f.ctx, response(w*each+i, town1)); err != nil {
				t.Error(err)
			}
		}
	})
	all := f.log(surveyID, "")
	if len(all) != workers*each {
		t.Fatalf("%d entries, want %d", len(all), workers*each)
	}
	for _, i := range []int{0, 1, 499, 500, 501, len(all) - 2, len(all) - 1} {
		rest := f.log(surveyID, all[i].Cursor)
		if len(rest) != len(all)-1-i {
			t.Fatalf("%d entries after entry %d, want %d", len(rest), i, len(all)-1-i)
		}
		if len(rest) > 0 && !reflect.DeepEqual(rest, all[i+1:]) {
			t.Errorf("the entries after entry %d are others", i)
		}
	}
	last := all[len(all)-1].Cursor
	f.submit(response(workers*each, town3), survey.Accepted)
	if rest := f.log(surveyID, last); len(rest) != 1 || rest[0].Place != town3 {
		t.Errorf("after the old end: %+v", rest)
	}
}

func testLogStops(t *testing.T, f *fixture) {
	for n := range 5 {
		f.submit(response(n, town1), survey.Accepted)
	}
	stop := errors.New("enough")
	n := 0
	err := f.Log(f.ctx, surveyID, "", func(survey.LogEntry) error {
		if n++; n == 3 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || n != 3 {
		t.Errorf("error %v after %d entries", err, n)
	}
}

func testLogPrivacy(t *testing.T, f *fixture) {
	r := response(1, town1)
	f.submit(r, survey.Accepted)
	e := f.log(surveyID, "")[0]
	if _, off, sec := e.At.Unix(), e.At.Nanosecond(), e.At.Second(); off != 0 || sec != 0 {
		t.Errorf("the log knows more than the minute: %v", e.At)
	}
	text := fmt.Sprintf("%+v", e)
	for what, secret := range map[string][]byte{"submission id": r.ID[:], "pseudonym": r.Respondent[:]} {
		for _, form := range []string{
			string(secret[:8]), hex.EncodeToString(secret)[:16], fmt.Sprint(secret),
			base64.RawURLEncoding.EncodeToString(secret)[:10], base64.StdEncoding.EncodeToString(secret)[:10],
		} {
			if strings.Contains(text, form) {
				t.Errorf("the log holds the %s", what)
			}
		}
	}
}

// testLogHoldsNothing expects that whoever reads the log may write meanwhile.
func testLogHoldsNothing(t *testing.T, f *fixture) {
	for n := range 10 {
		f.submit(response(n, town1), survey.Accepted)
	}
	n := 0
	f.must(f.Log(f.ctx, surveyID, "", func(survey.LogEntry) error {
		f.submit(response(100+n, town2), survey.Accepted)
		n++
		return nil
	}))
	if n < 10 {
		t.Errorf("%d entries, want 10", n)
	}
	f.expectCount(surveyID, int64(10+n))
}
