package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Lost is an error: an archive that was to be replaced holds what the store no longer
// has. As a rule the store was emptied, and somebody began anew.
type Lost struct {
	Surveys []LostSurvey
}

// LostSurvey is a survey as the older archive has it, and as the store does.
type LostSurvey struct {
	Why      Why
	Was, Now SurveySummary // Now is empty when it is Gone
}

// Why a survey counts as lost.
type Why int

// Gone, begun anew (its key is another, or it was closed for good and is open), or with
// fewer responses than before.
const (
	Gone Why = iota
	Anew
	Fewer
)

func (l *Lost) Error() string {
	var all []string
	for _, s := range l.Surveys {
		all = append(all, fmt.Sprintf("%s: %s; %d responses, now %d", s.Was.ID, s.Why, s.Was.Entries, s.Now.Entries))
	}
	return "the store lost what the older archive has: " + strings.Join(all, ", ")
}

func (w Why) String() string { return [...]string{"gone", "begun anew", "fewer responses"}[w] }

// keepBetter gives *Lost when the archive at path has what a new one has not. One that
// is damaged protects nothing.
func keepBetter(ctx context.Context, path string, now Summary) error {
	a, err := Open(ctx, path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrDamaged) {
		return nil
	}
	if err != nil {
		return err
	}
	defer a.Close()
	was, err := a.summary(ctx)
	if err != nil {
		return err
	}
	var lost []LostSurvey
	for _, s := range was.Surveys {
		i := slices.IndexFunc(now.Surveys, func(n SurveySummary) bool { return n.ID == s.ID })
		if i < 0 {
			lost = append(lost, LostSurvey{Why: Gone, Was: s})
			continue
		}
		switch n := now.Surveys[i]; {
		case !n.Closed && n.Mark != s.Mark:
			lost = append(lost, LostSurvey{Anew, s, n})
		case n.Entries < s.Entries, n.Counted < s.Counted, !n.Closed && n.Respondents < s.Respondents:
			lost = append(lost, LostSurvey{Fewer, s, n})
		}
	}
	if len(lost) > 0 {
		return &Lost{lost}
	}
	return nil
}
