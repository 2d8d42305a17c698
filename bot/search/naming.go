package search

import (
	"slices"
	"strings"

	"jindu/content"
)

// naming are the ends of a question that asks of one thing whether it is a drug.
var naming = func() [][]rune {
	var all [][]rune
	for _, end := range []string{
		"是毒品吗", "是毒品么", "是毒品不", "是不是毒品", "算毒品吗", "算不算毒品", "属于毒品吗", "属不属于毒品", "是毒吗",
		"会上瘾吗", "会上瘾不", "会不会上瘾", "上瘾吗", "会成瘾吗", "会不会成瘾", "有毒吗", "有没有毒",
	} {
		all = append(all, []rune(end))
	}
	slices.SortFunc(all, func(a, b []rune) int { return len(b) - len(a) })
	return all
}()

// longestThing is how many characters the name of a thing has at most: more describe it.
// A message of shortThing names one even with words that the lists know: 茶叶.
const (
	longestThing = 8
	shortThing   = 3
)

// thing gives what a question asks about that names one thing of which nothing is known:
// 阿莫西林是毒品吗, or 阿莫西林 alone; "" for any other question.
func thing(q analysis) string {
	if len(q.mentions) > 0 {
		return ""
	}
	runes := q.runes
	at := slices.IndexFunc(naming, func(end []rune) bool { return len(runes) > len(end) && slices.Equal(runes[len(runes)-len(end):], end) })
	switch {
	case at >= 0:
		runes = runes[:len(runes)-len(naming[at])]
	case q.strange < q.content && (len(runes) > shortThing || q.facets&(subject|law|help|act|deed) != 0):
		return "" // it says more than a name
	}
	if len(runes) > longestThing || slices.ContainsFunc(runes, func(r rune) bool { return strings.ContainsRune("的了吸抽吃喝", r) }) { // it describes
		return ""
	}
	return string(runes)
}

// unlike drops the substances that a question about one thing cannot mean: a name that
// looks like theirs in part is another substance.
func (ix *Index) unlike(name string, found []candidate) []candidate {
	if name == "" {
		return found
	}
	return slices.DeleteFunc(found, func(c candidate) bool {
		e := ix.entries[c.entry]
		return e.Kind == content.Drug && !slices.ContainsFunc(e.Questions, func(q string) bool { return asksOf(strings.ToLower(q), name) })
	})
}

// asksOf says that the question asks of that very thing, be it in other words, whether it
// is a drug; that a substance looks like flour makes no drug of flour.
func asksOf(question, name string) bool {
	rest, ok := strings.CutPrefix(question, name)
	return ok && slices.ContainsFunc([]string{"是毒", "是不是毒", "算毒", "算不算毒", "属于毒", "会上瘾", "会不会上瘾", "上瘾", "会成瘾", "有毒"}, func(s string) bool { return strings.HasPrefix(rest, s) })
}

// speaksOf says that the entry has the name anywhere: whether that is a drug, none that
// does not know it can say.
func speaksOf(e *content.Entry, name string) bool {
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), name) }
	return has(e.Title) || slices.ContainsFunc(e.Aliases, has) || slices.ContainsFunc(e.Ambiguous, has) || slices.ContainsFunc(e.Questions, has) ||
		slices.ContainsFunc(e.Body, func(s content.Section) bool { return has(s.Heading) || has(s.Text) })
}
