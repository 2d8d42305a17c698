package search

import (
	"cmp"
	"slices"
)

// term is what a text and an entry are compared by: two neighbouring characters,
// a group of words that mean the same, or the name of a substance.
type term struct {
	key    uint64
	weight float32
}

// Kinds of term, in the top bits of a key.
const (
	bigramTerm uint64 = iota << 60 // two runes, or one
	wordTerm                       // a Latin word or a number, hashed
	groupTerm                      // index of one of the lexicon's groups
	entityTerm                     // index of the substance's entry
	slangTerm                      // index of a name that several entries may claim
)

const kindMask = uint64(15) << 60

// Weights of terms: a character pair inside a known word repeats what the word's
// group says, and a single character says little.
const (
	pairWeight   = 1
	insideWeight = 0.35 // of all pairs of one word
	seamWeight   = 0.5  // a pair of an unknown character and a small word: 聚|会
	singleWeight = 0.2
	entityWeight = 1.6
	slangWeight  = 1.6
	groupWeight  = 1
	innerWeight  = 0.5 // of a word inside a name: 种 in 种大麻
	amountWeight = 0.5 // of a weight: what was done counts, not how much
	caseWeight   = 1.3 // of a word that narrows the question to a case of its own
)

// narrows says that the term turns a text to a case of its own.
func (t term) narrows() bool { return t.weight == caseWeight }

func (out *analysis) add(key uint64, weight float32) {
	out.terms = append(out.terms, term{key, weight})
}

// distinct keeps each term once, with its greatest weight.
func (out *analysis) distinct() { out.terms = distinct(out.terms) }

func distinct(terms []term) []term {
	slices.SortFunc(terms, byKey)
	return slices.CompactFunc(terms, func(a, b term) bool { return a.key == b.key })
}

// byKey orders terms, the weightiest of a key first.
func byKey(a, b term) int {
	if a.key != b.key {
		return cmp.Compare(a.key, b.key)
	}
	return cmp.Compare(b.weight, a.weight)
}

func pair(a, b rune) uint64 { return bigramTerm | uint64(a)<<24 | uint64(b) }

// hash is FNV-1a over runes, cut to the 60 bits of a key.
func hash(word []rune) uint64 {
	h := uint64(14695981039346656037)
	for _, r := range word {
		h = (h ^ uint64(r)) * 1099511628211
	}
	return h &^ kindMask
}
