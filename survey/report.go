package survey

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"jindu/content"
)

// Report is the tally API's JSON, and what the office page shows.
type Report struct {
	Survey      string            `json:"survey"`
	Title       string            `json:"title"`
	By          Level             `json:"by"`
	GeneratedAt time.Time         `json:"generated_at"`
	Note        string            `json:"note"`
	Formulas    map[string]string `json:"formulas"` // indicator → "name vN"
	Places      []PlaceReport     `json:"places"`
	Total       PlaceReport       `json:"total"`

	of func(code string) (PlaceReport, bool) // any place's figures, at whatever level
}

// ReportNote stands on every report: the answers are from those who chose to take part.
const ReportNote = "仅反映参与者，非随机抽样"

// PlaceReport is one place's figures. A suppressed one has its count alone.
type PlaceReport struct {
	Code       string                      `json:"code"`
	Name       string                      `json:"name"`
	Unit       bool                        `json:"unit,omitempty"`
	Township   string                      `json:"township,omitempty"` // name, below township level
	Point      string                      `json:"point,omitempty"`
	Responses  int64                       `json:"responses"`
	Target     *int                        `json:"target"`
	Tiers      map[string]int64            `json:"tiers"`
	Indicators map[string]IndicatorReport  `json:"indicators"`
	DontKnow   map[string]int64            `json:"dont_know"`
	Marks      map[string]int64            `json:"marks,omitempty"`
	Small      bool                        `json:"small_sample"`
	Suppressed bool                        `json:"suppressed"`
	Questions  map[string]map[string]int64 `json:"questions"`
}

// IndicatorReport is a rate in [0, 1] with its 95 % Wilson interval. All are null
// where nobody answered; N too where the place is suppressed.
type IndicatorReport struct {
	N         *int64   `json:"n"`
	Rate      *float64 `json:"rate"`
	Low       *float64 `json:"low"`
	High      *float64 `json:"high"`
	MeanRight *float64 `json:"mean_right,omitempty"` // awareness: mean share of right answers
}

// Sample sizes below which a place is not broken down, and is flagged.
const (
	LeastBreakdown = 10
	smallSample    = 30
)

// NewReport computes the figures of a questionnaire from tally rows at ByVillage,
// or at ByPoint for a report by point.
func NewReport(lib *content.Library, q *content.Questionnaire, by Level, rows []Row, now time.Time) Report {
	r := Report{
		Survey: q.ID, Title: q.Title, By: by, GeneratedAt: now.In(China).Truncate(time.Second), Note: ReportNote,
		Formulas: map[string]string{}, Places: []PlaceReport{},
	}
	for _, in := range q.Indicators {
		r.Formulas[in.ID] = fmt.Sprintf("%s v%d", in.Formula, in.FormulaVersion)
	}
	tree := newTree(lib, q, rows)
	tree.protect()
	for _, township := range tree.children {
		switch by {
		case ByTownship:
			r.Places = append(r.Places, township.report(q))
		case ByVillage:
			for _, village := range township.children {
				r.Places = append(r.Places, village.report(q))
			}
		case ByPoint:
			for _, village := range township.children {
				for _, point := range village.children {
					r.Places = append(r.Places, point.report(q))
				}
			}
		}
	}
	r.Total = tree.report(q)
	r.of = func(code string) (PlaceReport, bool) {
		if n := tree.find(code); n != nil {
			return n.report(q), true
		}
		return PlaceReport{}, false
	}
	return r
}

// Only keeps the places within the given township or village, for an account
// that may see no more; the total becomes that place's. A county's code, or "",
// keeps everything.
func (r Report) Only(code string) Report {
	if len(code) < 9 {
		return r
	}
	r.Places = slices.DeleteFunc(slices.Clone(r.Places), func(p PlaceReport) bool { return !strings.HasPrefix(p.Code, code) })
	total, ok := r.of(code)
	if !ok { // the content no longer has it, and nobody answered there
		total = PlaceReport{Code: code, Name: code}.blank()
	}
	r.Total = total
	if len(r.Places) == 0 && r.By == ByTownship { // a village stands for itself
		r.Places = []PlaceReport{total}
	}
	return r
}

func (n *node) report(q *content.Questionnaire) PlaceReport {
	p := PlaceReport{
		Code: n.code, Name: n.name, Unit: n.unit, Township: n.township, Point: n.point,
		Responses: n.counts[CellResponses], Suppressed: n.hidden,
	}
	p.Small = p.Responses > 0 && p.Responses < smallSample
	if t, ok := q.Targets[n.code]; ok && n.point == "" && !n.rest {
		p.Target = &t
	} else if n.level == content.County {
		p.Target = sumTargets(q)
	}
	if n.hidden {
		for _, in := range q.Indicators {
			if p.Indicators == nil {
				p.Indicators = map[string]IndicatorReport{}
			}
			p.Indicators[in.ID] = IndicatorReport{}
		}
		return p.blank()
	}
	p = p.blank()
	for cell, count := range n.counts {
		kind, rest, _ := strings.Cut(cell, "/")
		switch kind + "/" {
		case cellTier:
			p.Tiers[rest] = count
		case cellMark:
			if p.Marks == nil {
				p.Marks = map[string]int64{}
			}
			p.Marks[rest] = count
		case cellQuestion:
			question, option, _ := strings.Cut(rest, "/")
			if p.Questions[question] == nil {
				p.Questions[question] = map[string]int64{}
			}
			p.Questions[question][option] = count
		}
	}
	for _, in := range q.Indicators {
		p.Indicators[in.ID] = n.indicator(q, in)
		if in.Formula == content.FormulaSatisfied {
			p.DontKnow[in.ID] = n.dontKnow(q, in)
		}
	}
	return p
}

// blank fills the maps that JSON readers expect to be there.
func (p PlaceReport) blank() PlaceReport {
	if p.Tiers == nil {
		p.Tiers = map[string]int64{}
	}
	if p.Indicators == nil {
		p.Indicators = map[string]IndicatorReport{}
	}
	p.DontKnow, p.Questions = map[string]int64{}, map[string]map[string]int64{}
	return p
}

// sumTargets is the county's target: its own, or the sum where every township
// has one. A sum of some would be measured against the responses of all.
func sumTargets(q *content.Questionnaire) *int {
	if t, ok := q.Targets[q.Place.Code]; ok {
		return &t
	}
	sum := 0
	for _, p := range q.Place.Children {
		t, ok := q.Targets[p.Code]
		if !ok && !p.Unit {
			return nil
		}
		sum += t
	}
	return &sum
}

// RowsFor is the level of the tally rows that a report needs.
func RowsFor(by Level) Level {
	if by == ByPoint {
		return ByPoint
	}
	return ByVillage
}
