package survey

import (
	"slices"

	"jindu/content"
)

// Names of tally cells. Options are counted as "q/QUESTION/OPTION".
const (
	CellResponses = "n"
	cellTier      = "tier/"
	cellMark      = "mark/"
	cellQuestion  = "q/"
	cellAware     = "aware/"   // + indicator: respondents with enough right answers
	cellRight     = "right/"   // + indicator: right answers of all respondents
	cellReached   = "reached/" // + question: respondents who answered it
)

// MarkFast marks a response that was given faster than a person can read.
const MarkFast = "fast"

// Cells is what one response adds to the tally of its place. Live counting and
// the recount from the log both use it, so that they cannot differ in meaning.
func Cells(q *content.Questionnaire, tier string, marks []string, answers []Answer) []Cell {
	cells := []Cell{{CellResponses, 1}, {cellTier + tier, 1}}
	for _, m := range marks {
		cells = append(cells, Cell{cellMark + m, 1})
	}
	chosen := map[string][]string{}
	for _, a := range answers {
		chosen[a.Question] = a.Options
		cells = append(cells, Cell{cellReached + a.Question, 1})
		for _, o := range a.Options {
			cells = append(cells, Cell{cellQuestion + a.Question + "/" + o, 1})
		}
	}
	for _, in := range q.Indicators {
		if in.Formula != content.FormulaAware {
			continue
		}
		right := int64(0)
		for question, options := range in.Right {
			if sameSet(chosen[question], options) {
				right++
			}
		}
		if right > 0 {
			cells = append(cells, Cell{cellRight + in.ID, right})
		}
		// Compared in whole numbers: 3 of 5 is 60 %, whatever 0.6*5 is in binary.
		if float64(right) >= in.Share*float64(len(in.Right))-1e-9 {
			cells = append(cells, Cell{cellAware + in.ID, 1})
		}
	}
	return cells
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}
