package search

import (
	"cmp"
	"math"
	"slices"

	"jindu/content"
)

// speller finds what was meant by a text that was typed by sound: in Latin letters (jiu
// ming ta xi du le) or with characters of the same sound (举暴贩独). It takes the characters
// that most likely follow one another in the texts of the library, as a noisy channel
// over character pairs (Kernighan, Church and Gale, A Spelling Correction Program Based
// on a Noisy Channel Model, 1990).
type speller struct {
	evidence *evidence
	names    *names
	spelling *spelling
	inNames  map[uint64]bool   // the pairs inside names
	usual    map[rune]float32  // a character of the texts → its IDF over them
	sounding map[string][]rune // syllable → its characters, the usual ones first
}

const (
	mostSounding = 16 // characters tried for a syllable in Latin letters
	mostMistaken = 6  // for a character
	longestHeard = 60 // pieces of a text that is tried
	longestSound = 6  // letters of a syllable
	leastHeard   = 2  // syllables in Latin letters that make a text typed by sound

	mistaken  = 7.5 // nats that another character of the same sound must gain
	strangers = 2.5 // nats that a pair of no text costs, beside its second character
	inWord    = 6   // at most, the IDF of a pair inside a word of the lists
	inName    = 3   // and inside the name of a substance
	foreigner = 7   // the IDF of a character of no text: it is rather of a word of something else
)

// wordPairs are the pairs inside the words of safety.txt, which the texts of the library
// may not have: 救命.
var wordPairs = func() map[uint64]bool {
	pairs := map[uint64]bool{}
	for _, words := range classes.words {
		for _, word := range words {
			addPairs(pairs, fold(word).runes)
		}
	}
	return pairs
}()

func addPairs(to map[uint64]bool, word []rune) {
	for i := 0; i+1 < len(word); i++ {
		to[pair(word[i], word[i+1])] = true
	}
}

func newSpeller(ev *evidence, n *names, sp *spelling) *speller {
	s := &speller{evidence: ev, names: n, spelling: sp, inNames: map[uint64]bool{}, usual: map[rune]float32{}, sounding: map[string][]rune{}}
	for _, name := range n.list {
		if !name.slang {
			addPairs(s.inNames, name.runes)
		}
	}
	for r, syllable := range reading {
		if idf := ev.idf(oneRune | uint64(r)); idf < ev.unseen {
			s.usual[r] = idf
			s.sounding[syllable] = append(s.sounding[syllable], r)
		}
	}
	for syllable, runes := range s.sounding {
		slices.SortFunc(runes, func(a, b rune) int { return cmp.Or(cmp.Compare(s.usual[a], s.usual[b]), cmp.Compare(a, b)) })
		s.sounding[syllable] = slices.Clone(runes[:min(len(runes), mostSounding)])
	}
	return s
}

// meant gives what was meant by a text, and whether it was typed in Latin letters; ok is
// false when that is what it says.
func (s *speller) meant(t text) (meant text, letters, ok bool) {
	pieces, letters := s.hear(t.runes)
	if len(pieces) > longestHeard || (!letters && !s.doubt(pieces)) {
		return t, letters, false
	}
	runes := s.likeliest(pieces)
	if slices.Equal(runes, t.runes) {
		return t, letters, false
	}
	meant = text{runes: runes}
	if len(runes) == len(t.runes) {
		meant.cuts = t.cuts
	}
	return meant, letters, true
}

// read gives a text that is typed in Latin letters by its sound in the characters that
// were meant, and of every other text the names that are typed so (yituomizhi怎么戒).
func (s *speller) read(t text) text {
	if meant, letters, ok := s.meant(t); ok && letters {
		return meant
	}
	return s.namesIn(t)
}

// leastSpelt is the length of a word of Latin letters that is taken for the sound of a
// name among Chinese words: shorter ones may be anything.
const leastSpelt = 4

// namesIn writes the substances of a text that stand in it by their sound.
func (s *speller) namesIn(t text) text {
	for i := 0; i < len(t.runes); i++ {
		end := i
		for end < len(t.runes) && latin(t.runes[end]) {
			end++
		}
		word := t.runes[i:end]
		named := s.spelling.bySound[string(word)]
		if len(word) >= leastSpelt && len(named) > 0 && isKind(s.spelling.names[named[0]].entry, content.Drug) && !s.stays(word) {
			name := s.spelling.names[named[0]].runes
			t, end = t.with(name, i, end), i+len(name)
		}
		i = max(i, end-1)
	}
	return t
}

// way is one of writing the text up to a piece.
type way struct {
	r    rune
	cost float32
	back int
}

// likeliest gives the cheapest way through the pieces (Viterbi).
func (s *speller) likeliest(pieces []heard) []rune {
	ways := make([][]way, len(pieces))
	before := []way{{}}
	for i, p := range pieces {
		ways[i] = make([]way, 0, len(p.may)+1)
		syllable := len(p.may) > 0 && latin(p.as[0])
		if !syllable {
			ways[i] = append(ways[i], s.best(before, p.as[0], 0))
		}
		for _, r := range p.may {
			switch {
			case syllable:
				ways[i] = append(ways[i], s.best(before, r, 0))
			case r != p.as[0]:
				ways[i] = append(ways[i], s.best(before, r, mistaken))
			}
		}
		before = ways[i]
	}
	at := 0
	for j, w := range before {
		if w.cost < before[at].cost {
			at = j
		}
	}
	written := make([][]rune, len(pieces))
	for i := len(pieces) - 1; i >= 0; i-- {
		w := ways[i][at]
		if written[i] = []rune{w.r}; w.r == pieces[i].as[0] {
			written[i] = pieces[i].as
		}
		at = w.back
	}
	return slices.Concat(written...)
}

// best continues the cheapest way with a character that costs so much by itself.
func (s *speller) best(before []way, r rune, cost float32) way {
	best := way{r: r, cost: math.MaxFloat32}
	alone := s.alone(r) + strangers
	for j, b := range before {
		c := b.cost + alone
		if b.r != 0 {
			if p := s.pair(b.r, r); p < s.evidence.unseen {
				c = min(c, b.cost+max(0, p-s.alone(b.r)))
			}
		}
		if c < best.cost {
			best.cost, best.back = c, j
		}
	}
	best.cost += cost
	return best
}

// alone is the IDF of a character over the texts.
func (s *speller) alone(r rune) float32 {
	if idf, ok := s.usual[r]; ok {
		return idf
	}
	return foreigner
}

// pair is the IDF of two characters that follow one another.
func (s *speller) pair(a, b rune) float32 {
	key := pair(a, b)
	idf := s.evidence.idf(key)
	switch {
	case idf > inName && s.inNames[key]:
		return inName
	case idf > inWord && wordPairs[key]:
		return inWord
	}
	return idf
}
