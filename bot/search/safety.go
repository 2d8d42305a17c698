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
	s := &safety{words: newTrie(1 << 10), places: newTrie(1 << 10), drug: classes.ids.of("drug")}
	s.hides = make([][]bool, len(classes.ids))
	for i := range s.hides {
		s.hides[i] = make([]bool, len(classes.ids))
		if int32(i) == s.drug { // a substance's name hides everything
			for j := range s.hides[i] {
				s.hides[i][j] = true
			}
		}
	}
	for outer, inner := range hiding {
		for _, name := range inner {
			s.hides[classes.ids.of(outer)][classes.ids.of(name)] = true
		}
	}
	everyday, everydayClass := map[string]bool{}, classes.ids.of("everyday")
	for id, words := range classes.words {
		for _, word := range words {
			s.words.add(fold(word).runes, int32(id))
			if int32(id) == everydayClass {
				everyday[fold(word).String()] = true
			}
		}
	}
	slang := classes.ids.of("slang")
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
