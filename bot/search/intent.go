package search

import (
	_ "embed"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"jindu/content"
)

//go:embed data/examples.txt
var exampleTable string

// intents are what a message may be about; the first is a fair question.
var intents = [...]string{"fair", Overdose, Spiked, Suicide, Danger, "refused", "tip"}

// intent is a softmax regression over character pairs and the classes of
// safety.txt. It reads what no rule foresaw: the rules say why a message is
// dangerous, this one that it sounds like those that are.
type intent struct {
	index   map[uint64]int32
	weights [][len(intents)]float32
}

// Training: plain stochastic gradient descent over the examples in a fixed
// shuffled order, with L2 decay.
const (
	epochs    = 24
	firstRate = 1.5
	decay     = 2e-5
	leastSeen = 2 // examples that must hold a feature

)

// sureIntent is the probability from which an intent counts: a needless word of
// help costs less than a missed emergency, a fair question turned away more.
var sureIntent = map[string]float32{Overdose: 0.6, Spiked: 0.6, Danger: 0.6, Suicide: 0.7, "refused": 0.7, "tip": 0.85}

// sureAlone is the probability from which a request without the name of a substance
// is refused, when it speaks of taking something.
const sureAlone = 0.92

// aboutDrugs are classes of which a request that is refused, or a tip, holds one.
var aboutDrugs = []string{"drug", "slang", "vapeoil", "obj", "test", "hairtest", "program", "precursor", "activity", "tipgoods", "hasdrug", "covert"}

// Kinds of feature, in the top bits of a key.
const (
	pairFeature uint64 = iota << 60
	oneFeature
	classFeature
	twoClasses
)

// trained is the model of examples.txt, fitted once.
var trained = sync.OnceValue(func() *intent {
	plain := newSafety(&content.Library{}, newNames(nil))
	return plain.train(readExamples(exampleTable))
})

type example struct {
	intent int
	text   text
}

func readExamples(table string) []example {
	var all []example
	for _, line := range dataLines(table) {
		name, words, _ := strings.Cut(line, "\t")
		at := slices.Index(intents[:], name)
		if at < 0 {
			panic("search: examples.txt: " + line)
		}
		all = append(all, example{at, fold(words)})
	}
	return all
}

// groupClass sets the groups of words.txt apart from the classes of safety.txt.
const groupClass = 1 << 12

// features gives the distinct features of a message: its characters and
// pairs with the names of substances taken out, and its classes.
func (s *safety) features(t text, found hits) []uint64 {
	runes := slices.Clone(t.runes)
	for _, x := range found {
		if x.class == s.drug || x.class == safetyRules.classes["slang"] {
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
	var all []uint64
	for i, r := range runes {
		all = append(all, oneFeature|uint64(r))
		if i+1 < len(runes) {
			all = append(all, pair(r, runes[i+1]))
		}
	}
	classes := make([]int32, 0, 2*len(found))
	for _, x := range found {
		classes = append(classes, x.class)
	}
	for i := range t.runes {
		language.words.at(t.runes, i, func(_ int, senses []int32) {
			for _, id := range senses {
				classes = append(classes, groupClass+language.senses[id].group)
			}
		})
	}
	slices.Sort(classes)
	classes = slices.Compact(classes)
	for i, a := range classes {
		all = append(all, classFeature|uint64(a))
		for _, b := range classes[i+1:] {
			all = append(all, twoClasses|uint64(a)<<16|uint64(b))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// train fits the weights to the examples.
func (s *safety) train(examples []example) *intent {
	seen := map[uint64]int{}
	features := make([][]uint64, len(examples))
	for i, e := range examples {
		features[i] = s.features(e.text, s.hits(e.text.runes))
		for _, f := range features[i] {
			seen[f]++
		}
	}
	m := &intent{index: map[uint64]int32{}}
	rows := make([][]int32, len(examples))
	for i := range examples {
		for _, f := range features[i] {
			if seen[f] < leastSeen {
				continue
			}
			at, ok := m.index[f]
			if !ok {
				at = int32(len(m.index))
				m.index[f] = at
			}
			rows[i] = append(rows[i], at)
		}
	}
	m.weights = make([][len(intents)]float32, len(m.index))
	order := rand.New(rand.NewPCG(1, 1)).Perm(len(examples))
	for epoch := range epochs {
		rate := float32(firstRate / (1 + 0.3*float64(epoch)))
		for _, i := range order {
			p := m.probabilities(rows[i])
			p[examples[i].intent]--
			step := rate / float32(math.Sqrt(float64(len(rows[i])+1)))
			for _, f := range rows[i] {
				for k := range p {
					m.weights[f][k] -= step*p[k] + rate*decay*m.weights[f][k]
				}
			}
		}
	}
	return m
}

// probabilities of the intents for a message with these features.
func (m *intent) probabilities(row []int32) [len(intents)]float32 {
	var p [len(intents)]float32
	for _, f := range row {
		for k := range p {
			p[k] += m.weights[f][k]
		}
	}
	scale := 1 / float32(math.Sqrt(float64(len(row)+1)))
	top := p[0]
	for _, v := range p {
		top = max(top, v)
	}
	sum := float32(0)
	for k := range p {
		p[k] = float32(math.Exp(float64((p[k] - top) * scale)))
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// guess gives the likeliest intent and its probability.
func (m *intent) guess(features []uint64) (string, float32) {
	row := make([]int32, 0, len(features))
	for _, f := range features {
		if at, ok := m.index[f]; ok {
			row = append(row, at)
		}
	}
	p := m.probabilities(row)
	best := 0
	for k := range p {
		if p[k] > p[best] {
			best = k
		}
	}
	return intents[best], p[best]
}

// intent gives the outcome of a message that no rule knows, if it is sure enough.
func (s *safety) intent(t text, found hits) (Result, bool) {
	name, p := s.model.guess(s.features(t, found))
	if p < sureIntent[name] {
		return Result{}, false
	}
	drugs := slices.ContainsFunc(aboutDrugs, func(class string) bool { return found.has(safetyRules.classes[class]) })
	switch {
	case name == "refused" && (drugs || (p >= sureAlone && found.has(safetyRules.classes["took"]))):
		return Result{Outcome: Refused}, true
	case name == "tip" && drugs && !t.question && !found.has(safetyRules.classes["wayout"]):
		return Result{Outcome: Tip}, true
	case name != intents[0] && name != "refused" && name != "tip":
		return Result{Outcome: Crisis, Crisis: name}, true
	}
	return Result{}, false
}
