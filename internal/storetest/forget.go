package storetest

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"jindu/survey"
)

// expectForgotten expects that a survey is closed for good.
func (f *fixture) expectForgotten(id string) {
	f.Helper()
	st, err := f.State(f.ctx, id)
	f.must(err)
	if !st.Closed || st.Key != nil {
		f.Errorf("closed %v, key of %d bytes", st.Closed, len(st.Key))
	}
	if n, err := f.Respondents(f.ctx, id); err != nil || n != 0 {
		f.Errorf("%d respondents, %v", n, err)
	}
	for n := range 2 {
		r := response(n, town1)
		r.Survey = id
		if _, err := f.Submit(f.ctx, r); !errors.Is(err, survey.ErrClosed) {
			f.Errorf("Submit: %v, want ErrClosed", err)
		}
	}
}

func testForget(t *testing.T, f *fixture) {
	const other = "meilan-2026"
	kept := response(1, town1)
	kept.Survey = other
	f.submit(kept, survey.Accepted)
	before, err := f.State(f.ctx, other)
	f.must(err)
	first := response(1, town1)
	f.submit(first, survey.Accepted)
	for n := 2; n < 20; n++ {
		f.submit(response(n, town2), survey.Accepted)
	}
	tally := f.tally(surveyID, survey.Filter{Level: survey.ByPoint})
	log := f.log(surveyID, "")

	f.must(f.Forget(f.ctx, surveyID))
	f.expectForgotten(surveyID)
	if _, err := f.Submit(f.ctx, first); !errors.Is(err, survey.ErrClosed) {
		t.Errorf("a retry after the end: %v, want ErrClosed", err)
	}
	f.must(f.Forget(f.ctx, surveyID)) // again changes nothing
	f.expectForgotten(surveyID)
	if got := f.tally(surveyID, survey.Filter{Level: survey.ByPoint}); !reflect.DeepEqual(got, tally) {
		t.Errorf("the tally changed: %v, was %v", got, tally)
	}
	if got := f.log(surveyID, ""); !reflect.DeepEqual(got, log) {
		t.Error("the log changed")
	}

	after, err := f.State(f.ctx, other)
	f.must(err)
	if after.Closed || !bytes.Equal(after.Key, before.Key) {
		t.Error("another survey was touched")
	}
	f.submit(kept, survey.Replayed)
	f.expectCount(other, 1)

	f.Engine = f.Reopen(t)
	f.expectForgotten(surveyID)
}

// testForgetUnknown expects that a survey without answers closes as well.
func testForgetUnknown(t *testing.T, f *fixture) {
	f.must(f.Forget(f.ctx, surveyID))
	f.expectForgotten(surveyID)
}
