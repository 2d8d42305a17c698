package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"jindu/content"
	"jindu/survey"
)

const maxSample = 100_000

// addSample stores n made-up responses, through the same desk as real ones, at a
// point called 示例, so that nobody takes them for real.
func addSample(ctx context.Context, s *server, n int) error {
	lib := s.live.Library()
	var open []*content.Questionnaire
	for _, q := range lib.Questionnaires {
		if s.desk.Phase(q) == survey.Running && q.Accepts(content.TierDevice) {
			open = append(open, q)
		}
	}
	if n == 0 || len(open) == 0 {
		return nil
	}
	for i := range n {
		q := open[rand.IntN(len(open))]
		place := q.Place.Children[rand.IntN(len(q.Place.Children))]
		ticket, err := survey.NewTicket(q, place, "示例")
		if err != nil {
			return err
		}
		page, ok := s.desk.ReadPage(q, "", s.desk.MintPage(q, ""))
		if !ok {
			return fmt.Errorf("sample page of %s", q.ID)
		}
		page.Opened = page.Opened.Add(-time.Minute) // as long as a person takes
		_, err = s.desk.Submit(ctx, survey.Submission{
			Questionnaire: q, Ticket: ticket, Place: place.Code, Page: page, Answers: sampleAnswers(q),
			Tier: content.TierDevice, Device: fmt.Sprintf("sample %d %d", i, rand.Uint64()),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sampleAnswers prefers the answers that the indicators count, so that rates
// look lifelike.
func sampleAnswers(q *content.Questionnaire) []survey.Answer {
	wanted := map[string][]string{}
	for _, in := range q.Indicators {
		if in.Question != "" {
			wanted[in.Question] = in.Satisfied
		}
		maps.Copy(wanted, in.Right)
	}
	var answers []survey.Answer
	for _, x := range q.Questions {
		if len(x.Options) == 0 || (!x.Required && rand.IntN(2) == 0) {
			continue
		}
		pick := x.Options[rand.IntN(len(x.Options))].ID
		if w := wanted[x.ID]; len(w) > 0 && rand.IntN(3) > 0 {
			pick = w[rand.IntN(len(w))]
		}
		answers = append(answers, survey.Answer{Question: x.ID, Options: []string{pick}})
	}
	return answers
}
