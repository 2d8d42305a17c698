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

func (p *player) answer(option int) {
	p.Helper()
	_, err := p.master.Answer(p.Context(), p.person(), quiz.Answer{Choose: func(*content.QuizQuestion) (int, bool) { return option, true }}, p.word)
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
			q.Picture = "leaf" // words alone do not ask it
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
	for _, option := range []int{0, 1, -1, 0, 0} {
		p.answer(option)
		if v := p.last.Verdict; v.Right != (option == 0) || v.Option != option {
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
		_, err := p.master.Answer(t.Context(), p.person(), quiz.Answer{Choose: func(*content.QuizQuestion) (int, bool) { return 0, true }}, p.word)
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
