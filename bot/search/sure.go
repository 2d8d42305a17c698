package search

import "slices"

// sureIntent is the probability from which an intent counts: a needless word of
// help costs less than a missed emergency, a fair question turned away more.
var sureIntent = map[string]float32{Overdose: 0.4, Spiked: 0.4, Danger: 0.4, Suicide: 0.4, "refused": 0.5, "tip": 0.5}

// leaning is the probability from which it counts when nothing in the library surely
// answers: then all that is lost is an offer, or "I don't know".
var leaning = map[string]float32{Overdose: 0.25, Spiked: 0.25, Danger: 0.25, Suicide: 0.25, "refused": 0.3, "tip": 0.3}

// likelier is how many times more probable it is then than a message about anything else.
const likelier = 1.5

// sureOfFew is the least probability for a message of fewer runes than fewRunes, which
// may be any button or place, and for one in another language, of which little is known.
const (
	fewRunes  = 5
	sureOfFew = 0.8
)

// surelyRefused is the probability of a request that wins over a rule for a crisis.
const surelyRefused = 0.9

// surelyTip is the probability of a tip that wins over a rule for a request; surely that
// of a request or a tip that wins over an entry on help.
const (
	surelyTip = 0.6
	surely    = 0.6
)

// certainly is the probability from which nothing else is offered beside.
const certainly = 0.85

// surelyClause is the probability of a crisis in one clause of a message.
const surelyClause = 0.95

// surelyCrisis is the probability of a crisis that wins over a rule for something else,
// or for another crisis that is so many times less likely.
const (
	surelyCrisis = 0.6
	unlike       = 4
)

// surelyFair is the probability of a fair question from which no rule for a crisis, or
// for a request, turns it away.
const surelyFair = 0.7

// surelyMeant is the probability that what was meant by a text with wrong characters is
// a fair question, from which the text as it is written does not turn it away.
const surelyMeant = 0.95

// sureAlone is the probability from which a request without the name of a substance
// is refused, or taken for a tip; and from which a question is a tip.
const sureAlone = 0.55

// aboutDrugs are classes of which a request that is refused, or a tip, holds one.
var aboutDrugs = []string{"drug", "slang", "vapeoil", "obj", "test", "hairtest", "program", "precursor", "activity", "tipgoods", "hasdrug", "covert"}

// sure says that a message, which no rule knows, is surely of the intent.
func (s *safety) sure(name string, p float32, t text, found hits) bool {
	least := sureIntent[name]
	if len(t.runes) < fewRunes || !t.chinese() {
		least = max(least, sureOfFew)
	}
	drugs := slices.ContainsFunc(aboutDrugs, func(class string) bool { return found.has(safetyRules.classes[class]) })
	if (name == "refused" || name == "tip") && !drugs || name == "tip" && (t.question || found.has(safetyRules.classes["wayout"])) {
		least = max(least, sureAlone)
	}
	return p >= least
}

// outcomeOf gives the outcome of a message of an intent.
func outcomeOf(intent string) Result {
	switch intent {
	case "refused":
		return Result{Outcome: Refused}
	case "tip":
		return Result{Outcome: Tip}
	}
	return Result{Outcome: Crisis, Crisis: intent}
}
