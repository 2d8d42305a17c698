package search

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed data/safety.txt
var safetyTable string

// Distances between two classes of a pattern, in runes.
const (
	usualGap  = 6
	closeGap  = 1
	anyGap    = maxRunes
	anywhere  = -1 // in any order
	hitsLimit = 400
)

// ruleBook is the parsed safety.txt.
type ruleBook struct {
	classes map[string]int32
	words   map[int32][]string
	rules   []rule
}

// rule is one outcome with the patterns that show it.
type rule struct {
	result   Result
	patterns []pattern
}

// pattern is a sequence of steps; unless holds the classes whose presence anywhere
// in the message speaks against it.
type pattern struct {
	steps  []step
	unless []int32
}

type step struct {
	any []int32 // one of these classes
	gap int     // from the step before
}

var safetyRules = mustRules(safetyTable)

// mustRules reads safety.txt.
func mustRules(table string) *ruleBook {
	b := &ruleBook{classes: map[string]int32{}, words: map[int32][]string{}}
	for _, line := range dataLines(table) {
		head, rest, ok := strings.Cut(line, ":")
		name := strings.Fields(head)
		switch {
		case ok && len(name) == 2 && name[0] == "word":
			id := b.class(name[1])
			b.words[id] = append(b.words[id], strings.Fields(rest)...)
		case ok && len(name) >= 2 && name[0] == "rule":
			b.rules = append(b.rules, b.rule(name[1:], rest))
		default:
			panic(fmt.Sprintf("search: safety.txt: %q", line))
		}
	}
	for name, id := range b.classes {
		if name != "slang" && len(b.words[id]) == 0 {
			panic("search: safety.txt: no words for " + name)
		}
	}
	return b
}

func (b *ruleBook) class(name string) int32 {
	id, ok := b.classes[name]
	if !ok {
		id = int32(len(b.classes))
		b.classes[name] = id
	}
	return id
}

func (b *ruleBook) rule(outcome []string, patterns string) rule {
	r := rule{result: Result{Outcome: Outcome(slices.Index(outcomeNames[:], outcome[0]))}}
	if r.result.Outcome < 0 {
		panic("search: safety.txt: no outcome " + outcome[0])
	}
	if len(outcome) > 1 {
		r.result.Crisis = outcome[1]
	}
	for part := range strings.SplitSeq(patterns, ";") {
		steps, unless, _ := strings.Cut(part, " unless ")
		var p pattern
		gap := usualGap
		for _, word := range strings.Fields(steps) {
			switch word {
			case "..":
				gap = anyGap
			case "/":
				gap = closeGap
			case "&":
				gap = anywhere
			default:
				s := step{gap: gap}
				for name := range strings.SplitSeq(word, "|") {
					s.any = append(s.any, b.class(name))
				}
				p.steps, gap = append(p.steps, s), usualGap
			}
		}
		for _, name := range strings.Fields(unless) {
			p.unless = append(p.unless, b.class(name))
		}
		r.patterns = append(r.patterns, p)
	}
	return r
}

// hit is a word of a class in a message.
type hit struct {
	class     int32
	from, end int
}

// hits are all words of the rules in one message, in order.
type hits []hit

func (h hits) has(class int32) bool {
	return slices.ContainsFunc(h, func(x hit) bool { return x.class == class })
}

// possible says that a message with these classes may show the pattern.
func (p pattern) possible(present []bool) bool {
	has := func(class int32) bool { return present[class] }
	for _, s := range p.steps {
		if !slices.ContainsFunc(s.any, has) {
			return false
		}
	}
	return !slices.ContainsFunc(p.unless, has)
}

// from matches the remaining steps after position at (-1: at the beginning).
func (h hits) from(steps []step, at int) bool {
	if len(steps) == 0 {
		return true
	}
	s := steps[0]
	for _, x := range h {
		if !slices.Contains(s.any, x.class) {
			continue
		}
		if at >= 0 && s.gap != anywhere && (x.from < at || x.from-at > s.gap) {
			continue
		}
		if h.from(steps[1:], x.end) {
			return true
		}
	}
	return false
}
