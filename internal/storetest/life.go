package storetest

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"jindu/internal/office"
	"jindu/survey"
)

func testCheck(t *testing.T, f *fixture) {
	for range 2 {
		h, err := f.Check(f.ctx)
		f.must(err)
		if h.Engine == "" || h.Version == "" || h.Durability == "" {
			t.Errorf("health %+v", h)
		}
	}
}

// testReopen expects that all that was acknowledged is there after a crash.
func testReopen(t *testing.T, f *fixture) {
	st, err := f.State(f.ctx, surveyID)
	f.must(err)
	sent := make([]*survey.Response, 40)
	together(len(sent), func(i int) {
		sent[i] = response(i, []string{town1, town2}[i%2])
		if _, err := f.Submit(f.ctx, sent[i]); err != nil {
			t.Error(err)
		}
	})
	log := f.log(surveyID, "")
	tally := f.tally(surveyID, survey.Filter{Level: survey.ByPoint})
	later := start.Add(time.Hour)
	_, err = f.Claim(f.ctx, [16]byte{1}, [16]byte{2}, later)
	f.must(err)
	f.must(f.save(person(1), message(1), 0, "state", "reply"))
	account := office.Account{Name: "anna", Role: office.RoleDistrict, Created: start}
	f.must(f.PutAccount(f.ctx, account))

	for range 2 {
		f.Engine = f.Reopen(t)
		again, err := f.State(f.ctx, surveyID)
		f.must(err)
		if !bytes.Equal(again.Key, st.Key) || again.Fingerprint != fingerprint {
			t.Errorf("state %+v", again)
		}
		if !reflect.DeepEqual(f.log(surveyID, ""), log) {
			t.Error("the log is another")
		}
		if !reflect.DeepEqual(f.tally(surveyID, survey.Filter{Level: survey.ByPoint}), tally) {
			t.Error("the tally is another")
		}
		for i, r := range sent {
			f.submit(r, survey.Replayed)
			f.submit(response(i, town1), survey.Duplicate)
		}
		f.expectCount(surveyID, int64(len(sent)))
		if owner, err := f.Claim(f.ctx, [16]byte{1}, [16]byte{3}, later); err != nil || owner != [16]byte{2} {
			t.Errorf("claim of %x, %v", owner, err)
		}
		f.expectSaved(person(1), message(1), "state", "reply", true)
		f.expectAccounts(account)
	}
	f.submit(response(len(sent), town1), survey.Accepted)
	if rest := f.log(surveyID, log[len(log)-1].Cursor); len(rest) != 1 {
		t.Errorf("%d entries after the old end, want 1", len(rest))
	}
}

// writes calls every method that writes.
func (f *fixture) writes(ctx context.Context) map[string]error {
	_, submit := f.Submit(ctx, response(1, town1))
	_, claim := f.Claim(ctx, [16]byte{9}, [16]byte{9}, start.Add(time.Hour))
	_, check := f.Check(ctx)
	return map[string]error{
		"Submit":        submit,
		"Claim":         claim,
		"Check":         check,
		"Forget":        f.Forget(ctx, "gone"),
		"Save":          f.Save(ctx, person(1), message(1), 0, []byte("s"), start.Add(time.Hour), nil, start.Add(time.Hour)),
		"PutAccount":    f.PutAccount(ctx, office.Account{Name: "anna", Created: start}),
		"RemoveAccount": f.RemoveAccount(ctx, "anna"),
	}
}

// reads calls every method that reads.
func (f *fixture) reads(ctx context.Context) map[string]error {
	_, state := f.State(ctx, surveyID)
	_, tally := f.Tally(ctx, surveyID, survey.Filter{Level: survey.ByTownship})
	_, respondents := f.Respondents(ctx, surveyID)
	_, _, _, load := f.Load(ctx, person(1), message(1))
	_, account := f.Account(ctx, "anna")
	_, accounts := f.Accounts(ctx)
	_, watch := f.Watch(ctx, surveyID)
	return map[string]error{
		"State":       state,
		"Tally":       tally,
		"Respondents": respondents,
		"Log":         f.Log(ctx, surveyID, "", func(survey.LogEntry) error { return nil }),
		"Load":        load,
		"Account":     account,
		"Accounts":    accounts,
		"Watch":       watch,
	}
}

func testContextDone(t *testing.T, f *fixture) {
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	for name, err := range f.writes(ctx) {
		if !errors.Is(err, survey.ErrUnavailable) || errors.Is(err, survey.ErrUnknown) {
			t.Errorf("%s with a context that is done: %v, want ErrUnavailable", name, err)
		}
	}
	for name, err := range f.reads(ctx) {
		if err == nil {
			t.Errorf("%s with a context that is done: no error", name)
		}
	}
	f.expectCount(surveyID, 0)
	f.expectAccounts()
	f.expectSaved(person(1), message(1), "", "", false)
}

// testContextEnds expects the truth of every error when contexts end at any moment.
func testContextEnds(t *testing.T, f *fixture) {
	const workers, each = 32, 10
	sent := make([]*survey.Response, workers*each)
	errs := make([]error, len(sent))
	together(workers, func(w int) {
		for i := range each {
			n := w*each + i
			ctx, cancel := context.WithCancel(f.ctx)
			var wg sync.WaitGroup
			wg.Go(func() {
				if n%5 != 0 {
					time.Sleep(time.Duration(n%40) * 50 * time.Microsecond) // any moment will do
					cancel()
				}
			})
			sent[n] = response(n, town1)
			_, errs[n] = f.Submit(ctx, sent[n])
			wg.Wait()
			cancel()
		}
	})
	outcomes := map[string]int{}
	for n, err := range errs {
		res, again := f.Submit(f.ctx, sent[n])
		f.must(again)
		switch {
		case err == nil:
			outcomes["done"]++
			if res.Outcome != survey.Replayed {
				t.Errorf("an acknowledged response was not there: %v", res.Outcome)
			}
		case errors.Is(err, survey.ErrUnavailable):
			outcomes["unavailable"]++
			if res.Outcome != survey.Accepted {
				t.Errorf("a response was there although the store was unavailable: %v", res.Outcome)
			}
		case errors.Is(err, survey.ErrUnknown):
			outcomes["unknown"]++
		default:
			t.Error(err)
		}
	}
	t.Log(outcomes)
	f.expectCount(surveyID, int64(len(sent)))
}

func testClosed(t *testing.T, f *fixture) {
	f.submit(response(1, town1), survey.Accepted)
	f.must(f.Close())
	for _, calls := range []map[string]error{f.writes(f.ctx), f.reads(f.ctx)} {
		for name, err := range calls {
			if !errors.Is(err, survey.ErrUnavailable) {
				t.Errorf("%s after Close: %v, want ErrUnavailable", name, err)
			}
		}
	}
	f.must(f.Close()) // again changes nothing
}
