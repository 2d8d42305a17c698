package search

import (
	"unicode/utf8"

	"jindu/content"
)

// names are the names of substances: what they are called, and slang that may
// mean them.
type names struct {
	words *trie // a value is an index into list
	list  []name
}

type name struct {
	runes   []rune
	entries []int32 // indexes of entries
	slang   bool    // means a substance only in context
}

func newNames(entries []*content.Entry) *names {
	room := 0
	for _, e := range entries {
		if e.Kind == content.Drug {
			for _, name := range append([]string{e.Title}, e.Aliases...) {
				room += utf8.RuneCountInString(name)
			}
		}
	}
	n := &names{words: newTrie(room)}
	byWord := map[string]int{}
	add := func(word string, entry int32, slang bool) {
		t := fold(word)
		if len(t.runes) < 2 && (slang || len(t.runes) == 0) {
			return
		}
		at, known := byWord[t.String()]
		if !known {
			at = len(n.list)
			byWord[t.String()] = at
			n.list = append(n.list, name{runes: t.runes, slang: slang})
			n.words.add(t.runes, int32(at))
		}
		n.list[at].entries = append(n.list[at].entries, entry)
		n.list[at].slang = n.list[at].slang && slang
	}
	for i, e := range entries {
		if e.Kind != content.Drug {
			continue
		}
		add(e.Title, int32(i), false)
		for _, alias := range e.Aliases {
			add(alias, int32(i), false)
		}
	}
	n.dropDeeds()
	clear(byWord)
	for i, x := range n.list {
		byWord[string(x.runes)] = i
	}
	for i, e := range entries { // after the sure names, which win
		for _, alias := range e.Ambiguous {
			if e.Kind == content.Drug {
				add(alias, int32(i), true)
			}
		}
	}
	return n
}

// dropDeeds forgets names that are an act with a shorter name in it, such as 种大麻:
// the act, not the substance, is what a question with it is about.
func (n *names) dropDeeds() {
	kept := make([]name, 0, len(n.list))
	for _, x := range n.list {
		if !n.isDeed(x.runes) {
			kept = append(kept, x)
		}
	}
	if len(kept) == len(n.list) {
		return
	}
	n.list, n.words = kept, newTrie(cap(n.words.nodes))
	for at, x := range kept {
		n.words.add(x.runes, int32(at))
	}
}

func (n *names) isDeed(runes []rune) bool {
	inner, act := false, false
	for i := range runes {
		n.words.at(runes, i, func(end int, _ []int32) { inner = inner || end-i < len(runes) })
		language.words.at(runes, i, func(end int, values []int32) {
			for _, id := range values {
				act = act || language.senses[id].facets&deed != 0
			}
		})
	}
	return inner && act
}
