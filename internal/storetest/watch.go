package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"jindu/survey"
)

// notices collects townships until all wanted ones were named.
func (f *fixture) notices(ch <-chan survey.Dirty, want ...string) {
	f.Helper()
	timeout := time.After(patience)
	seen := map[string]bool{}
	for len(seen) < len(want) {
		select {
		case d, ok := <-ch:
			if !ok {
				f.Fatal("the watch ended")
			}
			if len(d.Townships) == 0 {
				f.Error("an empty notice")
			}
			for _, town := range d.Townships {
				if !slices.Contains(want, town) {
					f.Fatalf("a notice of %s, want %v", town, want)
				}
				seen[town] = true
			}
		case <-timeout:
			f.Fatalf("no notice of all of %v, only %v", want, seen)
		}
	}
}

func testWatch(t *testing.T, f *fixture) {
	a, err := f.Watch(f.ctx, surveyID)
	f.must(err)
	b, err := f.Watch(f.ctx, surveyID)
	f.must(err)
	other := response(1, town3)
	other.Survey = "meilan-2026"
	f.submit(other, survey.Accepted)

	f.submit(response(1, town1), survey.Accepted)
	f.notices(a, town1)
	f.submit(response(2, town2+"003"), survey.Accepted)
	f.notices(a, town2)
	f.notices(b, town1, town2)
	if got := f.tally(surveyID, survey.Filter{Level: survey.ByTownship}).sum(survey.CellResponses); got != 2 {
		t.Errorf("%d responses after their notices, want 2", got)
	}
}

// testWatchSlow expects that nobody waits for a watcher who does not read, and
// that he finds everything later.
func testWatchSlow(t *testing.T, f *fixture) {
	slow, err := f.Watch(f.ctx, surveyID)
	f.must(err)
	together(16, func(w int) {
		for i := range 10 {
			if _, err := f.Submit(f.ctx, response(w*10+i, []string{town1, town2, town3}[i%3])); err != nil {
				t.Error(err)
			}
		}
	})
	f.notices(slow, town1, town2, town3)
}

func testWatchEnds(t *testing.T, f *fixture) {
	ctx, cancel := context.WithCancel(f.ctx)
	ch, err := f.Watch(ctx, surveyID)
	f.must(err)
	f.submit(response(1, town1), survey.Accepted) // not read: the end must not wait for it
	cancel()
	timeout := time.After(patience)
	for open := true; open; {
		select {
		case _, open = <-ch:
		case <-timeout:
			t.Fatal("the watch did not end with its context")
		}
	}
	f.submit(response(2, town1), survey.Accepted)
}
