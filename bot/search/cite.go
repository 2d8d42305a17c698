package search

import (
	"slices"

	"jindu/content"
)

// longRest is how many characters beside a bare article number make it doubtful
// that the number is an article.
const longRest = 4

// citation answers a question that names articles or a law. With only set, the
// question must be nothing but the citation.
func (ix *Index) citation(t text, only bool) (Result, bool) {
	cited, laws := ix.articles.find(t.runes)
	if len(cited) == 0 && len(laws) == 0 {
		return Result{}, false
	}
	rest := ix.analyzer.analyze(ix.articles.without(t.runes, cited)).content
	if len(cited) == 0 {
		if only || rest > 0 {
			return Result{}, false
		}
		return ix.wholeLaw(laws[0])
	}
	if only && rest > 0 {
		return Result{}, false
	}
	if rest > longRest {
		cited = slices.DeleteFunc(cited, func(c citation) bool { return c.law == "" })
	}
	if len(cited) == 0 { // 一条条的粉
		return Result{}, false
	}
	var topics, old []string
	for _, c := range cited {
		found, before := ix.cited(c)
		topics, old = append(topics, found...), append(old, before...)
	}
	if len(topics) == 0 {
		return Result{Outcome: Unknown, Topics: unique(old)}, true
	}
	topics = unique(append(topics, old...))
	if len(topics) == 1 || (len(topics) == 2 && len(cited) == 2 && len(old) == 0) {
		return Result{Outcome: Answer, Topics: topics}, true
	}
	return Result{Outcome: Choices, Topics: topics[:min(len(topics), maxChoices)]}, true
}

// cites says that a text names an article, and says little beside.
func (ix *Index) cites(t text) bool {
	cited, _ := ix.articles.find(t.runes)
	return len(cited) > 0 && len(ix.articles.without(t.runes, cited)) <= longRest
}

// cited gives the entries of an article: today's, and those that the number meant
// in the version before, since the person may hold an old text.
func (ix *Index) cited(c citation) (today, old []string) {
	if c.law == "" {
		return ix.articles.anyLaw[c.article], nil
	}
	key := articleKey{c.law, c.article}
	if id, ok := ix.articles.entry[key]; ok {
		today = []string{id}
	}
	if id, ok := ix.articles.renamed[key]; ok {
		old = []string{id}
	}
	return today, old
}

// wholeLaw offers the entries of a law that others refer to most.
func (ix *Index) wholeLaw(book *content.LawBook) (Result, bool) {
	ids := ix.articles.ofLaw[book.ID]
	switch len(ids) {
	case 0:
		return Result{}, false
	case 1:
		return Result{Outcome: Answer, Topics: slices.Clone(ids)}, true
	}
	return Result{Outcome: Choices, Topics: slices.Clone(ids[:min(len(ids), maxChoices)])}, true
}

// without removes citations and names of laws.
func (a *articles) without(runes []rune, cited []citation) []rune {
	rest := make([]rune, 0, len(runes))
	for i := 0; i < len(runes); {
		if at := slices.IndexFunc(cited, func(c citation) bool { return c.from == i }); at >= 0 {
			i = cited[at].end
			continue
		}
		if book, end := a.law(runes, i); book != nil {
			i = end
			continue
		}
		rest = append(rest, runes[i])
		i++
	}
	return rest
}

// unique drops repeats and keeps the order.
func unique(ids []string) []string {
	var kept []string
	for _, id := range ids {
		if !slices.Contains(kept, id) {
			kept = append(kept, id)
		}
	}
	return kept
}
