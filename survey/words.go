package survey

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"jindu/content"
)

// TierNames in the order of their strength.
var TierNames = []struct{ ID, Name string }{
	{content.TierWechat, "微信"}, {content.TierDevice, "浏览器"}, {content.TierAssisted, "代填"},
}

// Flag says why a place has no breakdown, or that its sample is small; "" otherwise.
func (p PlaceReport) Flag() string {
	switch {
	case p.Responses == 0:
		return ""
	case p.Suppressed && p.Responses < LeastBreakdown:
		return fmt.Sprintf("不足 %d 份，不显示明细", LeastBreakdown)
	case p.Suppressed:
		return "为免推算出个人，不显示明细"
	case p.Small:
		return "样本少，仅供参考"
	}
	return ""
}

// Formulas says in words how each indicator is computed, with its name and version.
func Formulas(q *content.Questionnaire) []string {
	var all []string
	for _, in := range q.Indicators {
		name := fmt.Sprintf("%s（%s，第 %d 版）", in.Name, in.Formula, in.FormulaVersion)
		switch in.Formula {
		case content.FormulaSatisfied:
			question := q.Question(in.Question)
			var yes, unknown []string
			for _, id := range in.Satisfied {
				yes = append(yes, question.Option(id).Text)
			}
			for _, o := range question.Options {
				if o.DontKnow {
					unknown = append(unknown, o.Text)
				}
			}
			text := fmt.Sprintf("%s＝选“%s”的人数÷回答这道题的人数", name, strings.Join(yes, "”“"))
			if len(unknown) > 0 {
				text += fmt.Sprintf("（选“%s”的不算在内，另列）", strings.Join(unknown, "”“"))
			}
			all = append(all, text)
		case content.FormulaAware:
			share := strconv.FormatFloat(math.Floor(in.Share*1000+0.5)/10, 'f', -1, 64)
			all = append(all, fmt.Sprintf("%s＝%d 道知识题答对 %s%% 以上（含）的人数÷全部答卷人数", name, len(in.Right), share))
		}
	}
	return all
}
