package content

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// ReplyLimit is how many bytes of UTF-8 one reply may have; WeChat cuts at 2,048.
const ReplyLimit = 2000

// maxSentence is how many characters a sentence may have and still be read with
// ease by people who read little.
const maxSentence = 60

// DefaultMaxAge is how many days a review stays fresh.
const DefaultMaxAge = 365

// Rules says what review dates are judged by.
type Rules struct {
	Today  time.Time
	MaxAge int // days a review stays fresh; 0 means DefaultMaxAge
}

// Warnings gives what the loader allows and an editor should look at again: stale
// reviews, numbers without a source, articles that do not exist, law that is no
// longer in force, texts that are too long for a reply or hard to read.
func Warnings(folder Folder, rules Rules) Problems {
	l := read(folder)
	cites := newCiter(l.lib.Laws)
	for _, row := range rows(folder) {
		l.staleReview(row, rules)
		l.citations(row, cites)
		l.outdated(row)
		l.oldFine(row, cites)
		if row.body {
			l.readability(row)
		}
	}
	l.unsourced(folder)
	l.unmarked()
	l.replyLength(folder)
	l.unlisted()
	return l.warnings.sorted()
}

func (l *loader) staleReview(row row, rules Rules) {
	if row.key != "reviewed" {
		return
	}
	i := strings.Index(row.text, ":") + 1
	value := strings.TrimSpace(row.text[i:])
	reviewed, err := time.Parse(time.DateOnly, strings.Trim(value, `"'`))
	if err != nil {
		return // the loader has said so
	}
	at := row.at(strings.Index(row.text, value))
	maxAge := rules.MaxAge
	if maxAge == 0 {
		maxAge = DefaultMaxAge
	}
	switch days := int(rules.Today.Sub(reviewed).Hours() / 24); {
	case days > maxAge:
		l.warn(at, "上次复核已过去 %d 天，超过 %d 天，请再核对一遍", days, maxAge)
	case reviewed.After(rules.Today.AddDate(0, 0, 1)):
		l.warn(at, "复核日期还没有到")
	}
}

// citations looks at every article of law that the row names.
func (l *loader) citations(row row, cites *citer) {
	e := l.lib.Entries[row.entry]
	for _, c := range cites.find(row.text) {
		number, _ := articleNumber(c.article)
		if c.book.Articles > 0 && (number == 0 || number > c.book.Articles) {
			l.warn(row.at(c.at), "%s没有第%s条，一共 %d 条", c.book.ShortName(), c.article, c.book.Articles)
			continue
		}
		current := e != nil && e.LawID == c.book.ID && slices.Contains(e.Articles, c.article) ||
			strings.Contains(row.text, c.book.InForce.Chinese()) // it names the text that it cites
		if today := c.book.OldArticles[c.article]; today != "" && !current {
			l.warn(row.at(c.at), "%s第%s条像是旧版条号，现在是第%s条", c.book.ShortName(), c.article, today)
		}
	}
	for _, book := range l.lib.Laws {
		for _, name := range book.Replaces {
			if i := strings.Index(row.text, name); i >= 0 && (e == nil || e.LawID != book.ID) && row.file != "laws/laws.yaml" {
				l.warn(row.at(i), "《%s》已不再用，现在是《%s》", name, book.Name)
			}
		}
	}
}

// outdatedTexts are statements that were right once, or never were.
var outdatedTexts = []struct {
	pattern *regexp.Regexp
	advice  string
}{
	{regexp.MustCompile(`(?:冰毒|甲基苯丙胺|MDMA|摇头丸|LSD|恰特草|大麻)[^。；，]*?(第一类精神药品)`),
		"2025年7月21日起非药用类目录不再分第一、二类"},
	{regexp.MustCompile(`依托咪酯[^。；，]*?(第一类)`), "依托咪酯是第二类精神药品"},
	{regexp.MustCompile(`(234种|449种|[两二三]个整类)`), "列管的数目已经变了，请看最新公告"},
	{regexp.MustCompile(`(?:毒性|危害|药力|效力|成瘾)[^。；]*?([0-9,]+多?倍)`), "不用没有依据的“多少倍”吓人"},
}

func (l *loader) outdated(row row) {
	for _, o := range outdatedTexts {
		if m := o.pattern.FindStringSubmatchIndex(row.text); m != nil {
			l.warn(row.at(m[2]), "“%s”：%s", row.text[m[2]:m[3]], o.advice)
		}
	}
}

// unsourced finds the figures that nothing carries.
func (l *loader) unsourced(folder Folder) {
	for _, f := range l.trace(folder) {
		at := position{f.File, f.Line, f.Column}
		if len(f.Sources) > 0 {
			continue
		}
		if day.MatchString(f.Text) {
			l.warn(at, "“%s”在 sources 里找不到出处", f.Text)
		} else {
			l.warn(at, "“%s”没有出处：sources 里没有能支持它的来源", f.Text)
		}
	}
}

// unmarked finds the entries that rest on what nobody has confirmed yet and do not
// say so where a reader of a chat sees it.
func (l *loader) unmarked() {
	for id, e := range l.lib.Entries {
		if e.ReviewNote == "" && e.Kind != Law && len(reviewed(e)) < len(e.Sources) {
			l.warn(l.titles[id], "来源里有“%s”，请加一行 review_note，让读的人知道", unreviewed)
		}
	}
}

func (l *loader) replyLength(folder Folder) {
	for name, text := range folder {
		if path.Ext(name) != ".md" {
			continue
		}
		if _, body, line, _ := frontMatter(text); len(strings.TrimSpace(body)) > ReplyLimit {
			l.warn(position{name, line, 1}, "正文有 %d 字节，超过 %d，微信里一条放不下", len(strings.TrimSpace(body)), ReplyLimit)
		}
	}
}

var sentenceEnd = regexp.MustCompile(`[。！？；：]`)

// readability warns of the first sentence of a row that is too long.
func (l *loader) readability(row row) {
	start := 0
	for _, sentence := range sentenceEnd.Split(row.text, -1) {
		if n := utf8.RuneCountInString(strings.TrimPrefix(sentence, "- ")); n > maxSentence {
			l.warn(row.at(start), "这句话长 %d 个字，超过 %d，请拆短", n, maxSentence)
			return
		}
		start += len(sentence) + len("。") // every mark has three bytes
	}
}

func longestSentence(text string) int {
	longest := 0
	for _, line := range strings.Split(text, "\n") {
		for _, sentence := range sentenceEnd.Split(line, -1) {
			longest = max(longest, utf8.RuneCountInString(sentence))
		}
	}
	return longest
}
