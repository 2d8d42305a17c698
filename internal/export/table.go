package export

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"jindu/content"
	"jindu/survey"
)

// share is a cell that holds a rate in [0, 1].
type share float64

// table is where rows of cells go: strings, whole numbers, shares, or nil.
type table func(row []any) error

// guard keeps spreadsheets from taking a text for a formula, which could fetch
// from or send to the network. Some take the full-width signs as well.
func guard(s string) string {
	rest := strings.TrimLeftFunc(s, unicode.IsSpace)
	if rest != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(rest)[0]) || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") || strings.HasPrefix(s, "\n") {
		return "'" + s
	}
	return s
}

// responseTable puts one row for each response. Of a choice the wording and the
// ids stand side by side.
func (e *Export) responseTable(ctx context.Context, begin func(header []any) (table, error)) error {
	header := []any{"时间", "镇街代码", "镇街", "村居代码", "村居", "收集点", "身份", "标记", "问卷版本"}
	for _, x := range e.q.Questions {
		header = append(header, x.ID+" "+x.Text)
		if x.Type != content.Text {
			header = append(header, x.ID+" 编号")
		}
	}
	put, err := begin(header)
	if err != nil {
		return err
	}
	row := make([]any, 0, len(header))
	return e.responses(ctx, func(r response) error {
		row = append(row[:0], r.time(), r.township.Code, r.township.Name, r.village.Code, r.village.Name, r.point, r.tier(), r.marks(), int64(r.Version))
		for _, x := range e.q.Questions {
			a := r.answers[x.ID]
			if x.Type == content.Text {
				row = append(row, a.Text)
				continue
			}
			row = append(row, strings.Join(labels(x, a.Options), "；"), strings.Join(a.Options, ";"))
		}
		return put(row)
	})
}

// tallyTable puts one row for each place of a report and one for the total.
func (e *Export) tallyTable(r survey.Report, begin func(header []any) (table, error)) error {
	put, err := begin(e.tallyHeader())
	if err != nil {
		return err
	}
	total := r.Total
	total.Name = "合计"
	for _, p := range append(slices.Clone(r.Places), total) {
		if err := put(e.tallyRow(p)); err != nil {
			return err
		}
	}
	return nil
}

func (e *Export) tallyHeader() []any {
	header := []any{"代码", "名称", "所属镇街", "份数", "目标"}
	for _, t := range survey.TierNames {
		header = append(header, t.Name)
	}
	for _, in := range e.q.Indicators {
		header = append(header, in.Name, in.Name+" 区间下限", in.Name+" 区间上限", in.Name+" n")
		if in.Formula == content.FormulaAware {
			header = append(header, in.Name+" 平均答对")
		} else {
			header = append(header, in.Name+" 不了解")
		}
	}
	header = append(header, "作答过快", "说明")
	for _, x := range e.q.Questions {
		for _, o := range x.Options {
			header = append(header, fmt.Sprintf("%s/%s %s", x.ID, o.ID, o.Text))
		}
	}
	return header
}

func (e *Export) tallyRow(p survey.PlaceReport) []any {
	row := []any{p.Code, p.Name, p.Township, p.Responses, nil}
	if p.Target != nil {
		row[4] = int64(*p.Target)
	}
	shown := p.Responses > 0 && !p.Suppressed
	count := func(n int64) {
		if shown {
			row = append(row, n)
		} else {
			row = append(row, nil)
		}
	}
	rate := func(f *float64) {
		if f != nil {
			row = append(row, share(*f))
		} else {
			row = append(row, nil)
		}
	}
	for _, t := range survey.TierNames {
		count(p.Tiers[t.ID])
	}
	for _, in := range e.q.Indicators {
		r := p.Indicators[in.ID]
		rate(r.Rate)
		rate(r.Low)
		rate(r.High)
		if r.N != nil {
			count(*r.N)
		} else {
			row = append(row, nil)
		}
		if in.Formula == content.FormulaAware {
			rate(r.MeanRight)
		} else {
			count(p.DontKnow[in.ID])
		}
	}
	count(p.Marks[survey.MarkFast])
	row = append(row, p.Flag())
	for _, x := range e.q.Questions {
		for _, o := range x.Options {
			count(p.Questions[x.ID][o.ID])
		}
	}
	return row
}
