package backup

import (
	"context"
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

// Missing compares what a store has of the survey with what was put into it.
func (s SurveySummary) Missing(ctx context.Context, store survey.Store) ([]string, error) {
	state, err := store.State(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	there := SurveySummary{ID: s.ID, Fingerprint: state.Fingerprint, Closed: state.Closed}
	if there.Respondents, err = store.Respondents(ctx, s.ID); err != nil {
		return nil, err
	}
	err = store.Log(ctx, s.ID, "", func(survey.LogEntry) error { there.Entries++; return nil })
	if err != nil {
		return nil, err
	}
	tally, err := store.Tally(ctx, s.ID, survey.Filter{Level: survey.ByTownship})
	if err != nil {
		return nil, err
	}
	for _, row := range tally.Rows {
		there.Counted += row.Counts[survey.CellResponses]
	}
	if there != s {
		return []string{fmt.Sprintf("archive %+v, store %+v", s, there)}, nil
	}
	return nil, nil
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
		s.Surveys = append(s.Surveys, SurveySummary{ID: r.Survey.ID, Fingerprint: r.Survey.Fingerprint, Closed: r.Survey.Closed != 0})
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
