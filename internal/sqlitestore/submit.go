package sqlitestore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"jindu/internal/dedup"
	"jindu/survey"
)

// submission is a response made ready by its caller's goroutine, so that the
// writer has little to do but SQL.
type submission struct {
	survey      string
	fingerprint string
	id          survey.SubmissionID
	place       string
	point       string
	cells       []survey.Cell
	mask        dedup.Mask
	first       []byte    // id and time, masked
	at          time.Time // to the second
	log         []any     // the columns of its log entry but survey and seq
	result      survey.Result
}

// Submit adds a response. A respondent who has answered is told so even when the
// survey is frozen under another fingerprint.
func (s *Store) Submit(ctx context.Context, r *survey.Response) (survey.Result, error) {
	sub, err := newSubmission(r)
	if err != nil {
		return survey.Result{}, err
	}
	if err := s.writer.do(ctx, sub.apply); err != nil {
		return survey.Result{}, err
	}
	return sub.result, nil
}

func newSubmission(r *survey.Response) (*submission, error) {
	answers, err := json.Marshal(r.Answers)
	if err != nil {
		return nil, fmt.Errorf("answers: %w", err)
	}
	marks := ""
	if len(r.Marks) > 0 {
		text, err := json.Marshal(r.Marks)
		if err != nil {
			return nil, fmt.Errorf("marks: %w", err)
		}
		marks = string(text)
	}
	sub := &submission{
		survey:      r.Survey,
		fingerprint: r.Fingerprint,
		id:          r.ID,
		place:       r.Place,
		point:       r.Point,
		cells:       slices.Clone(r.Cells), // the caller may leave before the writer reads them
		mask:        dedup.NewMask(r.Survey, r.Respondent),
		at:          time.Unix(r.At.Unix(), 0),
	}
	sub.first = sub.mask.Hide(r.ID, sub.at)
	sub.log = []any{r.Version, r.Tier, r.Place, r.Point, marks, string(answers), minute(r.At)}
	return sub, nil
}

// minute is the unix time of the minute that t is in.
func minute(t time.Time) int64 {
	sec := t.Unix()
	return sec - ((sec%60)+60)%60
}

func (sub *submission) apply(b *batch, it *item) error {
	row, err := b.survey(sub.survey)
	if err != nil {
		return err
	}
	if row.closed {
		it.err = fmt.Errorf("%w: %s", survey.ErrClosed, sub.survey)
		return nil
	}
	if row.fingerprint != "" && row.fingerprint != sub.fingerprint {
		found, err := sub.find(b)
		if err == nil && !found {
			it.err = fmt.Errorf("%w: %s", survey.ErrFrozen, sub.survey)
		}
		return err
	}
	n, err := b.changed("INSERT INTO dedup (survey, who, first) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		sub.survey, sub.mask.Who(), sub.first)
	if err != nil {
		return err
	}
	if n == 0 {
		_, err := sub.find(b)
		return err
	}
	if row.fingerprint != sub.fingerprint {
		if err := b.exec("UPDATE surveys SET fingerprint = ? WHERE id = ?", sub.fingerprint, sub.survey); err != nil {
			return err
		}
		row.fingerprint = sub.fingerprint
	}
	row.seq++
	b.args = append(append(b.args[:0], sub.survey, row.seq), sub.log...)
	err = b.exec(`INSERT INTO log (survey, seq, version, tier, place, point, marks, answers, minute)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, b.args...)
	if err != nil {
		return err
	}
	b.add(sub.survey, sub.place, sub.point, sub.cells)
	sub.result = survey.Result{Outcome: survey.Accepted, FirstID: sub.id, At: sub.at}
	return nil
}

// find looks the respondent up, and makes the result when there is a first response.
func (sub *submission) find(b *batch) (bool, error) {
	rows, err := b.stmt("SELECT first FROM dedup WHERE survey = ? AND who = ?")
	if err != nil {
		return false, err
	}
	var first []byte
	err = rows.QueryRow(sub.survey, sub.mask.Who()).Scan(&first)
	if isNoRows(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	id, at, err := sub.mask.Reveal(first)
	if err != nil {
		return false, err
	}
	sub.result = survey.Result{Outcome: survey.Duplicate, FirstID: id, At: at}
	if bytes.Equal(id[:], sub.id[:]) {
		sub.result.Outcome = survey.Replayed
	}
	return true, nil
}
