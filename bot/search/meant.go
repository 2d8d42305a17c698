package search

import (
	"slices"

	"jindu/content"
)

// misspelt gives way to what was meant, when the question leads nowhere as it is
// written, or names a substance only by a wrong character.
func (ix *Index) misspelt(t text, r Result) Result {
	q := ix.analyzer.analyze(t.runes)
	guesses := ix.spelling.guesses(q.runes, q.mentions)
	if meant, sure, ok := ix.meant(t, guesses); ok && (r.Outcome != Answer || ix.namesMore(meant, q)) {
		if m := ix.find(meant); m.Outcome != Unknown {
			return r.or(m, sure)
		}
	}
	if len(guesses) == 0 || r.Outcome == Choices || q.facets&(foreign|market) != 0 {
		return r
	}
	return ix.named(q, r, guesses)
}

// leastSentence is how many characters a text typed in Latin letters has at least when
// it can hardly be read in another way.
const leastSentence = 4

// meant gives what was meant by a text that was typed by sound, or has a wrong character
// in a name, and whether it is sure.
func (ix *Index) meant(t text, guesses []guess) (meant text, sure, ok bool) {
	if len(guesses) == 1 && guesses[0].sure() {
		t, sure = text{runes: guesses[0].in(t.runes)}, true
	}
	meant, letters, ok := ix.speller.meant(t)
	return meant, sure || (letters && len(meant.runes) >= leastSentence), sure || ok
}

// namesMore says that the text names more substances than the question.
func (ix *Index) namesMore(t text, q analysis) bool {
	return len(ix.analyzer.analyze(t.runes).mentions) > len(q.mentions)
}

// or gives way to what the text leads to by what was meant. Unless it is sure that this
// was meant, or the text itself points there, it is offered beside others.
func (r Result) or(meant Result, sure bool, others ...string) Result {
	if sure || (len(r.Topics) > 0 && r.Topics[0] == meant.Topics[0]) {
		return meant
	}
	for _, id := range slices.Concat(r.Topics, others) {
		if len(meant.Topics) < maxChoices && !slices.Contains(meant.Topics, id) {
			meant.Topics = append(meant.Topics, id)
		}
	}
	meant.Outcome = Choices
	if len(meant.Topics) < 2 {
		meant.Outcome = Unknown
	}
	return meant
}

// named gives way to the names that a question which leads nowhere, or to another
// substance, may mean.
func (ix *Index) named(q analysis, r Result, guesses []guess) Result {
	ids := make([]string, len(guesses))
	for i, g := range guesses {
		ids[i] = g.name.entry
	}
	if r.Outcome == Answer {
		length := len(guesses[0].name.runes)
		if length >= shortestTypo && q.content <= length+2 && isKind(ids[0], content.Drug) && isKind(r.Topics[0], content.Drug) && !slices.Contains(ids, r.Topics[0]) {
			return Result{Topics: ids}
		}
		return r
	}
	meant := ix.find(text{runes: guesses[0].in(q.runes)})
	if meant.Outcome == Unknown {
		return Result{Topics: ids}
	}
	return r.or(meant, false, ids...)
}
