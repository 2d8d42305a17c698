package office

import (
	"fmt"
	"math"

	"jindu/content"
	"jindu/survey"
)

// row is one place on the page. live.js fills rows from the tally's JSON by the
// same rules; TestScriptAgrees holds the two together.
type row struct {
	Key        string // place code and point
	Name       string
	Within     string // township, below township level
	Unit       bool
	Class      string // "empty bare", "bare" where there is only a count, or ""
	Responses  int64
	Target     string
	Indicators []cell
	DontKnow   string
	Tiers      []count
	Fast       string
	Flag       string // small sample, or why there is no breakdown
}

// cell is one rate: "97.5%", and the bar it draws, in percent.
type cell struct {
	ID, Name  string
	Rate      string // "–" where nobody answered, or it is not shown
	Detail    string // interval and n
	Shown     bool
	Bar       float64
	Low, Span float64
}

type count struct {
	ID, Name, N string
}

// none stands where there is no figure.
const none = "–"

func newRow(q *content.Questionnaire, p survey.PlaceReport) row {
	r := row{
		Key: p.Code + "|" + p.Point, Name: p.Name, Within: p.Township, Unit: p.Unit,
		Responses: p.Responses, DontKnow: none, Fast: none,
	}
	if p.Point != "" {
		r.Name, r.Within = p.Point, p.Township+"　"+p.Name
	}
	if p.Target != nil && *p.Target > 0 {
		r.Target = fmt.Sprintf("目标 %d，%s", *p.Target, percent(float64(p.Responses)/float64(*p.Target)))
	}
	for _, in := range q.Indicators {
		r.Indicators = append(r.Indicators, newCell(in, p.Indicators[in.ID]))
	}
	shown := p.Responses > 0 && !p.Suppressed
	switch {
	case p.Responses == 0:
		r.Class = "empty bare"
	case p.Suppressed:
		r.Class = "bare"
	}
	if shown {
		var dontKnow int64
		for _, n := range p.DontKnow {
			dontKnow += n
		}
		r.DontKnow, r.Fast = fmt.Sprint(dontKnow), fmt.Sprint(p.Marks[survey.MarkFast])
	}
	for _, t := range survey.TierNames {
		n := none
		if shown {
			n = fmt.Sprint(p.Tiers[t.ID])
		}
		r.Tiers = append(r.Tiers, count{t.ID, t.Name, n})
	}
	r.Flag = p.Flag()
	return r
}

func newCell(in *content.Indicator, r survey.IndicatorReport) cell {
	c := cell{ID: in.ID, Name: in.Name, Rate: none}
	if r.Rate == nil {
		return c
	}
	c.Shown, c.Rate = true, percent(*r.Rate)
	c.Detail = fmt.Sprintf("%s～%s，n=%d", percent(*r.Low), percent(*r.High), *r.N)
	if r.MeanRight != nil {
		c.Detail += "\n平均答对 " + percent(*r.MeanRight)
	}
	c.Bar, c.Low, c.Span = tenths(*r.Rate), tenths(*r.Low), tenths(*r.High-*r.Low)
	return c
}

// tenths rounds a share to tenths of a percent, as live.js does.
func tenths(share float64) float64 { return math.Floor(share*1000+0.5) / 10 }

func percent(share float64) string { return fmt.Sprintf("%.1f%%", tenths(share)) }

// breakdown is how one question was answered, over all.
type breakdown struct {
	ID, Text string
	Options  []option
}

type option struct {
	Key, Text, N string
	Right        bool
}

// newBreakdowns lists every choice question; counts are those of the total.
func newBreakdowns(q *content.Questionnaire, total survey.PlaceReport) []breakdown {
	var all []breakdown
	for _, x := range q.Questions {
		if len(x.Options) == 0 {
			continue
		}
		b := breakdown{ID: x.ID, Text: x.Text}
		for _, o := range x.Options {
			n := none
			if !total.Suppressed {
				n = fmt.Sprint(total.Questions[x.ID][o.ID])
			}
			b.Options = append(b.Options, option{x.ID + "/" + o.ID, o.Text, n, isRight(q, x.ID, o.ID)})
		}
		all = append(all, b)
	}
	return all
}

func isRight(q *content.Questionnaire, question, option string) bool {
	for _, in := range q.Indicators {
		for _, o := range in.Right[question] {
			if o == option {
				return true
			}
		}
	}
	return false
}

// status is what the page says beside the figures, and its stream's status event.
type status struct {
	Version  string   `json:"version"`
	Problems []string `json:"problems"` // of a content edit that was refused
	Trouble  bool     `json:"trouble"`  // the figures cannot be read now
}

func newStatus(s content.Status, trouble bool) status {
	return status{s.Version, append([]string{}, s.Problems...), trouble}
}
