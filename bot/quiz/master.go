package quiz

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"jindu/content"
	"jindu/internal/respondent"
)

// How long a running attempt waits for the next answer, and how long the reply
// to a message is kept for that message's retries.
const (
	AttemptLife = 30 * time.Minute
	ReplyLife   = 10 * time.Minute
)

const (
	defaultSize = 5
	// maxTries bounds how often a message gives way to others of the same person.
	// An attempt changes a handful of times, so real messages never get there.
	maxTries = 20
)

// Config of a Master.
type Config struct {
	Store   Store
	Library func() *content.Library
	Now     func() time.Time
	Size    int               // questions in an attempt; 0: 5
	Perm    func(n int) []int // a random order of 0…n-1; nil: math/rand's
}

// Master asks, judges and keeps score of everybody's attempts.
type Master struct {
	Config
	looks *looks
}

// New makes a Master; Store, Library and Now are needed.
func New(c Config) *Master {
	if c.Size == 0 {
		c.Size = defaultSize
	}
	if c.Perm == nil {
		c.Perm = rand.Perm
	}
	return &Master{c, newLooks()}
}

// Event is what a message did.
type Event int

// Events. Only Started, Picked, Judged, Stopped and sometimes Repeated change anything.
const (
	NoAttempt   Event = iota // nothing is running
	NoQuestions              // there is nothing to ask
	Started                  // a new attempt; Question is its first
	Going                    // asked to start while one was running; Question again
	Repeated                 // the answer was to an earlier question; Question again
	NotAnOption              // Question has no such option
	Picked                   // the answer is not whole yet; Question again, with what is Picked
	Judged                   // Verdict on the answer; then Question, or Result at the end
	Stopped                  // ended early; Result
)

// Turn is what a message did and what the person sees next.
type Turn struct {
	Event    Event
	Verdict  *Verdict
	Question *content.QuizQuestion // to be answered next
	Picked   []int                 // options of Question chosen so far, rising; only where several may be right
	Number   int                   // of Question, from 1
	Total    int
	Result   *Result
}

// Verdict on one answer.
type Verdict struct {
	Question *content.QuizQuestion
	Chosen   []int // indexes of the options chosen, rising; none when the person did not know
	Right    bool
}

// Result of an attempt that is over.
type Result struct {
	Bank     string // "" when it was drawn from all banks
	Right    int
	Answered int
	Missed   []*content.QuizQuestion
}

// Person is who sent which message and when.
type Person struct {
	Who respondent.Pseudonym
	Key MessageKey
	At  time.Time
}

// Answer to a question.
type Answer struct {
	Question string // id of the question that the tapped option belonged to; "" when typed
	// Choose gives what is meant of the question's options, when those in picked
	// were chosen before; ok is false when the question has no such option.
	Choose func(q *content.QuizQuestion, picked []int) (choice Choice, ok bool)
	// Patience is how long to wait for the store to tell whether an attempt is running;
	// 0: as long as the context lasts. Once it has told, the rest is not bounded by this.
	Patience time.Duration
}

// Choice is what an answer chooses.
type Choice struct {
	Options []int // indexes, rising, each once; none: the person does not know
	Partial bool  // more may be chosen: it is kept, and not judged yet
}

// Word makes the reply to a Turn. It may be called more than once for a message
// and must not have effects.
type Word func(Turn) []byte

// Start begins an attempt on one bank ("": all of them), unless one on the same
// is running: that is then asked for again. As for Answer and Stop, the reply of
// a message committed before is given again, and the message has no further
// effect; an error says that the message had no effect or that its retry will
// find what it had.
func (m *Master) Start(ctx context.Context, p Person, bank string, word Word) ([]byte, error) {
	return m.turn(ctx, p, 0, word, func(a *attempt, lib *content.Library) (Turn, bool) {
		if q, _ := a.current(lib); q != nil && (bank == "" || bank == a.Bank) {
			return Turn{Event: Going, Question: q}, false
		}
		questions := draw(lib, bank, a.Seen, m.Size, m.Perm)
		if len(questions) == 0 {
			return Turn{Event: NoQuestions}, false
		}
		a.begin(bank, questions)
		a.asked(p.At)
		q, _ := a.current(lib)
		return Turn{Event: Started, Question: q}, true
	})
}

// Answer judges an answer to the question being asked. A tap on an option of an
// earlier question, and a message sent before the question was, do not count.
func (m *Master) Answer(ctx context.Context, p Person, answer Answer, word Word) ([]byte, error) {
	return m.turn(ctx, p, answer.Patience, word, func(a *attempt, lib *content.Library) (Turn, bool) {
		q, dropped := a.current(lib)
		switch {
		case q == nil && dropped:
			return Turn{Event: Stopped, Result: a.finish(lib)}, true
		case q == nil:
			return Turn{Event: NoAttempt}, false
		case answer.Question != "" && answer.Question != q.ID, answer.Question == "" && dropped,
			answer.Question == "" && !p.At.IsZero() && p.At.Unix() < a.Asked:
			return Turn{Event: Repeated, Question: q}, dropped
		}
		picked := a.picked(q)
		choice, ok := answer.Choose(q, picked)
		switch {
		case !ok:
			return Turn{Event: NotAnOption, Question: q}, dropped
		case choice.Partial:
			a.Picked = choice.Options
			return Turn{Event: Picked, Question: q}, dropped || !slices.Equal(picked, choice.Options)
		}
		verdict := a.judge(q, choice.Options)
		t := Turn{Event: Judged, Verdict: &verdict}
		if t.Question, _ = a.current(lib); t.Question == nil {
			t.Result = a.finish(lib)
		} else {
			a.asked(p.At)
		}
		return t, true
	})
}

// Stop ends the running attempt early.
func (m *Master) Stop(ctx context.Context, p Person, word Word) ([]byte, error) {
	return m.turn(ctx, p, 0, word, func(a *attempt, lib *content.Library) (Turn, bool) {
		if len(a.Questions) == 0 {
			return Turn{Event: NoAttempt}, false
		}
		return Turn{Event: Stopped, Result: a.finish(lib)}, true
	})
}

// turn loads the attempt, takes the step, and commits the new state together
// with the reply; when another message came between, it does so again. Patience is
// that of an Answer.
func (m *Master) turn(ctx context.Context, p Person, patience time.Duration, word Word, step func(*attempt, *content.Library) (Turn, bool)) ([]byte, error) {
	for range maxTries {
		saved, err := m.load(ctx, p, patience)
		if err != nil {
			return nil, fmt.Errorf("load attempt: %w", err)
		}
		if saved.found {
			return saved.reply, nil
		}
		a := decode(saved.State)
		t, changed := step(a, m.Library())
		if t.Question != nil {
			t.Number, t.Total = a.At+1, len(a.Questions)
			t.Picked = a.picked(t.Question)
		}
		reply := word(t)
		if !changed {
			return reply, nil
		}
		now := m.Now()
		err = m.Store.Save(ctx, p.Who, p.Key, saved.Version, a.encode(), now.Add(AttemptLife), reply, now.Add(ReplyLife))
		if err == nil {
			return reply, nil
		}
		if !errors.Is(err, ErrConflict) {
			return nil, fmt.Errorf("save attempt: %w", err)
		}
	}
	return nil, fmt.Errorf("save attempt: %w %d times", ErrConflict, maxTries)
}
