package survey

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
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

// PersonalLinkLife is how long the bot's personal link holds.
const PersonalLinkLife = 24 * time.Hour

// Desk takes in responses: who may answer, once, and what they get for it.
type Desk struct {
	store Store
	keys  *respondent.Keys
	now   func() time.Time

	mu         sync.Mutex
	surveyKeys map[string]surveyKey // few: one per questionnaire
	looks      singleflight.Group   // at the store, by survey
}

// surveyKey is a survey's random key as the store had it.
type surveyKey struct {
	key   []byte
	until time.Time // then the store is asked again whether the survey is still open
}

// keyLife bounds how long a survey that was closed for good beside this process
// still looks open to it.
const keyLife = 5 * time.Second

// lookTimeout bounds one look at the store, which nobody may be waiting for any more.
const lookTimeout = 2 * time.Second

// NewDesk over a store. now is time.Now outside tests.
func NewDesk(store Store, keys *respondent.Keys, now func() time.Time) *Desk {
	return &Desk{store: store, keys: keys, now: now, surveyKeys: map[string]surveyKey{}}
}

// key of a survey. It never changes while the survey is open, so that the last
// one known serves while the store is away.
func (d *Desk) key(ctx context.Context, survey string) ([]byte, error) {
	d.mu.Lock()
	known := d.surveyKeys[survey]
	d.mu.Unlock()
	if d.now().Before(known.until) {
		return known.key, nil
	}
	// All who ask meanwhile wait for one look, which goes on when they cannot wait:
	// a page's patience is shorter than what a busy store may need.
	look := d.looks.DoChan(survey, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
		defer cancel()
		return d.look(ctx, survey, known.key)
	})
	select {
	case found := <-look:
		if found.Err != nil {
			return nil, found.Err
		}
		return found.Val.([]byte), nil
	case <-ctx.Done():
		if known.key != nil {
			return known.key, nil
		}
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	}
}

// look asks the store for the key of a survey, and keeps it. known is the last one,
// or nil.
func (d *Desk) look(ctx context.Context, survey string, known []byte) ([]byte, error) {
	state, err := d.store.State(ctx, survey)
	switch {
	case err != nil && known != nil:
		state.Key = known // asked again after another while
	case err != nil:
		return nil, err
	case state.Closed:
		d.forgetKey(survey)
		return nil, ErrClosed
	}
	d.mu.Lock()
	d.surveyKeys[survey] = surveyKey{state.Key, d.now().Add(keyLife)}
	d.mu.Unlock()
	return state.Key, nil
}

// forgetKey drops the key of a survey that was closed for good.
func (d *Desk) forgetKey(survey string) {
	d.mu.Lock()
	delete(d.surveyKeys, survey)
	d.mu.Unlock()
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

// Page is the identity of one opened form: a submission id, signed with the
// time it was minted and for the browser that opened it, so that a form can
// neither be invented nor given to another person or questionnaire.
type Page struct {
	ID     SubmissionID
	Opened time.Time
}

// MintPage makes the hidden field of a form for a browser.
func (d *Desk) MintPage(q *content.Questionnaire, device string) string {
	var raw [16 + 4 + 4 + 8]byte
	rand.Read(raw[:16]) // never fails since Go 1.24
	binary.BigEndian.PutUint32(raw[16:], uint32(d.now().Unix()))
	tag := content.QuestionnaireTag(q.ID)
	copy(raw[20:], tag[:])
	holder := d.keys.MAC("page holder", []byte(device))
	copy(raw[24:], holder[:8])
	return d.keys.Sign("page", raw[:])
}

// ReadPage reads the hidden field of a form. There is no expiry: a page left
// open over lunch must still count.
func (d *Desk) ReadPage(q *content.Questionnaire, device, token string) (Page, bool) {
	raw, ok := d.keys.Verify("page", token)
	holder := d.keys.MAC("page holder", []byte(device))
	if !ok || len(raw) != 32 || [4]byte(raw[20:24]) != content.QuestionnaireTag(q.ID) || [8]byte(raw[24:]) != [8]byte(holder[:8]) {
		return Page{}, false
	}
	return Page{SubmissionID(raw[:16]), time.Unix(int64(binary.BigEndian.Uint32(raw[16:])), 0)}, true
}

// Personal is what a personal link proves: the pseudonym of a WeChat follower
// in one survey, until a time.
type Personal struct {
	Respondent respondent.Pseudonym
	Until      time.Time
	Claim      [16]byte // names this link, for Store.Claim
}

// Follower is the pseudonym in one survey of who has that openid, however it
// became known.
func (d *Desk) Follower(ctx context.Context, q *content.Questionnaire, openid string) (respondent.Pseudonym, error) {
	key, err := d.key(ctx, q.ID)
	if err != nil {
		return respondent.Pseudonym{}, err
	}
	return d.keys.Pseudonym(key, content.TierWechat, openid), nil
}

// PersonalToken for the follower with that openid. The same arguments give the
// same token; the openid is not in it.
func (d *Desk) PersonalToken(ctx context.Context, q *content.Questionnaire, openid string, at time.Time) (string, error) {
	who, err := d.Follower(ctx, q, openid)
	if err != nil {
		return "", err
	}
	tag := content.QuestionnaireTag(q.ID)
	raw := append(tag[:], who[:]...)
	raw = binary.BigEndian.AppendUint32(raw, uint32(at.Add(PersonalLinkLife).Unix()))
	return d.keys.Seal("personal", raw), nil
}

// ReadPersonal reads the token of a personal link to that questionnaire.
func (d *Desk) ReadPersonal(q *content.Questionnaire, token string) (Personal, bool) {
	raw, ok := d.keys.Open("personal", token)
	if !ok || len(raw) != 24 || [4]byte(raw[:4]) != content.QuestionnaireTag(q.ID) {
		return Personal{}, false
	}
	p := Personal{Respondent: respondent.Pseudonym(raw[4:20]), Until: time.Unix(int64(binary.BigEndian.Uint32(raw[20:])), 0)}
	sum := d.keys.MAC("personal claim", raw)
	p.Claim = [16]byte(sum[:16])
	return p, d.now().Before(p.Until)
}

// ClaimPersonal binds a personal link to the first browser that opens it, and
// says whether this device is that one.
func (d *Desk) ClaimPersonal(ctx context.Context, p Personal, device string) (bool, error) {
	sum := d.keys.MAC("personal owner", []byte(device))
	owner := [16]byte(sum[:16])
	first, err := d.store.Claim(ctx, p.Claim, owner, p.Until)
	return first == owner, err
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
	Outcome Outcome
	FirstID SubmissionID
	Code    string // short, to read aloud
	At      time.Time
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
	return d.Receipt(q, result.Outcome, result.FirstID, result.At), nil
}

// fastPerQuestion: nobody reads and answers a question in less.
const fastPerQuestion = time.Second

// Receipt of a response that counts.
func (d *Desk) Receipt(q *content.Questionnaire, o Outcome, first SubmissionID, at time.Time) Receipt {
	sum := d.keys.MAC("receipt", []byte(q.ID), first[:])
	code := base32.StdEncoding.EncodeToString(sum[:5])
	return Receipt{Outcome: o, FirstID: first, Code: code[:4] + "-" + code[4:], At: at}
}

// Accept refuses a library that changes the meaning of answers already given.
func (d *Desk) Accept(ctx context.Context, lib *content.Library) error {
	var problems content.Problems
	for id, q := range lib.Questionnaires {
		state, err := d.store.State(ctx, id)
		if err != nil {
			return fmt.Errorf("cannot compare questionnaires with the store: %w", err)
		}
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
