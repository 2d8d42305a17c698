package content

import "strings"

// keys that a front matter may hold, by kind.
var (
	commonKeys = []string{"title", "aliases", "ambiguous", "questions", "sources", "reviewed", "related"}
	entryKeys  = map[Kind][]string{
		Drug: append([]string{"group", "status", "status_since", "review_note"}, commonKeys...),
		Law:  append([]string{"law", "articles"}, commonKeys...),
		Help: append([]string{"kind", "place", "address", "phone", "hours", "review_note"}, commonKeys...),
	}
)

// DrugGroups are the groups that drugs are shown in, in order.
var DrugGroups = []string{"传统毒品", "合成毒品", "新精神活性物质", "植物类", "伪装形态", "易滥用药品", "其他物质"}

// HelpKinds are the kinds of help, those that most people look for first.
var HelpKinds = []string{"report", "treatment", "first_aid", "station", "privacy", "situation"}

func (l *loader) entry(d *document, kind Kind, name, text string) {
	head, body, bodyLine, ok := frontMatter(text)
	if !ok {
		line, advice := headless(text)
		d.report(line, 1, "%s", advice)
		return
	}
	d.offset = 1
	f, ok := d.parse(head, entryKeys[kind]...)
	if !ok {
		return
	}
	e := &Entry{
		ID: string(kind) + "/" + name, Kind: kind,
		Title: f.text("title"), Sources: f.texts("sources"), Reviewed: f.date("reviewed"),
	}
	e.Body = d.sections(body, bodyLine)
	l.lib.Entries[e.ID] = e
	l.titles[e.ID] = d.position(f.at("title"))
	if e.Reviewed.IsZero() && f.optional("reviewed") == "" {
		f.missing("reviewed")
	}
	if len(e.Sources) == 0 && kind != Help {
		f.missing("sources")
	}
	l.claim(d, f.at("title"), e.ID, "name", e.Title)
	for _, it := range f.items("aliases") {
		l.claim(d, it.node, e.ID, "name", it.text)
		e.Aliases = append(e.Aliases, it.text)
	}
	for _, it := range f.items("questions") {
		l.claim(d, it.node, e.ID, "question", it.text)
		e.Questions = append(e.Questions, it.text)
	}
	e.Ambiguous = f.texts("ambiguous")
	if kind == Drug || kind == Help {
		e.ReviewNote = f.optional("review_note")
	}
	for _, it := range f.items("related") {
		l.links = append(l.links, link{d.position(it.node), it.text})
		e.Related = append(e.Related, it.text)
	}
	switch kind {
	case Drug:
		e.Group = f.oneOf("group", DrugGroups...)
		e.Status = f.text("status")
		e.StatusSince = f.date("status_since")
	case Law:
		l.articles(f, e)
	case Help:
		e.HelpKind = f.oneOf("kind", HelpKinds...)
		e.Address, e.Phone, e.Hours = f.optional("address"), f.optional("phone"), f.optional("hours")
		e.Place = f.optional("place")
		if e.Place != "" && l.lib.Places[e.Place] == nil {
			l.noPlace(d.position(f.at("place")), e.Place, "地方")
		}
	}
}

func (l *loader) articles(f fields, e *Entry) {
	e.LawID = f.text("law")
	book := l.lib.Laws[e.LawID]
	if e.LawID != "" && book == nil {
		l.noLaw(f.doc.position(f.at("law")), e.LawID, "law 要写它的 id")
	}
	items := f.items("articles")
	if len(items) == 0 {
		f.missing("articles")
	}
	for _, it := range items {
		number, ok := articleNumber(it.text)
		if !ok || (book != nil && book.Articles > 0 && number > book.Articles) {
			f.doc.at(it.node, "没有这一条：%s（写法如 62 或 133之一）", it.text)
		}
		l.claim(f.doc, it.node, e.ID, "article", e.LawID+" "+it.text)
		e.Articles = append(e.Articles, it.text)
	}
}

// articleNumber reads "62" and "133之一".
func articleNumber(s string) (int, bool) {
	digits, _, _ := strings.Cut(s, "之")
	n := 0
	for _, r := range digits {
		if r < '0' || r > '9' || n > 9999 {
			return 0, false
		}
		n = n*10 + int(r-'0')
	}
	return n, n > 0
}

func (l *loader) laws(d *document, text string) {
	f, ok := d.parse(text, "laws")
	if !ok {
		return
	}
	if len(f.nodes("laws")) == 0 {
		f.missing("laws")
	}
	for _, n := range f.nodes("laws") {
		law, ok := d.fields(n, "id", "name", "short", "in_force", "articles", "source", "old_articles", "replaces")
		if !ok {
			continue
		}
		book := &LawBook{
			ID: law.text("id"), Name: law.text("name"), Short: law.texts("short"), InForce: law.date("in_force"),
			Articles: law.integer("articles", 1, 9999), Source: law.text("source"),
			Replaces: law.texts("replaces"), OldArticles: map[string]string{},
		}
		if book.InForce.IsZero() {
			law.missing("in_force")
		}
		l.claim(d, law.at("id"), "", "law", book.ID)
		l.claim(d, law.at("name"), "", "law name", book.Name)
		for _, it := range law.items("short") {
			if it.text != book.Name { // some laws are called by their full name
				l.claim(d, it.node, "", "law name", it.text)
			}
		}
		if n := law.values["old_articles"]; !isNull(n) {
			moved, _ := d.fields(n)
			for old := range moved.values {
				today := moved.text(old)
				if _, ok := articleNumber(old); !ok {
					d.at(moved.keys[old], "旧条号写成 72 这样")
				}
				if number, ok := articleNumber(today); !ok || (book.Articles > 0 && number > book.Articles) {
					d.at(moved.at(old), "没有这一条：%s", today)
				}
				book.OldArticles[old] = today
			}
		}
		l.lib.Laws[book.ID] = book
	}
}
