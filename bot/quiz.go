package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"jindu/bot/quiz"
)

// likelyWait is how long what reads like an answer waits for the store to tell whether
// a quiz is running: without it, it is answered as any other message. An option's own
// words are as often a question, as the name of a drug is, so they wait only briefly.
const likelyWait = 500 * time.Millisecond

// patience is how long a token waits; 0: as long as it takes.
func (t token) patience(menuID string) time.Duration {
	switch {
	case t.bare:
		return 0
	case t.onlyWords(menuID):
		return quiz.Brief
	}
	return likelyWait
}

func personOf(m Message) quiz.Person { return quiz.Person{Who: m.Who, Key: m.Key, At: m.At} }

// answerQuiz takes what may be an answer to the running quiz. ok is false when
// it is none: nothing is running, or the words are not among the options.
func (b *Bot) answerQuiz(ctx context.Context, e *edition, m Message, t token) (r Reply, ok bool, err error) {
	given := quiz.Answer{Question: questionOf(m.MenuID), Choose: t.choose, Patience: t.patience(m.MenuID)}
	r, ok, err = b.quizTurn(e, func(word quiz.Word) ([]byte, error) {
		return b.config.Quiz.Answer(ctx, personOf(m), given, word)
	}, func(turn quiz.Turn) (Reply, bool) {
		switch turn.Event {
		case quiz.NoAttempt:
			return e.reply("quiz-none", Command), t.bare
		case quiz.NotAnOption:
			return e.notAnOption(turn), t.bare || t.likely
		}
		return e.quizReply(turn), true
	})
	if err != nil && !t.bare {
		return Reply{}, false, nil
	}
	return r, ok, err
}

func (b *Bot) startQuiz(ctx context.Context, e *edition, m Message, bank string) (Reply, error) {
	r, _, err := b.quizTurn(e, func(word quiz.Word) ([]byte, error) {
		return b.config.Quiz.Start(ctx, personOf(m), bank, word)
	}, func(turn quiz.Turn) (Reply, bool) { return e.quizReply(turn), true })
	return r, err
}

func (b *Bot) stopQuiz(ctx context.Context, e *edition, m Message) (Reply, error) {
	r, _, err := b.quizTurn(e, func(word quiz.Word) ([]byte, error) {
		return b.config.Quiz.Stop(ctx, personOf(m), word)
	}, func(turn quiz.Turn) (Reply, bool) { return e.quizReply(turn), true })
	return r, err
}

// quizTurn lets the quiz move and gives the reply, new or saved. With an error
// the reply says that it must be sent again.
func (b *Bot) quizTurn(e *edition, move func(quiz.Word) ([]byte, error), word func(quiz.Turn) (Reply, bool)) (Reply, bool, error) {
	data, err := move(func(t quiz.Turn) []byte {
		r, ok := word(t)
		if !ok {
			return nil
		}
		data, err := json.Marshal(fit(r))
		if err != nil {
			panic(err) // plain structs of strings always marshal
		}
		return data
	})
	if err == nil && len(data) == 0 {
		return Reply{}, false, nil
	}
	var r Reply
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		return e.reply("busy", Command), true, fmt.Errorf("quiz: %w", err)
	}
	return r, true, nil
}

// quizReply words what a message did to the quiz.
func (e *edition) quizReply(t quiz.Turn) Reply {
	switch t.Event {
	case quiz.NoQuestions:
		return e.reply("quiz-empty", Command)
	case quiz.Started:
		return e.shown(e.question(e.text("quiz-start", "n", strconv.Itoa(t.Total)), t), t)
	case quiz.Going:
		return e.shown(e.question(e.text("quiz-going"), t), t)
	case quiz.Repeated:
		return e.question(e.text("quiz-repeat"), t)
	case quiz.Picked:
		return e.picked(t)
	case quiz.Judged:
		if t.Question != nil {
			return e.shown(e.question(e.verdict(t.Verdict), t), t)
		}
		return e.result(e.verdict(t.Verdict)+"\n\n", "quiz-end", t.Result)
	case quiz.Stopped:
		return e.result("", "quiz-stopped", t.Result)
	}
	return e.reply("quiz-none", Command)
}

func (e *edition) verdict(v *quiz.Verdict) string {
	right := answer(v.Question)
	switch {
	case v.Right:
		return e.text("quiz-right") + "\n" + v.Question.Explanation
	case len(v.Chosen) == 0:
		return e.text("quiz-unsure", "answer", right) + "\n" + v.Question.Explanation
	}
	return e.text("quiz-wrong", "answer", right) + "\n" + v.Question.Explanation
}

// result tells the score and the missed questions, and offers to read on.
func (e *edition) result(lead, id string, result *quiz.Result) Reply {
	r := e.reply(id, Command, "n", strconv.Itoa(result.Answered), "right", strconv.Itoa(result.Right))
	r.Text = lead + r.Text
	again := say("答题")
	again.Label = "再来一组"
	if bank := e.lib.Quizzes[result.Bank]; bank != nil {
		again.Send += " " + bank.Title
	}
	steps := []Choice{again}
	offered := map[string]bool{}
	for _, q := range result.Missed {
		if q.Topic != "" && !offered[q.Topic] && len(offered) < maxRelated {
			offered[q.Topic] = true
			steps = append(steps, e.choice(e.lib.Entries[q.Topic]))
		}
	}
	r.Choices = append(steps, r.Choices...)
	for i, q := range result.Missed {
		missed := fmt.Sprintf("\n%d. %s\n正确答案：%s", i+1, q.Text, answer(q))
		if i == 0 {
			missed = "\n\n" + e.text("quiz-missed") + missed
		}
		if longer := (Reply{Text: r.Text + missed, Choices: r.Choices}); longer.Size() > MaxSize {
			break
		}
		r.Text += missed
	}
	r.Text = strings.TrimSpace(r.Text)
	return r
}
