package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"jindu/survey"
)

// Summary says what an archive holds.
type Summary struct {
	Surveys  []SurveySummary
	Accounts int64
	Records  int64
}

// SurveySummary counts what is kept of one survey.
type SurveySummary struct {
	ID          string
	Fingerprint string
	Closed      bool
	Mark        string // of its key: another, when the survey was begun anew; "" once closed
	Counts
}

// Counts of what is kept of one survey.
type Counts struct {
	Respondents int64
	Entries     int64
	Counted     int64 // responses in the tally
}

// Differences between the three, which a sound store has as many of.
func (s SurveySummary) Differences() []string {
	var all []string
	if s.Entries != s.Counted {
		all = append(all, fmt.Sprintf("log %d, tally %d", s.Entries, s.Counted))
	}
	if !s.Closed && s.Respondents != s.Entries {
		all = append(all, fmt.Sprintf("log %d, dedup %d", s.Entries, s.Respondents))
	}
	return all
}

// ErrShort says that a store does not hold what was put into it.
var ErrShort = errors.New("the store does not hold what was put into it")

// expect that a store holds what was put into it of the survey.
func (s SurveySummary) expect(ctx context.Context, to Target) error {
	there, err := to.Count(ctx, s.ID)
	if err == nil && there != s.Counts {
		err = fmt.Errorf("%w: %s: put %+v, there %+v", ErrShort, s.ID, s.Counts, there)
	}
	return err
}

var errOrphan = errors.New("respondent, entry or count before any survey")

// add a record to the summary.
func (s *Summary) add(r Record) error {
	s.Records++
	var of *SurveySummary
	if n := len(s.Surveys); n > 0 {
		of = &s.Surveys[n-1]
	} else if r.Respondent != nil || r.Entry != nil || r.Count != nil {
		return errOrphan
	}
	switch {
	case r.Survey != nil:
		began := SurveySummary{ID: r.Survey.ID, Fingerprint: r.Survey.Fingerprint, Closed: r.Survey.Closed != 0}
		if r.Survey.Key != nil {
			sum := sha256.Sum256(r.Survey.Key)
			began.Mark = hex.EncodeToString(sum[:8])
		}
		s.Surveys = append(s.Surveys, began)
	case r.Respondent != nil:
		of.Respondents++
	case r.Entry != nil:
		of.Entries++
	case r.Count != nil && r.Count.Cell == survey.CellResponses:
		of.Counted += r.Count.N
	case r.Account != nil:
		s.Accounts++
	}
	return nil
}
