package search

import (
	"math"
	"strings"
	"unicode"
)

// heard is a piece of a text: a character, a syllable in Latin letters, or what stays as
// it is.
type heard struct {
	as  []rune // what it is written as
	may []rune // what it may have been meant as; none: it stays
}

// hear takes a text apart. It reads Latin letters as pinyin, and says so, when all words
// of them may be.
func (s *speller) hear(runes []rune) (pieces []heard, letters bool) {
	syllables, foreign := 0, false
	for i := 0; i < len(runes); {
		r, end := runes[i], i+1
		switch {
		case latin(r):
			for end < len(runes) && latin(runes[end]) {
				end++
			}
			switch word := runes[i:end]; {
			case s.stays(word):
				pieces = append(pieces, heard{as: word})
			default:
				parts := s.syllables(word)
				foreign = foreign || len(parts) == 0
				syllables += len(parts)
				pieces = append(pieces, parts...)
			}
		case r == ' ':
		default:
			pieces = append(pieces, heard{as: runes[i:end], may: s.mistaken(r)})
		}
		i = end
	}
	if !foreign && syllables >= leastHeard {
		return pieces, true
	}
	pieces = pieces[:0]
	for i := range runes {
		pieces = append(pieces, heard{as: runes[i : i+1], may: s.mistaken(runes[i])})
	}
	return pieces, false
}

// mistaken gives the usual characters that sound like one.
func (s *speller) mistaken(r rune) []rune {
	may := s.sounding[reading[r]]
	return may[:min(len(may), mostMistaken)]
}

// stays says that a word of Latin letters and digits is no pinyin: a number, the name of
// a substance, or letters without a vowel such as ktv.
func (s *speller) stays(word []rune) bool {
	vowel := false
	for _, r := range word {
		if unicode.IsDigit(r) {
			return true
		}
		vowel = vowel || strings.ContainsRune("aeiou", r)
	}
	if !vowel {
		return true
	}
	known := false
	whole := func(end int, _ []int32) { known = known || end == len(word) }
	s.names.words.at(word, 0, whole)
	language.words.at(word, 0, whole)
	return known
}

// syllables parts letters into the fewest syllables, or takes them for the name that they
// spell; none when they are no pinyin.
func (s *speller) syllables(letters []rune) []heard {
	if named := s.spelling.bySound[string(letters)]; len(named) > 0 {
		var parts []heard
		for _, r := range s.spelling.names[named[0]].runes {
			parts = append(parts, heard{as: []rune{r}})
		}
		return parts
	}
	const never = math.MaxInt32
	fewest, length := make([]int, len(letters)+1), make([]int, len(letters))
	for i := len(letters) - 1; i >= 0; i-- {
		fewest[i] = never
		for n := 1; n <= longestSound && i+n <= len(letters); n++ {
			if _, ok := s.sounding[string(letters[i:i+n])]; ok && fewest[i+n] != never && fewest[i+n]+1 < fewest[i] {
				fewest[i], length[i] = fewest[i+n]+1, n
			}
		}
	}
	if fewest[0] == never {
		return nil
	}
	var parts []heard
	for i := 0; i < len(letters); i += length[i] {
		syllable := letters[i : i+length[i]]
		parts = append(parts, heard{syllable, s.sounding[string(syllable)]})
	}
	return parts
}

// doubt leaves each character what else it may be only beside one that never stands
// there, and says whether anything is in doubt.
func (s *speller) doubt(pieces []heard) bool {
	doubt := false
	for i := range pieces {
		p := &pieces[i]
		if len(p.may) == 0 {
			continue
		}
		sure := func(at int) bool {
			return at < 0 || at+1 >= len(pieces) || s.pair(pieces[at].as[0], pieces[at+1].as[0]) < s.evidence.unseen
		}
		if sure(i-1) && sure(i) {
			p.may = nil
		}
		doubt = doubt || len(p.may) > 0
	}
	return doubt
}
