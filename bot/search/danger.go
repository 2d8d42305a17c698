package search

import "slices"

// bar is the probability from which a message is of an intent: silent where nothing in
// the library answers, so that all that is lost is an offer or "I don't know"; and beside
// an answer, which never tells how to do harm and says where a report goes.
type bar struct{ silent, beside float32 }

// bars are as low as fair questions bear: a needless word of help costs less than a
// missed emergency, a fair question turned away more.
var bars = map[string]bar{
	Overdose: {0.35, 0.6}, Spiked: {0.35, 0.6}, Danger: {0.35, 0.6}, Suicide: {0.35, 0.6},
	"refused": {0.45, 0.6}, "tip": {0.4, 0.7},
}

const (
	// fewRunes is the least length of a message that is no button and no place; one that
	// is shorter, or in another language, of which little is known, needs sureOfFew.
	fewRunes  = 5
	sureOfFew = 0.8

	longStory    = 4    // clauses from which each is judged by itself too
	surelyClause = 0.97 // the probability of an emergency in one of them

	likelier  = 2.5  // times as probable as that it is about something else
	certainly = 0.85 // the probability from which nothing else is offered beside
	// surelyMeant is that of a fair question meant by a text with wrong characters, from
	// which the text as it is written does not turn it away.
	surelyMeant = 0.95
)

// Safety recognises what must not be answered from the content as an ordinary question:
// a life in danger (Crisis), a request for help with making, buying, taking or hiding
// drugs (Refused), and a report or a confession (Tip), by the text and the library alone.
func (ix *Index) Safety(question string) (Result, bool) {
	r, ok := Result{}, false
	for part := range windows(question) {
		t := ix.speller.read(fold(part))
		switch now, urgent := ix.alarm(t); {
		case urgent && now.Outcome == Crisis:
			return now, true
		case urgent && !ok:
			r, ok = now, true
		}
	}
	return r, ok
}

// alarm judges a text that is read at once.
func (ix *Index) alarm(t text) (Result, bool) {
	r, ok := ix.judge(t)
	if ok && r.Outcome == Crisis {
		return r, true
	}
	if r.Outcome != Refused { // who asks for a means tells of hardship
		if crisis, found := ix.crisisIn(t); found {
			return crisis, true
		}
	}
	meant, changed := ix.reading(t, ok)
	if !changed {
		return r, ok
	}
	m, urgent := ix.judge(meant)
	if ok && (urgent || ix.safety.sounds(meant)[0] < surelyMeant) {
		return r, true
	}
	return m, urgent // a wrong character made it sound worse, or hid what it asks
}

// crisisIn finds an emergency in a clause, or in two, of a long story, among whose other
// words it counts for little.
func (ix *Index) crisisIn(t text) (Result, bool) {
	clauses := t.clauses()
	if len(clauses) < longStory {
		return Result{}, false
	}
	for i := range clauses {
		for end := i + 1; end <= min(i+2, len(clauses)); end++ {
			said := slices.Concat(clauses[i:end]...)
			if len(said) < fewRunes-1 {
				continue
			}
			name, p := ix.safety.sounds(text{runes: said}).danger()
			if r := outcomeOf(name); r.Outcome == Crisis && p >= surelyClause {
				return r, true
			}
		}
	}
	return Result{}, false
}

// reading gives what was meant by a text with wrong characters; guessing, also where
// that is not sure.
func (ix *Index) reading(t text, guessing bool) (meant text, changed bool) {
	if guessing {
		q := ix.analyzer.analyze(t.runes)
		if guesses := ix.spelling.guesses(q.runes, q.mentions); len(guesses) > 0 {
			t, changed = text{runes: guesses[0].in(t.runes)}, true
		}
	}
	meant, _, spelt := ix.speller.meant(t)
	return meant, changed || spelt
}

// judge weighs what a text sounds like against what the library says to it.
func (ix *Index) judge(t text) (Result, bool) {
	few, foreign := len(t.runes) < fewRunes, !t.chinese()
	if few && foreign {
		return Result{}, false // an option of the quiz: E
	}
	sounds := ix.safety.sounds(t)
	name, p := sounds.danger()
	least := bars[name]
	if few || foreign {
		least.silent, least.beside = max(least.silent, sureOfFew), max(least.beside, sureOfFew)
	}
	if p < least.silent || p < likelier*sounds.of("other") {
		return Result{}, false
	}
	r := outcomeOf(name)
	if r.Outcome != Crisis && ix.own(t, p >= certainly) {
		return Result{}, false
	}
	fair := ix.find(t)
	if fair.Outcome == Answer && p < least.beside {
		return Result{}, false
	}
	if p < certainly && fair.Outcome != Unknown {
		r.Topics = fair.Topics[:min(2, len(fair.Topics))]
	}
	return r, true
}

// own says that a text is the office's: a question that it wrote, or, unless it is certain
// that it is no fair question, one that names an article or asks for a name alone.
func (ix *Index) own(t text, certain bool) bool {
	return len(ix.exact[t.String()]) > 0 || !certain && (len(ix.called[ix.analyzer.bare(t.runes)]) > 0 || ix.cites(t))
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
