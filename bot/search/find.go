package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"jindu/content"
)

// maxChoices bounds the topics of a Result.
const maxChoices = 5

// Find answers a question by retrieval: an Answer when one entry clearly fits,
// Choices when several may, Unknown when none does or the question is about
// something else.
func (ix *Index) Find(question string) Result {
	if r, ok := ix.Exact(question); ok {
		return r
	}
	t := fold(question)
	if len(t.runes) == 0 {
		return Result{}
	}
	if r, ok := ix.vagueName(t); ok {
		return r
	}
	if r, ok := ix.citation(t, false); ok {
		return r
	}
	q := ix.analyzer.analyze(t.runes)
	q.county = ix.county(t.runes)
	if r, ok := ix.severalSubstances(q); ok {
		return r
	}
	r := ix.decide(q)
	if clauses := questionsOf(t); len(clauses) > 1 {
		if two, ok := ix.twoTopics(clauses, r); ok {
			return two
		}
	}
	if q.facets&(foreign|market) == 0 {
		r = ix.misspelt(q, r)
	}
	return r
}

// misspelt gives way to the name that the question may mean by a wrong character or by
// its sound: nothing is sure then.
func (ix *Index) misspelt(q analysis, r Result) Result {
	meant, length := ix.spelling.suggest(q.runes, q.mentions)
	switch {
	case len(meant) == 0:
		return r
	case r.Outcome == Unknown:
		return Result{Topics: meant}
	case r.Outcome == Answer && length >= shortestTypo && q.content <= length+2 && isKind(meant[0], content.Drug) && isKind(r.Topics[0], content.Drug) && !slices.Contains(meant, r.Topics[0]):
		return Result{Topics: meant}
	}
	return r
}

// isKind says that the id is of an entry of the kind.
func isKind(id string, kind content.Kind) bool { return strings.HasPrefix(id, string(kind)+"/") }

// vagueName offers what a name alone may mean.
func (ix *Index) vagueName(t text) (Result, bool) {
	found := ix.vague[t.String()]
	if len(found) == 0 {
		found = ix.vague[ix.analyzer.bare(t.runes)]
	}
	if len(found) == 0 {
		return Result{}, false
	}
	return ix.offer(found), true
}

// slang offers what the slang of a question may mean.
func (ix *Index) slang(q analysis) Result {
	var found []int32
	for _, m := range q.mentions {
		for _, e := range ix.analyzer.names.list[m.name].entries {
			if !slices.Contains(found, e) {
				found = append(found, e)
			}
		}
	}
	return ix.offer(found)
}

// offer makes Choices; one entry alone is offered beside its next steps.
func (ix *Index) offer(found []int32) Result {
	var topics []string
	for _, e := range found[:min(len(found), maxChoices)] {
		topics = append(topics, ix.entries[e].ID)
	}
	if len(topics) == 1 {
		for _, id := range ix.entries[found[0]].Related {
			if len(topics) < 3 && !slices.Contains(topics, id) {
				topics = append(topics, id)
			}
		}
	}
	if len(topics) < 2 {
		return Result{Outcome: Unknown, Topics: topics}
	}
	return Result{Outcome: Choices, Topics: topics}
}

// severalSubstances answers a question that names two substances and asks nothing
// of law or help: both entries.
func (ix *Index) severalSubstances(q analysis) (Result, bool) {
	var topics []string
	for _, m := range q.mentions {
		n := ix.analyzer.names.list[m.name]
		if n.slang || len(n.entries) != 1 {
			continue
		}
		if id := ix.entries[n.entries[0]].ID; !slices.Contains(topics, id) {
			topics = append(topics, id)
		}
	}
	if len(topics) < 2 || q.facets&(law|deed|help) != 0 {
		return Result{}, false
	}
	if len(topics) == 2 {
		return Result{Outcome: Answer, Topics: topics}, true
	}
	return Result{Outcome: Choices, Topics: topics[:min(len(topics), maxChoices)]}, true
}

// twoTopics answers a question whose clauses ask for two different entries. A clause
// that asks nothing belongs to the others; one that does not say about what asks about
// what the clauses before it named.
func (ix *Index) twoTopics(clauses [][]rune, whole Result) (Result, bool) {
	var topics []string
	var named []rune
	own := true // each of them says what it is about
	for _, clause := range clauses {
		q := ix.analyzer.analyze(clause)
		if asks(clause) {
			written := len(ix.exact[string(clause)]) == 1
			if q.facets&subject == 0 && !written {
				q, own = ix.analyzer.analyze(slices.Concat(named, clause)), false
			}
			if r := ix.clause(q); (written || q.facets&subject != 0) && r.Outcome == Answer && !slices.Contains(topics, r.Topics[0]) {
				topics = append(topics, r.Topics[0])
			}
		}
		switch {
		case len(q.mentions) > 0:
			m := q.mentions[len(q.mentions)-1]
			named = q.runes[m.from:m.end]
		case q.drugged && len(named) == 0:
			named = []rune("吸毒")
		}
	}
	if len(topics) == 2 || (len(topics) == 1 && own && whole.Outcome != Answer) {
		return Result{Outcome: Answer, Topics: topics}, true
	}
	return Result{}, false
}

func (ix *Index) clause(q analysis) Result {
	if found := ix.exact[string(q.runes)]; len(found) == 1 {
		return ix.oneOrMore(found)
	}
	return ix.decide(q)
}

// besides are words that begin another question without a stop before it.
var besides = []string{"另外", "还有", "顺便", "以及", "再问"}

// questionsOf gives the clauses of a question, cut at besides too, which says nothing.
func questionsOf(t text) [][]rune {
	var all [][]rune
	for _, clause := range t.clauses() {
		from := 0
		for i := range clause {
			for _, word := range besides {
				if strings.HasPrefix(string(clause[i:]), word) {
					if i > from {
						all = append(all, clause[from:i])
					}
					from = i + utf8.RuneCountInString(word)
				}
			}
		}
		if from < len(clause) {
			all = append(all, clause[from:])
		}
	}
	return all
}

// asking are words by which a clause is a question of its own.
var asking = []string{"吗", "嘛", "么", "呢", "什么", "啥", "几", "多少", "多久", "多长", "多大", "哪", "谁", "会不会", "能不能", "要不要", "是不是", "有没有", "算不算", "可不可以", "用不用", "该不该", "违不违法", "犯不犯法", "如何", "咋", "为何", "区别"}

func asks(clause []rune) bool {
	text := string(clause)
	return slices.ContainsFunc(asking, func(word string) bool { return strings.Contains(text, word) })
}
