package survey

import (
	"slices"

	"jindu/content"
)

// indicator computes one rate from the counts, by the formula that the
// questionnaire names (see content.FormulaSatisfied and content.FormulaAware).
func (n *node) indicator(q *content.Questionnaire, in *content.Indicator) IndicatorReport {
	var yes, all int64
	var r IndicatorReport
	switch in.Formula {
	case content.FormulaSatisfied:
		for _, o := range q.Question(in.Question).Options {
			count := n.counts[cellQuestion+in.Question+"/"+o.ID]
			if !o.DontKnow {
				all += count
			}
			if slices.Contains(in.Satisfied, o.ID) {
				yes += count
			}
		}
	case content.FormulaAware:
		yes, all = n.counts[cellAware+in.ID], n.counts[CellResponses]
		if all > 0 {
			mean := float64(n.counts[cellRight+in.ID]) / float64(all*int64(len(in.Right)))
			r.MeanRight = &mean
		}
	}
	r.N = &all
	if all > 0 {
		rate := float64(yes) / float64(all)
		low, high := Wilson(yes, all)
		r.Rate, r.Low, r.High = &rate, &low, &high
	}
	return r
}

func (n *node) dontKnow(q *content.Questionnaire, in *content.Indicator) (sum int64) {
	for _, o := range q.Question(in.Question).Options {
		if o.DontKnow {
			sum += n.counts[cellQuestion+in.Question+"/"+o.ID]
		}
	}
	return sum
}
