package bot

import (
	"context"
	"regexp"
	"strings"

	"jindu/content"
)

// A scene is what a QR code of the official account carries, at most 64
// letters, digits, ":", "-" and "_":
//
//	CODE              the questionnaires of that place (6, 9 or 12 digits)
//	survey:ID:CODE    one questionnaire at that place
//	quiz, quiz:BANK   a quiz, over all banks or on one
//
// One of these that names what is no longer there says so, and leads to what is.
// Anything else is a scene of the office's own and changes nothing.

// SurveyScene leads to one questionnaire at a place.
func SurveyScene(survey, place string) string { return "survey:" + survey + ":" + place }

// QuizScene leads to a quiz on one bank.
func QuizScene(bank string) string { return "quiz:" + bank }

// scene answers what a scanned code asks for; ok is false when it asks nothing.
func (b *Bot) scene(ctx context.Context, e *edition, m Message) (r Reply, ok bool, err error) {
	if len(m.Text) > 64 {
		return Reply{}, false, nil
	}
	part := strings.Split(m.Text, ":")
	switch {
	case len(part) == 1 && e.lib.Places[part[0]] != nil:
		r, err = b.survey(ctx, e, m, []*content.Place{e.lib.Places[part[0]]}, 0)
	case len(part) == 3 && part[0] == "survey":
		q, place := e.lib.Questionnaires[part[1]], e.lib.Places[part[2]]
		switch {
		case q == nil || place == nil || !place.Within(q.Place.Code):
			r = b.sceneGone(e, place)
		case !b.config.Surveys.Running(q):
			r = e.closed(q)
		case place.Level == content.County || m.From == "":
			r, err = b.survey(ctx, e, m, []*content.Place{place}, 0)
		default:
			r, err = b.link(ctx, e, m, place, []*content.Questionnaire{q})
		}
	case m.Text == "quiz":
		r, err = b.startQuiz(ctx, e, m, "")
	case len(part) == 2 && part[0] == "quiz":
		if e.lib.Quizzes[part[1]] == nil {
			return b.sceneGone(e, nil), true, nil
		}
		r, err = b.startQuiz(ctx, e, m, part[1])
	case len(part) == 1 && placeCode.MatchString(part[0]):
		r = b.sceneGone(e, nil)
	default:
		return Reply{}, false, nil
	}
	return r, true, err
}

// placeCode is what the code of a place looks like.
var placeCode = regexp.MustCompile(`^([0-9]{6}|[0-9]{9}|[0-9]{12})$`)

// sceneGone says that a code leads nowhere any more, and offers the questionnaires
// that are there: at the place that the code names, where that is known, and by district.
func (b *Bot) sceneGone(e *edition, place *content.Place) Reply {
	r := e.reply("scene-gone", Command)
	var steps []Choice
	if place != nil {
		if running, _ := b.questionnaires(e, place); len(running) > 0 {
			here := say("满意度 " + place.FullName())
			here.Label = place.FullName() + "的问卷"
			steps = append(steps, here)
		}
	}
	for _, county := range e.surveyed() {
		if running, _ := b.questionnaires(e, county); len(running) > 0 && county != place {
			steps = append(steps, say("满意度 "+county.Name))
		}
	}
	r.Choices = append(steps, r.Choices...)
	return r
}

// welcome greets a new follower, and goes on with what the scanned code asked for.
func (b *Bot) welcome(ctx context.Context, e *edition, m Message) Reply {
	greeting := e.reply("greeting", Command)
	r, ok, err := b.scene(ctx, e, m)
	if !ok || err != nil { // the greeting needs no store, and its choices lead everywhere
		return greeting
	}
	for _, c := range greeting.Choices {
		if (Reply{Text: greeting.Text + "\n\n" + r.Text, Links: r.Links, Choices: append(r.Choices, c)}).Size() <= MaxSize {
			r.Choices = append(r.Choices, c)
		}
	}
	r.Text = cut(greeting.Text+"\n\n", max(MaxSize-r.Size(), len("…"))) + r.Text
	return r
}
