package search

import (
	"slices"

	"jindu/content"
)

// safety knows the words of safety.txt together with the library's names of
// substances and places.
type safety struct {
	words  *trie    // a value is a class
	names  *names   // of substances
	named  []int32  // by name: its class, or noClass
	places *trie    // townships and villages
	hides  [][]bool // by class of the longer and of the inner word
	drug   int32
	model  *intent // shared by all
}

func newSafety(lib *content.Library, n *names) *safety {
	s := &safety{words: newTrie(1 << 10), places: newTrie(1 << 10), drug: safetyRules.classes["drug"]}
	s.hides = make([][]bool, len(safetyRules.classes))
	for i := range s.hides {
		s.hides[i] = make([]bool, len(safetyRules.classes))
		if int32(i) == s.drug { // a substance's name hides everything
			for j := range s.hides[i] {
				s.hides[i][j] = true
			}
		}
	}
	for outer, inner := range hiding {
		for _, name := range inner {
			s.hides[safetyRules.classes[outer]][safetyRules.classes[name]] = true
		}
	}
	everyday := map[string]bool{}
	for id, words := range safetyRules.words {
		for _, word := range words {
			s.words.add(fold(word).runes, id)
			if id == safetyRules.classes["everyday"] {
				everyday[fold(word).String()] = true
			}
		}
	}
	slang := safetyRules.classes["slang"]
	s.names, s.named = n, make([]int32, len(n.list))
	for i, name := range n.list {
		switch {
		case name.slang:
			s.named[i] = slang
		case everyday[string(name.runes)]:
			s.named[i] = noClass
		default:
			s.named[i] = s.drug
		}
	}
	for _, p := range lib.Places {
		if runes := fold(p.Name).runes; len(runes) > 2 {
			s.places.add(runes, 0)
		}
	}
	return s
}

// Safety recognises what must not wait for an answer from the content: a life in
// danger (Crisis), a request for help with making, buying, taking or hiding drugs
// (Refused), and a report or a confession (Tip). It reads nothing but the text.
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
	// Who asks how to drug somebody tells of what a drugged person feels.
	if crisis, found := ix.crisisIn(t); found && !(r.Outcome == Refused && crisis.Crisis == Spiked) {
		return crisis, true
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

// reading gives what was meant by a text with wrong characters; guessing, also where
// that is not sure.
func (ix *Index) reading(t text, guessing bool) (meant text, changed bool) {
	if guessing {
		q := ix.analyzer.analyze(t.runes)
		if guesses := ix.spelling.guesses(q.runes, q.mentions); len(guesses) > 0 {
			t, changed = text{runes: guesses[0].in(t.runes), question: t.question}, true
		}
	}
	meant, _, spelt := ix.speller.meant(t)
	return meant, changed || spelt
}

func (ix *Index) judge(t text) (Result, bool) {
	found := ix.safety.hits(t.runes)
	r, ok := ix.safety.rules(t, found)
	own := len(ix.exact[t.String()]) > 0 || ix.cites(t) // the office wrote it, or it names an article: a fair question
	sounds := ix.safety.model.guess(ix.safety.features(t, found))
	if name, p := sounds.crisis(); ok && p >= surelyCrisis && (r.Outcome != Crisis || r.Crisis != Suicide && sounds.of(r.Crisis) < p/unlike) {
		return Result{Outcome: Crisis, Crisis: name}, true // the rule saw the lesser thing
	}
	name, p := sounds.danger()
	switch {
	case ok && r.Outcome == Crisis && sounds.of("refused") >= surelyRefused:
		r = Result{Outcome: Refused} // what would do that to somebody, and where to get it
	case ok && r.Outcome == Refused && name == "tip" && p >= surelyTip:
		r = Result{Outcome: Tip} // who does it, and where
	case ok && r.Outcome != Tip:
		ok = sounds[0] < surelyFair
	case !ok && ix.safety.sure(name, p, t, found):
		r, ok = outcomeOf(name), true
		own = own || len(ix.called[ix.analyzer.bare(t.runes)]) > 0 || (r.Outcome != Crisis && p < surely && ix.helps(t, r.Outcome == Refused))
		if p < certainly {
			r.Topics = ix.find(t).offers(Answer)
		}
	case !ok && p >= leaning[name] && p >= likelier*sounds.of("other") && len(t.runes) >= fewRunes && t.chinese():
		if fair := ix.find(t); fair.Outcome != Answer {
			r, ok = outcomeOf(name), true
			r.Topics = fair.offers(Choices)
		}
	}
	if own && r.Outcome != Crisis {
		return Result{}, false
	}
	return r, ok
}

// offers gives the first two topics of a result of this outcome.
func (r Result) offers(o Outcome) []string {
	if r.Outcome != o {
		return nil
	}
	return r.Topics[:min(2, len(r.Topics))]
}

// helps says that an entry on help surely answers; harmless, that the question also names
// nothing that is done with drugs. Help never tells how to do harm and says where a
// report goes, so a message that only sounds like a request for drugs or a tip, by no
// rule, gives way to it.
func (ix *Index) helps(t text, harmless bool) bool {
	q := ix.analyzer.analyze(t.runes)
	if harmless && q.facets&act != 0 {
		return false
	}
	r := ix.decide(q)
	return r.Outcome == Answer && isKind(r.Topics[0], content.Help)
}

// rules judges by safety.txt and tip.
func (s *safety) rules(t text, found hits) (Result, bool) {
	present := make([]bool, len(safetyRules.classes))
	for _, x := range found {
		present[x.class] = true
	}
	for _, r := range safetyRules.rules {
		for _, p := range r.patterns {
			if p.possible(present) && found.from(p.steps, -1) {
				return r.result, true
			}
		}
	}
	if s.tip(t, found) {
		return Result{Outcome: Tip}, true
	}
	return Result{}, false
}

// hiding lists which longer words hide a word of another class that stands inside
// them: 消毒 no drug, 怎么办 no method, 我哥 not the person who writes.
var hiding = map[string][]string{
	"notdrug": {"drug", "slang", "took", "useverb", "obj"},
	"kin":     {"self"},
	"mask":    {"how", "seek", "means", "where", "doverb", "makeverb", "makenoun", "useverb", "actverb"},
}

// noClass is the class of a name that is also an everyday word.
const noClass = -1

// hits finds the words of all classes that no longer word hides.
func (s *safety) hits(runes []rune) hits {
	var found hits
	add := func(class int32, from, end int) {
		if len(found) < hitsLimit && class != noClass && !slices.Contains(found, hit{class, from, end}) {
			found = append(found, hit{class, from, end})
		}
	}
	for i := range runes {
		s.words.at(runes, i, func(end int, classes []int32) {
			for _, class := range classes {
				add(class, i, end)
			}
		})
		s.names.words.at(runes, i, func(end int, names []int32) {
			for _, name := range names {
				add(s.named[name], i, end)
			}
		})
	}
	kept := make(hits, 0, len(found))
	for _, x := range found {
		if !slices.ContainsFunc(found, func(o hit) bool {
			return o.from <= x.from && x.end <= o.end && o.end-o.from > x.end-x.from && s.hides[o.class][x.class]
		}) {
			kept = append(kept, x)
		}
	}
	return kept
}
