// Package export writes the responses to a questionnaire, and its tallies, as
// tables for an office.
//
// Tallies hide what the office's pages hide (see survey.NewReport). The table of
// responses is for the office's own analysis: it has one row for each, without a
// name or number, the time to the minute. It names a village, or a collection
// point, only where that one's tally is shown: else a row would tell what the
// tally does not.
package export

import (
	"context"
	"strings"
	"time"

	"jindu/content"
	"jindu/survey"
)

// Store is what an export reads.
type Store interface {
	Tally(ctx context.Context, survey string, f survey.Filter) (survey.Tally, error)
	Log(ctx context.Context, survey string, after survey.Cursor, fn func(survey.LogEntry) error) error
}

// Export is a questionnaire with its figures at one moment. Responses that come
// later may be in its table of responses.
type Export struct {
	Townships survey.Report
	Villages  survey.Report

	q      *content.Questionnaire
	store  Store
	places places
	// Told, if set, hears of progress: responses written, and about how many there are.
	Told func(done, total int64)
}

// New reads the figures.
func New(ctx context.Context, lib *content.Library, q *content.Questionnaire, store Store, now time.Time) (*Export, error) {
	tally, err := store.Tally(ctx, q.ID, survey.Filter{Level: survey.ByPoint})
	if err != nil {
		return nil, err
	}
	report := func(by survey.Level) survey.Report { return survey.NewReport(lib, q, by, tally.Rows, now) }
	e := &Export{Townships: report(survey.ByTownship), Villages: report(survey.ByVillage), q: q, store: store}
	e.places = newPlaces(e.Townships, e.Villages, report(survey.ByPoint))
	return e, nil
}

// notes stand beside the tables.
func (e *Export) notes() []string {
	r := e.Townships
	return append([]string{
		r.Title + "（" + r.Survey + "）",
		"统计时间：" + r.GeneratedAt.Format("2006-01-02 15:04:05"),
		r.Note,
		"比率后面是 95% 置信区间（Wilson）和 n（参与计算的人数）；“代填”是工作人员代为填写的份数，已算在内。",
		"不足 10 份的村居只列份数；为免用减法推算，有的地方也不显示明细。10 至 29 份的样本少，仅供参考。",
		"“答卷”一份一行，只供本单位分析，请勿外传；时间只到分钟；统计里不显示明细的村居和收集点，答卷里也不写，只写镇街。",
		"以 = + - @ 开头的文字前面加了一个 '，以免被表格软件当成公式。",
	}, survey.Formulas(e.q)...)
}

// responses calls each for every response, until it fails. It gives none where
// even the total has no breakdown.
func (e *Export) responses(ctx context.Context, each func(response) error) error {
	if e.Townships.Total.Suppressed {
		return nil
	}
	total := e.Townships.Total.Responses
	var done int64
	err := e.store.Log(ctx, e.q.ID, "", func(entry survey.LogEntry) error {
		if done++; e.Told != nil && done%500 == 0 {
			e.Told(done, max(total, done+1))
		}
		return each(e.newResponse(entry))
	})
	if err == nil && e.Told != nil {
		e.Told(done, done)
	}
	return err
}

// response is one response as it may be shown.
type response struct {
	survey.LogEntry
	township, village survey.PlaceReport // without a code where it is not told
	point             string
	answers           map[string]survey.Answer
}

func (e *Export) newResponse(entry survey.LogEntry) response {
	r := response{LogEntry: entry, answers: map[string]survey.Answer{}}
	r.township, r.village, r.point = e.places.of(entry)
	for _, a := range entry.Answers {
		r.answers[a.Question] = a
	}
	return r
}

func (r response) time() string { return r.At.In(survey.China).Format("2006-01-02 15:04") }

func (r response) tier() string {
	for _, t := range survey.TierNames {
		if t.ID == r.Tier {
			return t.Name
		}
	}
	return r.Tier
}

func (r response) marks() string {
	names := make([]string, len(r.Marks))
	for i, m := range r.Marks {
		if names[i] = m; m == survey.MarkFast {
			names[i] = "作答过快"
		}
	}
	return strings.Join(names, "；")
}

// labels of the options chosen, as the questionnaire has them now.
func labels(q *content.Question, options []string) []string {
	all := make([]string, len(options))
	for i, id := range options {
		if o := q.Option(id); o != nil {
			all[i] = o.Text
		} else {
			all[i] = id
		}
	}
	return all
}
