package quiz_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"jindu/bot/quiz"
	"jindu/bot/quiz/quiztest"
	"jindu/content"
	"jindu/internal/respondent"
)

// bank of n questions whose right answer is always the first option.
func bank(id string, n int, change func(i int, q *content.QuizQuestion)) *content.Quiz {
	b := &content.Quiz{ID: id, Title: id}
	for i := range n {
		q := &content.QuizQuestion{ID: fmt.Sprint(id, i), Text: "?", Options: []string{"right", "wrong"}}
		if change != nil {
			change(i, q)
		}
		b.Questions = append(b.Questions, q)
	}
	return b
}

// player plays one person's quiz and remembers the last turn.
type player struct {
	*testing.T
	master *quiz.Master
	sent   uint64
	last   quiz.Turn
}

func newPlayer(t *testing.T, store quiz.Store, banks ...*content.Quiz) *player {
	lib := &content.Library{Quizzes: map[string]*content.Quiz{}}
	for _, b := range banks {
		lib.Quizzes[b.ID] = b
	}
	return &player{T: t, master: quiz.New(quiz.Config{Store: store, Library: func() *content.Library { return lib }, Now: time.Now})}
}

func (p *player) person() (person quiz.Person) {
	p.sent++
	binary.BigEndian.PutUint64(person.Key[:], p.sent)
	return person
}

func (p *player) word(t quiz.Turn) []byte { p.last = t; return []byte("reply") }

func (p *player) start(bank string) {
	p.Helper()
	if _, err := p.master.Start(p.Context(), p.person(), bank, p.word); err != nil {
		p.Fatal(err)
	}
}

// whole chooses these options and no more.
func whole(options ...int) func(*content.QuizQuestion, []int) (quiz.Choice, bool) {
	return func(*content.QuizQuestion, []int) (quiz.Choice, bool) { return quiz.Choice{Options: options}, true }
}

func (p *player) answer(options ...int) {
	p.Helper()
	_, err := p.master.Answer(p.Context(), p.person(), quiz.Answer{Choose: whole(options...)}, p.word)
	if err != nil {
		p.Fatal(err)
	}
}

// play goes through one attempt and gives the ids it asked.
func (p *player) play(bank string) []string {
	p.Helper()
	var ids []string
	for p.start(bank); p.last.Result == nil; p.answer(0) {
		ids = append(ids, p.last.Question.ID)
	}
	return ids
}

func TestDrawAvoidsWhatWasSeen(t *testing.T) {
	p := newPlayer(t, &quiztest.Memory{}, bank("a", 12, nil))
	seen := append(p.play(""), p.play("")...)
	third := p.play("")
	fresh := 0
	for _, id := range third {
		if !slices.Contains(seen, id) {
			fresh++
		}
	}
	slices.Sort(seen)
	if len(slices.Compact(seen)) != 10 || fresh != 2 || len(third) != 5 {
		t.Errorf("%d of ten, then %d of the two left among %v", len(slices.Compact(seen)), fresh, third)
	}
}

func TestDrawOfAllBanksIsForAnybody(t *testing.T) {
	trade := bank("trade", 3, func(_ int, q *content.QuizQuestion) { q.Audience = []string{"drivers"} })
	general := bank("general", 3, func(i int, q *content.QuizQuestion) {
		q.Audience = []string{"drivers", "residents"}
		if i == 2 {
			q.Right = 9 // there is no such option
		}
	})
	p := newPlayer(t, &quiztest.Memory{}, trade, general)
	if ids := p.play(""); len(ids) != 2 || slices.ContainsFunc(ids, func(id string) bool { return id[0] == 't' }) {
		t.Errorf("%v", ids)
	}
	if ids := p.play("trade"); len(ids) != 3 {
		t.Errorf("%v", ids)
	}
	p.start("nowhere")
	if p.last.Event != quiz.NoQuestions {
		t.Errorf("%+v", p.last)
	}
}

func TestScore(t *testing.T) {
	p := newPlayer(t, &quiztest.Memory{}, bank("a", 5, nil))
	p.start("a")
	for _, chosen := range [][]int{{0}, {1}, nil, {0}, {0}} {
		p.answer(chosen...)
		if v := p.last.Verdict; v.Right != slices.Equal(chosen, []int{0}) || !slices.Equal(v.Chosen, chosen) {
			t.Errorf("%+v", v)
		}
	}
	if r := p.last.Result; r.Right != 3 || r.Answered != 5 || len(r.Missed) != 2 || r.Bank != "a" {
		t.Errorf("%+v", r)
	}
	if p.answer(0); p.last.Event != quiz.NoAttempt {
		t.Errorf("%+v", p.last)
	}
}

// several makes a bank of questions with the first two options right.
func several(id string, n int) *content.Quiz {
	made := bank(id, n, func(_ int, q *content.QuizQuestion) {
		q.Type, q.Options, q.Rights = content.Multiple, []string{"a", "b", "c"}, []int{0, 1}
	})
	made.Questions, made.Multiple = nil, made.Questions
	return made
}

// An answer of several options is right when it holds all right ones and no other;
// what is picked one by one is kept until the answer is whole, and never longer.
func TestMultiple(t *testing.T) {
	p := newPlayer(t, &quiztest.Memory{}, several("m", 5))
	pick := func(options ...int) {
		t.Helper()
		_, err := p.master.Answer(t.Context(), p.person(), quiz.Answer{Choose: func(*content.QuizQuestion, []int) (quiz.Choice, bool) {
			return quiz.Choice{Options: options, Partial: true}, true
		}}, p.word)
		if err != nil {
			t.Fatal(err)
		}
		if p.last.Event != quiz.Picked || !slices.Equal(p.last.Picked, options) {
			t.Fatalf("picked %v: %+v", options, p.last)
		}
	}
	p.start("m")
	right := 0
	for _, chosen := range [][]int{{0, 1}, {0}, {0, 1, 2}, nil, {0, 1}} {
		pick(2)
		pick(0, 2)
		pick()
		number := p.last.Number
		if p.answer(chosen...); p.last.Verdict.Right != slices.Equal(chosen, []int{0, 1}) {
			t.Errorf("%v: %+v", chosen, p.last.Verdict)
		}
		if p.last.Verdict.Right {
			right++
		}
		if p.last.Result == nil && (p.last.Number != number+1 || len(p.last.Picked) != 0) {
			t.Errorf("after %v: %+v", chosen, p.last)
		}
	}
	if p.last.Result.Right != right || right != 2 {
		t.Errorf("%d right, %+v", right, p.last.Result)
	}
}

// Few of an attempt's questions take several answers, unless there are no others.
func TestDrawIsMostlySingle(t *testing.T) {
	p := newPlayer(t, &quiztest.Memory{}, bank("a", 6, nil), several("m", 40))
	for range 20 {
		multiple := 0
		for _, id := range p.play("") {
			if id[0] == 'm' {
				multiple++
			}
		}
		if multiple > 1 {
			t.Fatalf("%d of five", multiple)
		}
	}
	if ids := p.play("m"); len(ids) != 5 {
		t.Errorf("%v", ids)
	}
}

// strange is a store that holds a state of another make.
type strange struct {
	quiz.Store
	state []byte
}

func (s strange) Load(ctx context.Context, who respondent.Pseudonym, msg quiz.MessageKey) (quiz.Saved, []byte, bool, error) {
	return quiz.Saved{State: s.state, Version: 7}, nil, false, nil
}

func TestStateOfAnotherMake(t *testing.T) {
	for _, state := range []string{"", "not JSON", `{"questions":["a0"],"at":-3}`, `{"questions":["a0"],"at":2}`, `{"questions":["gone"]}`, `[]`, `null`} {
		p := newPlayer(t, strange{&quiztest.Memory{}, []byte(state)}, bank("a", 5, nil))
		_, err := p.master.Answer(t.Context(), p.person(), quiz.Answer{Choose: whole(0)}, p.word)
		if (err != nil && !errors.Is(err, quiz.ErrConflict)) || p.last.Question != nil {
			t.Errorf("%s: %+v, %v", state, p.last, err)
		}
	}
}

// A message that always finds another before it gives up, and says so.
func TestConflictWithoutEnd(t *testing.T) {
	p := newPlayer(t, strange{&quiztest.Memory{}, []byte("{}")}, bank("a", 5, nil))
	if _, err := p.master.Start(t.Context(), p.person(), "", p.word); !errors.Is(err, quiz.ErrConflict) {
		t.Error(err)
	}
}
