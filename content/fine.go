package content

import (
	"regexp"
	"slices"
	"strings"
)

// 治安管理处罚法 as revised from 2026 raised the fines for drugs: its articles 83 to 85
// know neither 2000 nor 500 yuan, which the version of 2012 had for the same acts.
var (
	oldFine     = regexp.MustCompile(`(?:^|[^0-9,.])((?:2,?000|2千|二千|两千|500|五百)元(?:以下)?)`)
	drugAct     = regexp.MustCompile(`吸毒|吸食|持有|提供毒品|种植?罂粟|罂粟壳|容留|引诱|教唆`)
	penalty     = regexp.MustCompile(`罚|拘留|最高|并处`)
	otherAct    = regexp.MustCompile(`报信|提供方便|提供条件|出租|租给|登记`) // of articles 68 and 87, which have such fines
	publicOrder = "治安管理处罚法"
	drugFines   = []string{"83", "84", "85"}
)

// oldFine warns of a fine that 治安管理处罚法 no longer has, where the text is about its
// drug articles: they are cited with the fine, or the entry rests on them.
func (l *loader) oldFine(row row, cites *citer) {
	for _, span := range oldFine.FindAllStringSubmatchIndex(row.text, -1) {
		at, fine := span[2], row.text[span[2]:span[3]]
		start := max(strings.LastIndexAny(row.text[:at], "。！？"), 0)
		end := len(row.text)
		if i := strings.IndexAny(row.text[at:], "。！？"); i >= 0 {
			end = at + i
		}
		if l.isOldFine(row, cites, row.text[start:end], at-start, fine) {
			l.warn(row.at(at), "“%s”：像是治安管理处罚法2012年旧版的罚款数，2026年起不同", fine)
		}
	}
}

// isOldFine judges the fine at that byte of its sentence.
func (l *loader) isOldFine(row row, cites *citer, sentence string, at int, fine string) bool {
	before := sentence[:at]
	if clause := before[max(strings.LastIndex(before, "；"), 0):]; strings.HasSuffix(fine, "以下") && drugAct.MatchString(clause) {
		return true
	}
	if !penalty.MatchString(sentence) {
		return false
	}
	if found := cites.find(sentence); len(found) > 0 {
		about := found[0] // the last one named before the fine, else the first after it
		for _, c := range found {
			if c.at < at {
				about = c
			}
		}
		return isDrugFine(about.book, about.article)
	}
	if otherAct.MatchString(sentence) {
		return false
	}
	if strings.Contains(sentence, publicOrder) {
		return drugAct.MatchString(sentence)
	}
	e := l.lib.Entries[row.entry]
	if e == nil || !row.body {
		return false
	}
	if e.Kind == Law {
		book := l.lib.Laws[e.LawID]
		if slices.ContainsFunc(e.Articles, func(article string) bool { return isDrugFine(book, article) }) {
			return true
		}
	}
	return slices.ContainsFunc(e.Sources, func(source string) bool {
		return slices.ContainsFunc(cites.find(source), func(c citation) bool { return isDrugFine(c.book, c.article) })
	})
}

func isDrugFine(book *LawBook, article string) bool {
	return book != nil && book.ShortName() == publicOrder && slices.Contains(drugFines, article)
}
