package content

import (
	"strings"
	"time"
)

// Kind says which folder an entry comes from.
type Kind string

// The kinds of entry.
const (
	Drug Kind = "drugs"
	Law  Kind = "laws"
	Help Kind = "help"
)

// Date is a calendar day without a time zone; the zero Date means "not given".
type Date struct{ time.Time }

// String gives the day as 2006-01-02, or "" for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Format(time.DateOnly)
}

// Chinese gives the day as 2006年1月2日, or "" for the zero Date.
func (d Date) Chinese() string {
	if d.IsZero() {
		return ""
	}
	return d.Format("2006年1月2日")
}

// Entry is one topic that can answer a question: a drug, an article of law, or help.
type Entry struct {
	ID        string // folder and file name without its ending, e.g. "drugs/yituomizhi"
	Kind      Kind
	Title     string
	Aliases   []string // other names; each belongs to this entry alone
	Ambiguous []string // names that may mean this entry among others
	Questions []string // everyday ways to ask for it
	Body      []Section
	Sources   []string
	Reviewed  Date
	Related   []string // ids of entries that are a good next step
	Pictures  []*Picture

	// Drugs only.
	Group       string
	Status      string // legal status, one line
	StatusSince Date

	// Laws only.
	LawID    string
	Articles []string // "62", "133之一"

	// Help only.
	HelpKind   string
	Place      string // county code of a station
	Address    string // "" until an office fills it in
	Phone      string
	Hours      string
	ReviewNote string
}

// LegalStatus says how a drug is controlled, since when, and what prevails.
func (e *Entry) LegalStatus() string {
	s := "管制情况：" + strings.TrimSuffix(e.Status, "。")
	if !e.StatusSince.IsZero() {
		s += "，" + e.StatusSince.Chinese() + "起"
	}
	return s + "。以最新公告为准。"
}

// ArticleNames gives the articles that a law entry explains: 第62条、第133条之一.
func (e *Entry) ArticleNames() string {
	names := make([]string, len(e.Articles))
	for i, article := range e.Articles {
		names[i] = articleName(article)
	}
	return strings.Join(names, "、")
}

// articleName gives 第133条之一 for "133之一".
func articleName(article string) string {
	number, branch, _ := strings.Cut(article, "之")
	name := "第" + number + "条"
	if branch != "" {
		name += "之" + branch
	}
	return name
}

// Section is one part of an entry's text. The first has no heading.
type Section struct {
	Heading string
	Text    string // paragraphs and "- " lists, separated by newlines
}

// LawBook is one law in the index laws/laws.yaml.
type LawBook struct {
	ID       string
	Name     string
	Short    []string
	InForce  Date
	Articles int // how many articles it has; 0 when not known
	Source   string
	// OldArticles maps the numbers of the version before the current one to today's,
	// for articles that moved: people and old pages still name them.
	OldArticles map[string]string
	Replaces    []string // names of laws that are no longer in force and stood in its place
	// Official is the official wording of its articles, by number ("62", "133之一"),
	// each beginning with 第…条; nil unless an office has put it in.
	Official map[string]string
}

// ShortName is the name people use: the first short form, or the full name.
func (l *LawBook) ShortName() string {
	if len(l.Short) > 0 {
		return l.Short[0]
	}
	return l.Name
}

// Reply is a text of the bot that is not an entry: greetings, refusals, crisis help.
type Reply struct {
	ID      string
	Text    string   // may hold {placeholders}
	Choices []string // next steps: texts to tap, or ids of entries
}

// Fill replaces the {placeholders} of the text; pairs are name, value, name, value.
func (r *Reply) Fill(pairs ...string) string {
	if len(pairs) == 0 {
		return r.Text
	}
	named := make([]string, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		named[i], named[i+1] = "{"+pairs[i]+"}", pairs[i+1]
	}
	return strings.NewReplacer(named...).Replace(r.Text)
}
