package survey

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"jindu/content"
	"jindu/internal/respondent"
)

// Desk takes in responses: who may answer, once, and what they get for it.
type Desk struct {
	store Store
	keys  *respondent.Keys
	now   func() time.Time

	mu         sync.Mutex
	surveyKeys map[string]surveyKey // few: one per questionnaire
	looks      singleflight.Group   // at the store, by survey
}

// NewDesk over a store. now is time.Now outside tests.
func NewDesk(store Store, keys *respondent.Keys, now func() time.Time) *Desk {
	return &Desk{store: store, keys: keys, now: now, surveyKeys: map[string]surveyKey{}}
}

// Open says whether a questionnaire can take answers: ErrClosed once it was
// closed for good, nil while it is open.
func (d *Desk) Open(ctx context.Context, q *content.Questionnaire) error {
	_, err := d.key(ctx, q.ID)
	return err
}

// Phase of a questionnaire on a day.
type Phase int

// NotYet, Running and Over.
const (
	NotYet Phase = iota
	Running
	Over
)

// Phase of a questionnaire now, by its dates in China.
func (d *Desk) Phase(q *content.Questionnaire) Phase {
	now := d.now()
	switch {
	case !q.Opens.IsZero() && now.In(China).Format(time.DateOnly) < q.Opens.String():
		return NotYet
	case !q.Closes.IsZero() && DayOver(q.Closes, now):
		return Over
	}
	return Running
}

// Submission is one posted form whose answers were parsed.
type Submission struct {
	Questionnaire *content.Questionnaire
	Ticket        Ticket
	Place         string // township, unit or village
	Page          Page
	Answers       []Answer
	Tier          string
	Device        string    // signed device id; for content.TierDevice
	Personal      *Personal // for content.TierWechat
}

// ErrTier says that the questionnaire does not count answers of that tier.
var ErrTier = errors.New("tier is not accepted by the questionnaire")

// Receipt tells a person that their answer counts.
type Receipt struct {
	Outcome    Outcome
	Respondent respondent.Pseudonym // who it is that answered
	FirstID    SubmissionID
	Code       string // short, to read aloud
	At         time.Time
}

// Submit stores a response once per person.
func (d *Desk) Submit(ctx context.Context, s Submission) (Receipt, error) {
	q := s.Questionnaire
	if !q.Accepts(s.Tier) {
		return Receipt{}, ErrTier
	}
	if s.Ticket.Preview {
		return Receipt{}, errors.New("a preview never counts")
	}
	key, err := d.key(ctx, q.ID)
	if err != nil {
		return Receipt{}, err
	}
	now := d.now()
	r := &Response{
		Survey: q.ID, Version: q.Version, Fingerprint: q.Fingerprint, ID: s.Page.ID, Tier: s.Tier,
		Place: s.Place, Point: s.Ticket.Point, Answers: s.Answers, At: now.Truncate(time.Second),
	}
	switch s.Tier {
	case content.TierWechat:
		r.Respondent = s.Personal.Respondent
	case content.TierDevice:
		r.Respondent = d.keys.Pseudonym(key, s.Tier, s.Device)
	case content.TierAssisted: // each form is another person; its retry is the same one
		r.Respondent = d.keys.Pseudonym(key, s.Tier, string(s.Page.ID[:]))
	}
	if now.Sub(s.Page.Opened) < time.Duration(len(q.Questions))*fastPerQuestion {
		r.Marks = append(r.Marks, MarkFast)
	}
	r.Cells = Cells(q, r.Tier, r.Marks, r.Answers)
	result, err := d.store.Submit(ctx, r)
	if err != nil {
		if errors.Is(err, ErrClosed) { // meanwhile, by the office
			d.forgetKey(q.ID)
		}
		return Receipt{}, fmt.Errorf("submit to %s: %w", q.ID, err)
	}
	return d.Receipt(q, r.Respondent, result), nil
}

// fastPerQuestion: nobody reads and answers a question in less.
const fastPerQuestion = time.Second

// Receipt of a response that counts.
func (d *Desk) Receipt(q *content.Questionnaire, who respondent.Pseudonym, r Result) Receipt {
	sum := d.keys.MAC("receipt", []byte(q.ID), r.FirstID[:])
	code := base32.StdEncoding.EncodeToString(sum[:5])
	return Receipt{Outcome: r.Outcome, Respondent: who, FirstID: r.FirstID, Code: code[:4] + "-" + code[4:], At: r.At}
}

// Accept refuses a library that changes the meaning of answers already given.
func (d *Desk) Accept(ctx context.Context, lib *content.Library) error {
	var problems content.Problems
	for id, q := range lib.Questionnaires {
		state, err := d.store.State(ctx, id)
		if err != nil {
			return fmt.Errorf("cannot compare questionnaires with the store: %w", err)
		}
		d.keep(id, state)
		if state.Fingerprint != "" && state.Fingerprint != q.Fingerprint {
			problems = append(problems, content.Problem{File: "surveys/" + id + ".yaml", Line: 1, Column: 1,
				Message: "这份问卷已有人作答，题目编号、选项编号和指标公式不能再改（文字可以改）；要改请另建一份问卷"})
		}
	}
	if len(problems) > 0 {
		slices.SortFunc(problems, func(a, b content.Problem) int { return strings.Compare(a.File, b.File) })
		return problems
	}
	return nil
}
