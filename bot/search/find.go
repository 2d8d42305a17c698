package search

import (
	"slices"
	"strings"

	"jindu/content"
)

// maxChoices bounds the topics of a Result.
const maxChoices = 5

// Find answers a question by retrieval: an Answer when one entry clearly fits,
// Choices when several may, Unknown when none does or the question is about
// something else.
func (ix *Index) Find(question string) Result {
	t := fold(question)
	if len(t.runes) == 0 {
		return Result{}
	}
	return ix.misspelt(t, ix.find(t))
}

// find answers a question as it is written.
func (ix *Index) find(t text) Result {
	if r, ok := ix.exactly(t); ok {
		return r
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
		if two, ok := ix.twoTopics(t, clauses, r); ok {
			return two
		}
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
