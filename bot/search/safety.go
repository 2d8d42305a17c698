package search

import (
	"slices"

	"jindu/content"
)

// safety knows the words of safety.txt together with the library's names of
// substances and places.
type safety struct {
	words  *trie // a value is a class
	places *trie // townships and villages
	drug   int32
}

func newSafety(lib *content.Library, n *names) *safety {
	s := &safety{words: newTrie(), places: newTrie(), drug: safetyRules.classes["drug"]}
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
	for _, name := range n.list {
		switch {
		case name.slang:
			s.words.add(name.runes, slang)
		case !everyday[string(name.runes)]:
			s.words.add(name.runes, s.drug)
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
	t := fold(question)
	found := ix.safety.hits(t.runes)
	for _, r := range safetyRules.rules {
		if slices.ContainsFunc(r.patterns, found.fits) {
			return r.result, true
		}
	}
	if ix.safety.tip(t, found) {
		return Result{Outcome: Tip}, true
	}
	return Result{}, false
}

// hits finds the words of all classes. What lies inside a longer name of a
// substance, or inside a word that only looks like one (消毒), does not count.
func (s *safety) hits(runes []rune) hits {
	notDrug, mask := safetyRules.classes["notdrug"], safetyRules.classes["mask"]
	var found hits
	for i := range runes {
		s.words.at(runes, i, func(end int, classes []int32) {
			for _, class := range classes {
				if len(found) < hitsLimit {
					found = append(found, hit{class, i, end})
				}
			}
		})
	}
	all := slices.Clone(found)
	return slices.DeleteFunc(found, func(x hit) bool {
		return slices.ContainsFunc(all, func(o hit) bool {
			inside := o.from <= x.from && x.end <= o.end && o.end-o.from > x.end-x.from
			return inside && (o.class == s.drug || o.class == mask || (o.class == notDrug && x.class == s.drug))
		})
	})
}
