package search

import (
	"slices"

	"jindu/content"
)

// Thresholds of the decision, in log odds (trust) and in shares of the best score.
const (
	leastTrust  = 0.5  // of an answer
	leastChoice = -0.8 // of choices
	likely      = -0.5 // of a first choice beside which the second is offered, however far behind
	leastHint   = -2   // of a hint beside "I don't know"
	choiceShare = 0.75 // of the best score, to be offered beside it

	maxActs      = 3 // articles offered when no act is named
	relatedRival = 0.9
	candidateSet = 12 // entries whose kind is weighed
)

// decide turns the ranking of one question into an outcome.
func (ix *Index) decide(q analysis) Result {
	if r, done := ix.early(&q); done {
		return r
	}
	name := thing(q)
	found := ix.unlike(name, ix.rank(q))
	if len(found) == 0 {
		return Result{}
	}
	best := found[0]
	trust := ix.grounds(q, found).trust()
	near := []string{ix.entries[best.entry].ID}
	for _, c := range found[1:] {
		if len(near) < maxChoices && (c.score >= best.score*choiceShare || (len(near) == 1 && trust >= likely)) {
			near = append(near, ix.entries[c.entry].ID)
		}
	}
	if (q.amount || q.facets&sentence != 0) && q.facets&law != 0 && q.facets&(act|deed) == 0 && q.facets&subject != 0 && trust >= leastChoice {
		return ix.whichAct(found)
	}
	switch {
	case trust >= leastTrust && (name == "" || speaksOf(ix.entries[best.entry], name)):
		return Result{Outcome: Answer, Topics: near[:1]}
	case trust >= leastChoice && len(near) > 1:
		return Result{Outcome: Choices, Topics: near}
	case trust >= leastHint && q.facets&(market|foreign) == 0:
		return Result{Outcome: Unknown, Topics: near[:1]}
	}
	return Result{}
}

// early decides on what needs no ranking: nothing said, or slang alone. It says that
// slang means a substance where other words tell.
func (ix *Index) early(q *analysis) (Result, bool) {
	if q.content == 0 || (q.content == 1 && q.facets&subject == 0) {
		return Result{}, true
	}
	if len(q.mentions) == 0 {
		crime := func(t term) bool { return t.key == groupTerm|uint64(ix.analyzer.crime) }
		return Result{}, !slices.ContainsFunc(q.runes, han) || (!q.drugged && q.facets&(about|resemble) == 0 && slices.ContainsFunc(q.terms, crime))
	}
	switch {
	case q.facets&(subject|market|foreign) != 0:
		return Result{}, false
	case q.facets&(law|deed|help) != 0: // nobody is jailed for pork
		q.facets |= subject
		return Result{}, false
	case q.strange > 2 || (q.strange > 0 && q.facets&about == 0):
		return Result{}, false
	}
	return ix.slang(*q), true
}

// whichAct offers the articles that may fit when nobody says what was done with a
// substance: 10克冰毒判几年, had or sold?
func (ix *Index) whichAct(found []candidate) Result {
	var topics []string
	for _, c := range found {
		if ix.entries[c.entry].Kind == content.Law && c.score >= found[0].score/2 && len(topics) < maxActs {
			topics = append(topics, ix.entries[c.entry].ID)
		}
	}
	if len(topics) < 2 {
		return Result{Outcome: Unknown, Topics: topics}
	}
	return Result{Outcome: Choices, Topics: topics}
}

// rival is the score of the next candidate; that of one which the best entry lists
// as related counts less: it is one tap away from its answer.
func (ix *Index) rival(found []candidate) float32 {
	best, most := ix.entries[found[0].entry], float32(0)
	for _, c := range found[1:] {
		if slices.Contains(best.Related, ix.entries[c.entry].ID) {
			c.score *= relatedRival
		}
		most = max(most, c.score)
	}
	return most
}
