package content

import (
	"regexp"
	"slices"
	"strings"
)

// figure is what a reader may hold us to: a day, a number with its unit, a count of
// people or a number in 万 or 亿. Article numbers and telephone numbers are none.
var (
	year   = regexp.MustCompile(`^[0-9]{4}年`)
	day    = regexp.MustCompile(`[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日`)
	figure = regexp.MustCompile(day.String() +
		`|[0-9]{4}年(?:[0-9]{1,2}月)?` +
		`|(?:[0-9][0-9,.]*[万亿]?[多余]?|[二三四五六七八九十百千万]+)(?:千克|公斤|毫克|克|个月|小时|分钟|周岁|平方米|厘米|毫升|日|天|年|月|元|岁|株|倍|种|次|人|名|%)` +
		`|[0-9][0-9,.]*[万亿]`) // 71万: the unit stands before it, or is left out
)

// exampleHeading opens the part of a law entry that tells an invented story: its
// numbers are no facts.
const exampleHeading = "举个例子"

// unreviewed is in the source of what nobody has confirmed yet.
const unreviewed = "待医生审阅"

// Figure is one number that an entry states, with what it rests on.
type Figure struct {
	Entry   string // entry id
	File    string
	Line    int // from 1
	Column  int // from 1, in characters
	Text    string
	Sources []string // empty when nothing carries it
}

// Trace lists every figure of the entries with its sources: a day goes to the
// sources that name it, a year too where one does; a figure goes to the article
// cited in its clause, or before the colon that leads to it; in the opening of a
// law entry to the entry's own articles; any other to all sources of its entry.
func Trace(folder Folder) []Figure { return read(folder).trace(folder) }

func (l *loader) trace(folder Folder) []Figure {
	cites := newCiter(l.lib.Laws)
	var all []Figure
	lead := "" // the words that introduce a list
	for _, row := range rows(folder) {
		e := l.lib.Entries[row.entry]
		if e == nil || row.section == exampleHeading || !(row.body || row.key == "status" || row.key == "status_since") {
			continue
		}
		if row.key == "status_since" {
			if text := e.StatusSince.Chinese(); text != "" {
				at := strings.Index(row.text, e.StatusSince.String())
				all = append(all, Figure{e.ID, row.file, row.line, column(row.text, max(at, 0)), text, naming(e, text)})
			}
			continue
		}
		if strings.HasSuffix(row.text, "：") {
			lead = row.text[strings.LastIndexAny(row.text, "。！？")+1:]
		} else if row.text != "" && !strings.HasPrefix(row.text, "- ") {
			lead = ""
		}
		for _, span := range figure.FindAllStringIndex(row.text, -1) {
			text := row.text[span[0]:span[1]]
			all = append(all, Figure{e.ID, row.file, row.line, column(row.text, span[0]), text, carriers(e, cites, row, lead, span[0], text)})
		}
	}
	return all
}

// carriers gives the sources that the figure at that byte of the row rests on.
func carriers(e *Entry, cites *citer, row row, lead string, at int, text string) []string {
	if year.MatchString(text) {
		if sources := naming(e, text); len(sources) > 0 || day.MatchString(text) {
			return sources
		}
	}
	clause, before := around(row.text, at)
	cited := cites.find(clause)
	if len(cited) == 0 {
		if opening, _, found := strings.Cut(before, "："); found {
			cited = cites.find(opening)
		} else if strings.HasPrefix(row.text, "- ") {
			cited = cites.find(lead)
		}
	}
	if len(cited) == 0 && e.Kind == Law && row.section == "" {
		for _, source := range reviewed(e) {
			for _, c := range cites.find(source) {
				if c.book.ID == e.LawID && slices.Contains(e.Articles, c.article) {
					return []string{source}
				}
			}
		}
	}
	if len(cited) == 0 {
		return reviewed(e)
	}
	var sources []string
	for _, c := range cited {
		source := c.source(e, cites)
		if !slices.Contains(sources, source) {
			sources = append(sources, source)
		}
	}
	return sources
}

// around gives the clause that holds a byte of the text, and its sentence up to there.
func around(text string, at int) (clause, before string) {
	sentence := strings.LastIndexAny(text[:at], "。！？") + 1
	start := max(sentence, strings.LastIndexAny(text[:at], "；")+1)
	end := len(text)
	if i := strings.IndexAny(text[at:], "。！？；"); i >= 0 {
		end = at + i
	}
	return text[start:end], text[sentence:at]
}

// source is the entry's source for the article, or the article itself.
func (c citation) source(e *Entry, cites *citer) string {
	for _, s := range e.Sources {
		for _, in := range cites.find(s) {
			if in.book == c.book && in.article == c.article {
				return s
			}
		}
	}
	return c.book.ShortName() + c.article + "条"
}

// naming gives the sources of the entry that name the day or year.
func naming(e *Entry, text string) []string {
	return slices.DeleteFunc(reviewed(e), func(s string) bool { return !strings.Contains(s, text) })
}

// reviewed are the sources that can carry a figure.
func reviewed(e *Entry) []string {
	return slices.DeleteFunc(slices.Clone(e.Sources), func(s string) bool { return strings.Contains(s, unreviewed) })
}
