package bot

import (
	"fmt"
	"slices"
	"strings"

	"jindu/bot/quiz"
	"jindu/content"
)

// question asks the next one, under what is to be said about the last.
func (e *edition) question(lead string, t quiz.Turn) Reply {
	q := t.Question
	r := Reply{Text: fmt.Sprintf("第 %d 题，共 %d 题", t.Number, t.Total), Outcome: Command}
	if q.Type == content.Multiple {
		r.Text += "（多选）\n" + q.Text
		if len(t.Picked) == 0 { // else the lead says it
			r.Text += "\n" + e.text("quiz-multiple")
		}
	} else {
		r.Text += "\n" + q.Text
	}
	if p := e.lib.Pictures[q.Picture]; p != nil {
		if e.site != nil {
			r.Links = []Link{{Label: "看图", URL: e.site.Picture(p)}}
		} else {
			r.Text += "\n（图上：" + p.Alt + "）"
		}
	}
	for i := range q.Options {
		r.Choices = append(r.Choices, optionChoice(q, i, slices.Contains(t.Picked, i)))
	}
	if len(t.Picked) > 0 {
		r.Choices = append(r.Choices, Choice{Label: doneWord, Send: doneWord, ID: optionID + q.ID + ":"})
	}
	// The question must stay whole, whatever was said before it.
	r.Text = cut(lead, max(MaxSize-r.Size()-len("\n\n"), len("…"))) + "\n\n" + r.Text
	if stop := say("结束答题"); r.Size()+stop.size() <= MaxSize {
		r.Choices = append(r.Choices, stop)
	}
	return r
}

// shown puts the picture of a question before it, when it is asked and not when it
// is only asked again.
func (e *edition) shown(r Reply, t quiz.Turn) Reply {
	if e.lib.Pictures[t.Question.Picture] != nil {
		r.Picture = t.Question.Picture
	}
	return r
}

// optionChoice is an option to tap. What a tap does never depends on how often it
// is made: one of several that is chosen takes itself back by other words.
func optionChoice(q *content.QuizQuestion, i int, picked bool) Choice {
	name := letterOf(i)
	c := Choice{Label: option(q, i), Send: name, ID: optionID + q.ID + ":" + name}
	switch {
	case q.Type == content.TrueFalse:
		c.Send = q.Options[i]
	case picked:
		c.Label, c.Send = "√ "+c.Label, dropWord+name
	}
	return c
}

func letterOf(i int) string { return string(rune('A' + i)) }

// option is one as people read it; 对 and 错 need no letters.
func option(q *content.QuizQuestion, i int) string {
	if q.Type == content.TrueFalse {
		return q.Options[i]
	}
	return letterOf(i) + ". " + q.Options[i]
}

// answer is what would have been right.
func answer(q *content.QuizQuestion) string {
	if q.Type != content.Multiple {
		return option(q, q.Right)
	}
	right := make([]string, len(q.Rights))
	for i, n := range q.Rights {
		right[i] = option(q, n)
	}
	return strings.Join(right, "；")
}

// notAnOption says what can be chosen.
func (e *edition) notAnOption(t quiz.Turn) Reply {
	if t.Question.Type == content.TrueFalse {
		return e.question(e.text("quiz-truth"), t)
	}
	return e.question(e.text("quiz-range", "last", letterOf(len(t.Question.Options)-1)), t)
}

// picked says what is chosen so far.
func (e *edition) picked(t quiz.Turn) Reply {
	if len(t.Picked) == 0 {
		return e.question(e.text("quiz-pick"), t)
	}
	names := make([]string, len(t.Picked))
	for i, n := range t.Picked {
		names[i] = letterOf(n)
	}
	return e.question(e.text("quiz-picked", "picked", strings.Join(names, "、")), t)
}
