package sqlitestore

import (
	"bytes"
	"context"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"jindu/internal/respondent"
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
	mask        mask
	first       []byte // id and time, masked
	at          int64
	log         []any // the columns of its log entry but survey and seq
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
		mask:        newMask(r.Survey, r.Respondent),
		at:          r.At.Unix(),
	}
	sub.first = sub.mask.hide(r.ID, sub.at)
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
		sub.survey, sub.mask.who(), sub.first)
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
	sub.result = survey.Result{Outcome: survey.Accepted, FirstID: sub.id, At: time.Unix(sub.at, 0)}
	return nil
}

// find looks the respondent up, and makes the result when there is a first response.
func (sub *submission) find(b *batch) (bool, error) {
	rows, err := b.stmt("SELECT first FROM dedup WHERE survey = ? AND who = ?")
	if err != nil {
		return false, err
	}
	var first []byte
	err = rows.QueryRow(sub.survey, sub.mask.who()).Scan(&first)
	if isNoRows(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	id, at, err := sub.mask.reveal(first)
	if err != nil {
		return false, err
	}
	sub.result = survey.Result{Outcome: survey.Duplicate, FirstID: id, At: time.Unix(at, 0)}
	if bytes.Equal(id[:], sub.id[:]) {
		sub.result.Outcome = survey.Replayed
	}
	return true, nil
}

// mask is a hash of a pseudonym. Its first part names the row of dedup, the rest
// hides what the row holds. It hides one row only, so plain XOR is enough.
type mask [sha512.Size]byte

const (
	whoSize   = 16
	firstSize = len(survey.SubmissionID{}) + 8
)

func newMask(id string, who respondent.Pseudonym) (m mask) {
	h := sha512.New()
	fmt.Fprintf(h, "jindu dedup %d %s", len(id), id)
	h.Write(who[:])
	h.Sum(m[:0])
	return m
}

func (m *mask) who() []byte { return m[:whoSize] }

func (m *mask) hide(id survey.SubmissionID, at int64) []byte {
	first := binary.BigEndian.AppendUint64(id[:len(id):len(id)], uint64(at))
	subtle.XORBytes(first, first, m[whoSize:])
	return first
}

func (m *mask) reveal(first []byte) (id survey.SubmissionID, at int64, err error) {
	if len(first) != firstSize {
		return id, 0, fmt.Errorf("dedup row of %d bytes", len(first))
	}
	plain := make([]byte, firstSize)
	subtle.XORBytes(plain, first, m[whoSize:])
	n := copy(id[:], plain)
	return id, int64(binary.BigEndian.Uint64(plain[n:])), nil
}
