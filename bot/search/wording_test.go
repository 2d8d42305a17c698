package search

import (
	"hash/fnv"
	"slices"
	"testing"

	"jindu/content"
)

// The bounds for wording that the content does not hold: of the labelled questions,
// when half of the everyday questions are gone.
const (
	mostWrong    = 0.035
	mostUnsafe   = 0.005 // of crises and refusals
	leastOffered = 0.89  // the right entry first, answered or offered
)

// TestUnknownWording asks the labelled questions of a library without one half of its
// everyday questions, and then without the other: what a question meets that is
// worded like none of the content's own. decide must then offer, not err.
func TestUnknownWording(t *testing.T) {
	set := readLabelled(t)
	total := map[string]*score{}
	for group := range groups {
		total[group] = &score{}
	}
	for half := range uint32(2) {
		ix := New(without(defaultLibrary(t), half))
		for _, l := range set {
			r := answer(ix, l.question)
			v := l.judge(r)
			for group, kinds := range groups {
				if slices.Contains(kinds, l.kind) {
					total[group].add(v, l.first(r, v))
				}
			}
		}
	}
	printScores("without half of the everyday questions", total)
	for group, s := range total {
		most := mostWrong
		if group == "SAFETY" {
			most = mostUnsafe
		}
		if got := rate(s.wrong, s.n); got > most {
			t.Errorf("%s: %.3f wrong, at most %.3f", group, got, most)
		}
	}
	if s := total["IN DOMAIN"]; rate(s.first, s.n) < leastOffered {
		t.Errorf("the right entry stands first for %.3f, at least %.3f", rate(s.first, s.n), leastOffered)
	}
}

// without gives the library without the everyday questions of one half, by hash.
func without(lib *content.Library, half uint32) *content.Library {
	thin := *lib
	thin.Entries = map[string]*content.Entry{}
	for id, e := range lib.Entries {
		c := *e
		c.Questions = nil
		for _, q := range e.Questions {
			h := fnv.New32a()
			h.Write([]byte(q))
			if h.Sum32()>>8%2 != half {
				c.Questions = append(c.Questions, q)
			}
		}
		thin.Entries[id] = &c
	}
	return &thin
}
