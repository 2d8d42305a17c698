package search

import "iter"

// windows gives the stretches of a text that are read at once, each beginning in the one
// before: who is afraid may tell much before the point.
func windows(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for range mostWindows {
			part := cut(s, maxRunes)
			if !yield(part) || len(part) == len(s) {
				return
			}
			s = s[len(cut(s, maxRunes-overlap)):]
		}
	}
}

// How much of a text is read for dangers: more than the 2,048 bytes that a message of
// WeChat may have.
const (
	mostWindows = 5
	overlap     = 60
)

// crisisIn finds an emergency in one clause of a text. What else is asked beside it, what
// the law says or what it costs, makes the whole sound like a fair question.
func (ix *Index) crisisIn(t text) (Result, bool) {
	clauses := t.clauses()
	if len(clauses) < 2 {
		return Result{}, false
	}
	for _, clause := range clauses {
		if len(clause) < fewRunes-1 {
			continue
		}
		sounds := ix.safety.sounds(text{runes: clause})
		name, p := sounds.danger()
		if r := outcomeOf(name); p >= surelyClause && r.Outcome == Crisis {
			return r, true
		}
	}
	return Result{}, false
}
