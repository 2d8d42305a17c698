package search

import (
	"slices"

	"jindu/content"
)

// Thresholds of the decision, over scores and shares of 0 to 1.
const (
	namedMargin = 0.97 // the most that the second may reach of an answer on the substance named
	leastAlike  = 0.36 // likeness that an answer must have, unless the question names the substance
	leastScore  = 0.4  // of an answer
	leastTold   = 0.9  // IDF mass in common, for an answer, beyond that somebody takes drugs

	closeScore  = 0.2  // worth offering
	choiceShare = 0.75 // of the best score, to be offered beside it

	// What a question without a word about drugs must reach.
	gateLikeness     = 0.55
	gatePresent      = 0.8
	gateAlike        = 0.77 // likeness that is enough alone
	gateDrug         = 0.45 // likeness, where the entry is a substance
	describedPresent = 0.45
	describedMargin  = 0.5
	describedSpoken  = 0.25 // by its name and questions, not only by its text
	hintLikeness     = 0.5  // worth a hint beside "I don't know"
	foreignGate      = 0.85 // likeness of a question that is also about something else

	maxActs      = 3 // articles offered when no act is named
	relatedRival = 0.9
	candidateSet = 12 // entries whose kind is weighed
)

// decide turns the ranking of one question into an outcome.
func (ix *Index) decide(q analysis) Result {
	if q.content == 0 || (q.content == 1 && q.facets&subject == 0) {
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
	if q.facets&subject == 0 && q.facets&(foreign|market) != 0 {
		return Result{}
	}
	found := ix.rank(q)
	if len(found) == 0 {
		return Result{}
	}
	best := found[0]
	second := ix.rival(found) / best.score
	if q.facets&subject == 0 && !ix.near(best) && !ix.described(q, best, second) {
		if best.likeness >= hintLikeness {
			return Result{Outcome: Unknown, Topics: []string{ix.entries[best.entry].ID}}
		}
		return Result{}
	}
	if best.score < closeScore || (q.facets&foreign != 0 && best.likeness < foreignGate) {
		return Result{}
	}
	near := []string{}
	for _, c := range found {
		if c.score >= best.score*choiceShare && len(near) < maxChoices {
			near = append(near, ix.entries[c.entry].ID)
		}
	}
	if (q.amount || q.facets&sentence != 0) && q.facets&law != 0 && q.facets&(act|deed) == 0 && q.facets&subject != 0 {
		return ix.whichAct(found)
	}
	if ix.sure(q, best, second) {
		return Result{Outcome: Answer, Topics: near[:1]}
	}
	if len(near) < 2 {
		return Result{Outcome: Unknown, Topics: near}
	}
	return Result{Outcome: Choices, Topics: near}
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

// near is the domain gate: a question that says nothing of drugs must be much like
// one of the content's own.
func (ix *Index) near(best candidate) bool {
	if ix.entries[best.entry].Kind == content.Drug {
		return best.likeness >= gateLikeness || (best.likeness >= gateDrug && best.present >= gatePresent)
	}
	return best.likeness >= gateAlike || (best.likeness >= gateLikeness && best.present >= gatePresent)
}

// described says that a question without a word about drugs describes one substance
// and no other: 做奶油用的气弹.
func (ix *Index) described(q analysis, best candidate, second float32) bool {
	return ix.entries[best.entry].Kind == content.Drug && describes(q) && best.present >= describedPresent &&
		best.spoken >= describedSpoken && second < describedMargin
}

// sure says that the best candidate answers; second is the next one's share of its score.
func (ix *Index) sure(q analysis, best candidate, second float32) bool {
	if ix.aboutNamed(q, best.entry) {
		return second < namedMargin
	}
	if ix.described(q, best, second) {
		return best.told >= leastTold
	}
	return best.told >= leastTold && best.likeness >= leastAlike && best.score >= leastScore && best.trust(second) >= leastTrust
}

// The odds that the best candidate answers: a logistic regression over every labelled
// question, asked of a content folder without half of its everyday questions, and over
// the everyday questions taken out (testdata/README.md).
const (
	trustBase     = 1.64
	trustRival    = -4.14 // for the second's share of the best score
	trustLikeness = 1.61
	trustPresent  = 0.45
	trustSpoken   = 0.81
	trustTold     = 0.082
	mostTold      = 12   // IDF mass beyond which more tells nothing
	leastTrust    = 1.15 // log odds; 0.76 as a probability
)

// trust gives the log odds that the candidate answers the question.
func (c candidate) trust(second float32) float32 {
	return trustBase + trustRival*second + trustLikeness*c.likeness + trustPresent*c.present +
		trustSpoken*c.spoken + trustTold*min(c.told, mostTold)
}
