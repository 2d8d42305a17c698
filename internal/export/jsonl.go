package export

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"jindu/content"
	"jindu/survey"
)

// line is one line of a JSON Lines export: first the notes, then the tallies,
// then the responses.
type line struct {
	Notes    []string       `json:"notes,omitempty"`
	Tally    *survey.Report `json:"tally,omitempty"`
	Response *jsonResponse  `json:"response,omitempty"`
}

type jsonResponse struct {
	Time     time.Time    `json:"time"` // to the minute
	Version  int          `json:"version"`
	Township *jsonPlace   `json:"township,omitempty"`
	Village  *jsonPlace   `json:"village,omitempty"`
	Point    string       `json:"point,omitempty"`
	Tier     string       `json:"tier"`
	Marks    []string     `json:"marks,omitempty"`
	Answers  []jsonAnswer `json:"answers"`
}

type jsonPlace struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type jsonAnswer struct {
	Question string   `json:"question"`
	Options  []string `json:"options,omitempty"`
	Labels   []string `json:"labels,omitempty"`
	Text     string   `json:"text,omitempty"`
}

// JSONL writes everything as one JSON object a line.
func (e *Export) JSONL(ctx context.Context, w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, l := range []line{{Notes: e.notes()}, {Tally: &e.Townships}, {Tally: &e.Villages}} {
		if err := out.Encode(l); err != nil {
			return err
		}
	}
	return e.responses(ctx, func(r response) error {
		j := jsonResponse{
			Time: r.At.In(survey.China), Version: r.Version, Township: newPlace(r.township), Village: newPlace(r.village),
			Point: r.point, Tier: r.Tier, Marks: r.Marks, Answers: make([]jsonAnswer, 0, len(r.Answers)),
		}
		for _, a := range r.Answers {
			question := e.q.Question(a.Question)
			if question == nil {
				question = new(content.Question)
			}
			j.Answers = append(j.Answers, jsonAnswer{a.Question, a.Options, labels(question, a.Options), a.Text})
		}
		return out.Encode(line{Response: &j})
	})
}

func newPlace(p survey.PlaceReport) *jsonPlace {
	if p.Code == "" {
		return nil
	}
	return &jsonPlace{p.Code, p.Name}
}
