package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"jindu/bot/quiz"
	"jindu/internal/respondent"
)

// message is the key of the nth message.
func message(n int) (k quiz.MessageKey) {
	p := person(-n - 1)
	return quiz.MessageKey(p)
}

// expectSaved loads, and expects a state and whether the message was committed.
func (f *fixture) expectSaved(who respondent.Pseudonym, msg quiz.MessageKey, state, reply string, found bool) int64 {
	f.Helper()
	saved, r, ok, err := f.Load(f.ctx, who, msg)
	f.must(err)
	if string(saved.State) != state || (saved.State == nil) != (state == "") || (saved.Version == 0) != (state == "") {
		f.Errorf("state %q of version %d, want %q", saved.State, saved.Version, state)
	}
	if ok != found || string(r) != reply {
		f.Errorf("reply %q (%v), want %q (%v)", r, ok, reply, found)
	}
	return saved.Version
}

func (f *fixture) expectConflict(err error) {
	f.Helper()
	if !errors.Is(err, quiz.ErrConflict) {
		f.Errorf("error %v, want ErrConflict", err)
	}
}

func testQuiz(t *testing.T, f *fixture) {
	anna, bert := person(1), person(2)
	f.expectSaved(anna, message(1), "", "", false)
	f.must(f.save(anna, message(1), 0, "问题 1", "第一题"))
	v1 := f.expectSaved(anna, message(2), "问题 1", "", false)
	f.expectSaved(anna, message(1), "问题 1", "第一题", true)
	f.expectSaved(bert, message(3), "", "", false)

	// Only the right version goes on.
	f.expectConflict(f.save(anna, message(2), 0, "x", "x"))
	f.expectConflict(f.save(anna, message(2), v1+1, "x", "x"))
	f.must(f.save(anna, message(2), v1, "问题 2", "第二题"))
	v2 := f.expectSaved(anna, message(2), "问题 2", "第二题", true)
	if v2 == v1 {
		t.Error("the version did not change")
	}
	f.expectConflict(f.save(anna, message(3), v1, "x", "x"))

	// A committed message does not commit again.
	f.expectConflict(f.save(anna, message(1), v2, "x", "x"))

	// The end of a quiz deletes its state and keeps the last reply, were it empty.
	f.must(f.save(anna, message(4), v2, "", ""))
	f.expectSaved(anna, message(4), "", "", true)
	f.expectConflict(f.save(anna, message(5), v2, "x", "x"))
	f.must(f.save(anna, message(5), 0, "", "nothing to delete"))
	f.expectSaved(anna, message(5), "", "nothing to delete", true)

	// Neither keeps the caller's memory.
	state, reply := []byte("mine"), []byte("mine")
	later := start.Add(time.Hour)
	f.must(f.Save(f.ctx, bert, message(6), 0, state, later, reply, later))
	copy(state, "xxxx")
	copy(reply, "xxxx")
	f.expectSaved(bert, message(6), "mine", "mine", true)
}

func testQuizExpiry(t *testing.T, f *fixture) {
	who := person(1)
	f.must(f.Save(f.ctx, who, message(1), 0, []byte("s"), start.Add(30*time.Minute), []byte("r"), start.Add(time.Minute)))
	version := f.expectSaved(who, message(1), "s", "r", true)
	f.clock.move(61 * time.Second)
	f.expectSaved(who, message(1), "s", "", false)
	f.clock.move(30 * time.Minute)
	f.expectSaved(who, message(1), "", "", false)
	f.expectConflict(f.save(who, message(2), version, "x", "x"))
	f.must(f.save(who, message(1), 0, "new", "new reply"))
	f.expectSaved(who, message(1), "new", "new reply", true)
}

// testQuizOldVersion expects that what was loaded in one quiz is not saved into
// the next one.
func testQuizOldVersion(t *testing.T, f *fixture) {
	who := person(1)
	f.must(f.save(who, message(1), 0, "first quiz", ""))
	old := f.expectSaved(who, message(9), "first quiz", "", false)
	f.must(f.save(who, message(2), old, "", ""))
	f.must(f.save(who, message(3), 0, "second quiz", ""))
	f.expectConflict(f.save(who, message(4), old, "x", "x"))
	f.expectSaved(who, message(4), "second quiz", "", false)
}

func testQuizAtOnce(t *testing.T, f *fixture) {
	// One person's many messages at once: each commits once, in some order.
	const n = 12
	who := person(1)
	together(n, func(i int) {
		for {
			saved, _, found, err := f.Load(f.ctx, who, message(i))
			if err != nil || found {
				t.Errorf("message %d: found %v, %v", i, found, err)
				return
			}
			err = f.save(who, message(i), saved.Version, string(saved.State)+"+", fmt.Sprint(i))
			if err == nil {
				return
			}
			if !errors.Is(err, quiz.ErrConflict) {
				t.Error(err)
				return
			}
		}
	})
	saved, _, _, err := f.Load(f.ctx, who, message(n))
	f.must(err)
	if len(saved.State) != n {
		t.Errorf("%d steps were kept of %d", len(saved.State), n)
	}

	// One message many times at once: it commits once.
	errs := make([]error, 50)
	together(len(errs), func(i int) { errs[i] = f.save(person(2), message(99), 0, fmt.Sprint("s", i), fmt.Sprint(i)) })
	won := -1
	for i, err := range errs {
		switch {
		case err == nil && won >= 0:
			t.Error("committed twice")
		case err == nil:
			won = i
		default:
			f.expectConflict(err)
		}
	}
	f.expectSaved(person(2), message(99), fmt.Sprint("s", won), fmt.Sprint(won), true)
}
