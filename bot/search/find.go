package search

import (
	"cmp"
	"slices"

	"jindu/content"
)

// Thresholds of the decision, over scores and shares of 0 to 1.
const (
	// An answer needs a score that is the higher, the nearer the second comes
	// (margin: the second's share of the best score), and an entry that mentions
	// enough of the question.
	sureScore    = 0.56
	sureMargin   = 0.97
	surePresent  = 0.5
	fairScore    = 0.52
	fairMargin   = 0.92
	fairPresent  = 0.5
	clearScore   = 0.44
	clearMargin  = 0.78
	clearPresent = 0.7
	leastAlike   = 0.36 // likeness that an answer of law or help must have

	closeScore  = 0.2  // worth offering
	choiceShare = 0.75 // of the best score, to be offered beside it
	leastTold   = 0.9  // IDF mass in common, for an answer, beyond that somebody takes drugs

	// What a question without a word about drugs must reach.
	gateLikeness = 0.55
	gatePresent  = 0.8
	gateAlike    = 0.77 // likeness that is enough alone
	gateDrug     = 0.38 // likeness, where the entry is a substance
	foreignGate  = 0.78 // likeness of a question that is also about something else

	maxChoices   = 5
	candidateSet = 12
)

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
	if r, ok := ix.severalSubstances(q); ok {
		return r
	}
	r := ix.decide(q)
	if clauses := t.clauses(); len(clauses) > 1 {
		if two, ok := ix.twoTopics(clauses, r); ok {
			return two
		}
	}
	if r.Outcome == Unknown && len(r.Topics) == 0 && q.facets&(foreign|market) == 0 {
		r.Topics = ix.spelling.suggest(t.runes)
	}
	return r
}

// decide turns the ranking of one question into an outcome.
func (ix *Index) decide(q analysis) Result {
	if q.content == 0 {
		return Result{}
	}
	slang := len(q.mentions) > 0 && q.facets&subject == 0
	if slang {
		switch {
		case q.facets&(market|foreign) != 0:
			return Result{}
		case q.facets&(law|deed|help) != 0: // nobody is jailed for pork
			q.facets |= subject
		case q.strange > 2 || (q.strange > 0 && q.facets&about == 0):
			return Result{}
		default:
			return ix.slang(q)
		}
	}
	if q.facets&subject == 0 && q.facets&foreign != 0 {
		return Result{}
	}
	found := ix.rank(q)
	if len(found) == 0 {
		return Result{}
	}
	best := found[0]
	if q.facets&subject == 0 && !ix.near(best) {
		return Result{}
	}
	if best.score < closeScore || (q.facets&foreign != 0 && best.likeness < foreignGate) {
		return Result{}
	}
	second := float32(0)
	if len(found) > 1 {
		second = found[1].score / best.score
	}
	near := []string{}
	for _, c := range found {
		if c.score >= best.score*choiceShare && len(near) < maxChoices {
			near = append(near, ix.entries[c.entry].ID)
		}
	}
	if ix.sure(q, best, second) {
		return Result{Outcome: Answer, Topics: near[:1]}
	}
	if len(near) < 2 {
		return Result{Outcome: Unknown, Topics: near}
	}
	return Result{Outcome: Choices, Topics: near}
}

// near is the domain gate: a question that says nothing of drugs must be much like
// one of the content's own.
func (ix *Index) near(best candidate) bool {
	if ix.entries[best.entry].Kind == content.Drug {
		return best.likeness >= gateDrug && best.present >= gatePresent
	}
	return best.likeness >= gateAlike || (best.likeness >= gateLikeness && best.present >= gatePresent)
}

// sure says that the best candidate answers; second is the next one's share of its score.
func (ix *Index) sure(q analysis, best candidate, second float32) bool {
	if ix.aboutNamed(q, best.entry) {
		return second < sureMargin
	}
	if best.told < leastTold || (ix.entries[best.entry].Kind != content.Drug && best.likeness < leastAlike) {
		return false
	}
	return (best.score >= sureScore && second < sureMargin && best.present >= surePresent) ||
		(best.score >= fairScore && second < fairMargin && best.present >= fairPresent) ||
		(best.score >= clearScore && second < clearMargin && best.present >= clearPresent)
}

// How the kind of an entry weighs against what the question asks for.
const (
	namedDrug   = 1.4  // the substance that the question names, when it asks for nothing else
	slangLaw    = 0.6  // a substance of which only slang speaks, when the law is asked for
	otherDrug   = 0.5  // a substance that it does not name, though it names one
	wanted      = 1.03 // help, where the question asks what to do; law, where it asks for that
	unwanted    = 0.82
	looksShare  = 0.9  // of what the entry covers, for a question by looks
	linkedBonus = 0.07 // for the entry that most others refer to, less for the others
)

// rank ranks the entries and then weighs what kind of answer the words ask for.
func (ix *Index) rank(q analysis) []candidate {
	found := ix.ranker.rank(q, candidateSet)
	named := slices.ContainsFunc(q.mentions, func(m mention) bool { return !ix.analyzer.names.list[m.name].slang })
	for i := range found {
		c := &found[i]
		c.score *= 1 + linkedBonus*ix.linked[c.entry]
		switch ix.entries[c.entry].Kind {
		case content.Drug:
			if q.facets&resemble != 0 && c.present >= clearPresent {
				c.score = max(c.score, looksShare*c.cover)
			}
			if !named && len(q.mentions) > 0 && q.facets&law != 0 {
				c.score *= slangLaw
			}
			c.score *= weigh(q.facets, about, law|help)
			switch {
			case q.facets&resemble != 0:
			case ix.aboutNamed(q, c.entry):
				c.score = max(c.score, sureScore) * namedDrug
			case len(q.mentions) > 0 && !ix.names(q, c.entry):
				c.score *= otherDrug
			}
		case content.Help:
			c.score *= weigh(q.facets, help, law)
		case content.Law:
			c.score *= weigh(q.facets, law, help)
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	return found
}

// names says that the question names the substance of the entry.
func (ix *Index) names(q analysis, entry int32) bool {
	return slices.ContainsFunc(q.mentions, func(m mention) bool {
		return slices.Contains(ix.analyzer.names.list[m.name].entries, entry)
	})
}

// aboutNamed says that the question names the entry's substance and asks for
// neither law nor help.
func (ix *Index) aboutNamed(q analysis, entry int32) bool {
	return q.facets&(law|deed|help|resemble) == 0 && ix.names(q, entry)
}

// weigh compares what a kind of entry gives with what the question asks for.
func weigh(asked, gives, other facet) float32 {
	switch {
	case asked&gives != 0 && asked&other == 0:
		return wanted
	case asked&gives == 0 && asked&other != 0:
		return unwanted
	}
	return 1
}

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

// twoTopics answers a question whose clauses ask for two different entries.
func (ix *Index) twoTopics(clauses [][]rune, whole Result) (Result, bool) {
	var topics []string
	for _, clause := range clauses {
		r := ix.clause(clause)
		if r.Outcome == Answer && !slices.Contains(topics, r.Topics[0]) {
			topics = append(topics, r.Topics[0])
		}
	}
	if len(topics) == 2 || (len(topics) == 1 && whole.Outcome != Answer) {
		return Result{Outcome: Answer, Topics: topics}, true
	}
	return Result{}, false
}

func (ix *Index) clause(runes []rune) Result {
	if found := ix.exact[string(runes)]; len(found) == 1 {
		return ix.oneOrMore(found)
	}
	return ix.decide(ix.analyzer.analyze(runes))
}
