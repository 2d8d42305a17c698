package search

import (
	"hash/fnv"
	"slices"
)

// Kinds of feature, in the top bits of a key.
const (
	pairFeature uint64 = iota << 60
	oneFeature
	classFeature
	twoClasses
	tripleFeature // three characters in a row
	skipFeature   // two with one between them
	startFeature  // what a message begins with, one or two characters
	endFeature
)

// classBits is the length of the hash by which a feature knows a class or a group, so
// that neither file's order matters.
const classBits = 30

func classHash(file, name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(file + "\x00" + name))
	return h.Sum64() >> (64 - classBits)
}

// safetyClasses and wordGroups are the hashes by id.
var safetyClasses, wordGroups = hashed("safety.txt", classes.ids), hashed("words.txt", language.groups)

func hashed(file string, ids map[string]int32) []uint64 {
	all := make([]uint64, len(ids))
	for name, id := range ids {
		all[id] = classHash(file, name)
	}
	return all
}

// homonyms are names of substances that are also names of something else, so that the
// words around them must tell.
var homonyms = func() map[string]bool {
	words := map[string]bool{}
	for _, word := range classes.words[classes.ids.of("homonym")] {
		words[fold(word).String()] = true
	}
	return words
}()

// characters gives what the characters of a message say.
func characters(runes []rune) []uint64 {
	n := len(runes)
	if n == 0 {
		return nil
	}
	all := make([]uint64, 0, 5*n+4)
	for i, r := range runes {
		all = append(all, oneFeature|uint64(r))
		if i+1 < n {
			all = append(all, pair(r, runes[i+1]))
		}
		if i+2 < n {
			all = append(all, tripleFeature|hash(runes[i:i+3]), skipFeature|pair(r, runes[i+2]))
		}
	}
	all = append(all, startFeature|uint64(runes[0]), endFeature|uint64(runes[n-1]))
	if n > 1 {
		all = append(all, startFeature|pair(runes[0], runes[1]), endFeature|pair(runes[n-2], runes[n-1]))
	}
	return all
}

// features gives the distinct features of a message: its characters, with the names of
// substances taken out, and its classes.
func (s *safety) features(t text, found hits) []uint64 {
	runes := slices.Clone(t.runes)
	for _, x := range found {
		if x.class == s.drug && !homonyms[string(t.runes[x.from:x.end])] {
			for i := x.from; i < x.end; i++ {
				runes[i] = '毒'
			}
		}
	}
	runes = slices.CompactFunc(runes, func(a, b rune) bool { return a == '毒' && b == '毒' })
	for i, r := range runes {
		if r >= '0' && r <= '9' {
			runes[i] = '0'
		}
	}
	all := characters(runes)
	held := make([]uint64, 0, 2*len(found)+4)
	for _, x := range found {
		held = append(held, safetyClasses[x.class])
	}
	for i := range t.runes {
		language.words.at(t.runes, i, func(_ int, senses []int32) {
			for _, id := range senses {
				held = append(held, wordGroups[language.senses[id].group])
			}
		})
	}
	for _, shape := range s.shapes(t.runes, found) {
		held = append(held, classHash("shape", shape))
	}
	slices.Sort(held)
	held = slices.Compact(held)
	for i, a := range held {
		all = append(all, classFeature|a)
		for _, b := range held[i+1:] {
			all = append(all, twoClasses|a<<classBits|b)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
