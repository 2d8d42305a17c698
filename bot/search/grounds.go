package search

import (
	"math"
	"slices"

	"jindu/content"
)

// What a decision rests on: the grounds for holding that the first candidate answers.
const (
	groundBase          = iota // 1
	groundScore                // of the candidate
	groundRival                // the next candidate's share of its score
	groundStranger             // the share of the first candidate that is not related to it
	groundLikeness             // to its best phrase
	groundNext                 // to the second best
	groundPresent              // share of the question that the entry mentions
	groundSpoken               // share of the question that its phrases hold
	groundTold                 // IDF mass in common beyond that somebody takes drugs
	groundLead                 // its evidence less that of the strongest other, -1 to 1 at 3 nats
	groundEvidence             // its evidence over knowing nothing, in 10 nats
	groundStrange              // share of the question that no list knows
	groundSubject              // 1: the question says that it is about drugs
	groundForeign              // 1: it has words about something else
	groundOther                // log odds that it sounds like something else, -1 to 1 at 5
	groundNamed                // 1: it names the substance of the candidate, and asks for no more
	groundDrug                 // 1: the candidate is a substance
	groundDescribes            // 1: a substance, and the question describes one
	groundLength               // of the question, on a logarithmic scale
	groundAsks                 // 1: it asks for the law or for help
	groundQuietLikeness        // the same three where the question says nothing of drugs
	groundQuietEvidence
	groundQuietOther
	groundCount
)

// grounds are the values of one decision, all of about the same size.
type grounds [groundCount]float32

// Where more tells nothing.
const (
	mostTold  = 12
	mostLead  = 3
	mostOther = 5
)

// grounds gives what the ranking says for its first candidate.
func (ix *Index) grounds(q analysis, found []candidate) grounds {
	best := found[0]
	next := float32(math.Inf(-1))
	for _, c := range found[1:] {
		next = max(next, c.evidence)
	}
	drug := ix.entries[best.entry].Kind == content.Drug
	sounds := ix.safety.sounds(text{runes: q.runes})
	other := math.Log(float64(sounds[1])+1e-4) - math.Log(float64(sounds[0])+1e-4)
	g := grounds{
		groundBase:      1,
		groundScore:     best.score,
		groundRival:     clip(ix.rival(found), max(best.score, 0.01)),
		groundStranger:  clip(ix.stranger(found), max(best.score, 0.01)),
		groundLikeness:  best.likeness,
		groundNext:      best.next,
		groundPresent:   best.present,
		groundSpoken:    best.spoken,
		groundTold:      clip(best.told, mostTold),
		groundLead:      clip(best.evidence-next, mostLead),
		groundEvidence:  best.proof / 10,
		groundStrange:   float32(q.strange) / float32(max(1, q.content)),
		groundSubject:   one(q.facets&subject != 0),
		groundForeign:   one(q.facets&(foreign|market) != 0),
		groundOther:     clip(float32(other), mostOther),
		groundNamed:     one(ix.aboutNamed(q, best.entry)),
		groundDrug:      one(drug),
		groundDescribes: one(drug && describes(q)),
		groundLength:    float32(math.Log1p(float64(q.content))) / 3,
		groundAsks:      one(q.facets&(law|help) != 0),
	}
	if q.facets&subject == 0 {
		g[groundQuietLikeness], g[groundQuietEvidence], g[groundQuietOther] = g[groundLikeness], g[groundEvidence], g[groundOther]
	}
	return g
}

// stranger is the score of the best candidate that is not related to the first.
func (ix *Index) stranger(found []candidate) float32 {
	best := ix.entries[found[0].entry]
	for _, c := range found[1:] {
		e := ix.entries[c.entry]
		if !slices.Contains(best.Related, e.ID) && !slices.Contains(e.Related, best.ID) {
			return c.score
		}
	}
	return 0
}

// clip gives x as a share of most, -1 to 1.
func clip(x, most float32) float32 { return max(-1, min(1, x/most)) }

func one(is bool) float32 {
	if is {
		return 1
	}
	return 0
}

// trustWeights are what the grounds weigh, in log odds: a logistic regression over the
// labelled questions of testdata, by TestFit.
var trustWeights = grounds{
	groundBase:          -7.72,
	groundScore:         3.36,
	groundRival:         0.11,
	groundStranger:      -1.63,
	groundLikeness:      -0.63,
	groundNext:          1.07,
	groundPresent:       -0.89,
	groundSpoken:        1.18,
	groundTold:          -0.05,
	groundLead:          0.89,
	groundEvidence:      2.41,
	groundStrange:       0.10,
	groundSubject:       -0.69,
	groundForeign:       -0.83,
	groundOther:         -3.94,
	groundNamed:         -1.08,
	groundDrug:          0.49,
	groundDescribes:     0.56,
	groundLength:        -3.35,
	groundAsks:          -0.22,
	groundQuietLikeness: -1.07,
	groundQuietEvidence: 0.04,
	groundQuietOther:    0.05,
}

// trust gives the log odds that the first candidate answers.
func (g grounds) trust() float32 {
	sum := float32(0)
	for i, x := range g {
		sum += x * trustWeights[i]
	}
	return sum
}
