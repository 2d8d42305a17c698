package search

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestTry(t *testing.T) {
	lib := defaultLibrary(t)
	ix := New(lib)
	b, _ := os.ReadFile("/tmp/try.txt")
	for _, q := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		r := answer(ix, q)
		a := ix.analyzer.analyze(fold(q).runes)
		fmt.Println(q, "=>", r.Outcome, r.Topics, r.Crisis)
		fmt.Print("   terms:")
		for _, x := range a.terms {
			fmt.Printf(" %s", termName(ix, x))
		}
		fmt.Println()
		for i, c := range ix.rank(a) {
			if i < 4 {
				fmt.Printf("      %s %.2f c%.2f p%.2f l%.2f  %s\n", ix.entries[c.entry].ID, c.score, c.cover, c.present, c.likeness, bestPhrase(ix, a, c.entry))
			}
		}
		for _, x := range ix.safety.hits(fold(q).runes) {
			for n, id := range safetyRules.classes {
				if id == x.class {
					fmt.Printf(" %s=%s", n, string(fold(q).runes[x.from:x.end]))
				}
			}
		}
		h := ix.safety.hits(fold(q).runes)
		for i, r := range safetyRules.rules {
			for j, p := range r.patterns {
				if h.fits(p) {
					fmt.Printf(" RULE%d.%d", i, j)
				}
			}
		}
		fmt.Println()
	}
}
func termName(ix *Index, x term) string {
	idf := ix.ranker.unseen
	u := "?"
	if at, ok := ix.ranker.index[x.key]; ok {
		idf = ix.ranker.lists[at].idf
		u = ""
	}
	n := ""
	switch x.key & kindMask {
	case groupTerm:
		for k, v := range language.groups {
			if uint64(v) == x.key&^kindMask {
				n = "#" + k
			}
		}
	case bigramTerm:
		n = string([]rune{rune(x.key >> 24 & 0xffffff), rune(x.key & 0xffffff)})
	case entityTerm:
		n = "@" + ix.entries[x.key&^kindMask].ID
	default:
		n = fmt.Sprint("w", x.key>>60)
	}
	return fmt.Sprintf("%s%s(%.1f*%.1f)", u, n, idf, x.weight)
}
func bestPhrase(ix *Index, q analysis, e int32) string {
	type ps struct {
		s string
		v float32
	}
	var all []ps
	en := ix.entries[e]
	for _, s := range slices.Concat([]string{en.Title}, en.Aliases, en.Ambiguous, en.Questions) {
		p := ix.analyzer.analyze(fold(s).runes)
		var mq, mp, c float32
		w := func(k uint64) float32 {
			if at, ok := ix.ranker.index[k]; ok {
				return ix.ranker.lists[at].idf
			}
			return ix.ranker.unseen * unseenWeight
		}
		for _, x := range q.terms {
			mq += w(x.key) * x.weight
			for _, y := range p.terms {
				if x.key == y.key {
					c += w(x.key) * min(x.weight, y.weight)
				}
			}
		}
		for _, y := range p.terms {
			mp += w(y.key) * y.weight
		}
		all = append(all, ps{s, 2 * c / (mq + mp)})
	}
	slices.SortFunc(all, func(a, b ps) int { return cmp.Compare(b.v, a.v) })
	p := ix.analyzer.analyze(fold(all[0].s).runes)
	tt := ""
	for _, x := range p.terms {
		tt += " " + termName(ix, x)
	}
	return fmt.Sprintf("%s %.2f [%s]", all[0].s, all[0].v, tt)
}
