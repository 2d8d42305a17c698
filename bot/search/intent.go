package search

import (
	_ "embed"
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
	"sync"
)

//go:embed data/intent.bin
var intentTable []byte

// intents are what a message may be about; the first is a fair question on the matter
// of the library, the second is anything else.
var intents = [...]string{"fair", "other", Overdose, Spiked, Suicide, Danger, "refused", "tip"}

// probabilities of the intents.
type probabilities [len(intents)]float32

// intent is a softmax regression over character pairs, the classes of safety.txt and
// the groups of words.txt. It reads what no rule foresaw: the rules say why a message
// is dangerous, this one that it sounds like those that are. It is fitted beforehand
// (make train) to data/examples.txt, data/other.txt and the questions of the content.
type intent struct {
	index   map[uint64]int32
	weights []probabilities
}

// sureIntent is the probability from which an intent counts: a needless word of
// help costs less than a missed emergency, a fair question turned away more.
var sureIntent = map[string]float32{Overdose: 0.4, Spiked: 0.4, Danger: 0.4, Suicide: 0.4, "refused": 0.5, "tip": 0.5}

// leaning is the probability from which it counts when nothing in the library surely
// answers: then all that is lost is an offer, or "I don't know".
var leaning = map[string]float32{Overdose: 0.25, Spiked: 0.25, Danger: 0.25, Suicide: 0.25, "refused": 0.3, "tip": 0.3}

// likelier is how many times more probable it is then than a message about anything else.
const likelier = 1.5

// sureOfFew is the least probability for a message of fewer runes than fewRunes, which
// may be any button or place, and for one in another language, of which little is known.
const (
	fewRunes  = 5
	sureOfFew = 0.8
)

// surelyRefused is the probability of a request that wins over a rule for a crisis.
const surelyRefused = 0.9

// surelyTip is the probability of a tip that wins over a rule for a request; surely that
// of a request or a tip that wins over an entry on help.
const (
	surelyTip = 0.6
	surely    = 0.7
)

// surelyCrisis is the probability of a crisis that wins over a rule for something else,
// or for another crisis that is so many times less likely.
const (
	surelyCrisis = 0.6
	unlike       = 4
)

// surelyFair is the probability of a fair question from which no rule turns it away.
const surelyFair = 0.9

// sureAlone is the probability from which a request without the name of a substance
// is refused, or taken for a tip; and from which a question is a tip.
const sureAlone = 0.55

// aboutDrugs are classes of which a request that is refused, or a tip, holds one.
var aboutDrugs = []string{"drug", "slang", "vapeoil", "obj", "test", "hairtest", "program", "precursor", "activity", "tipgoods", "hasdrug", "covert"}

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
var safetyClasses, wordGroups = hashed("safety.txt", safetyRules.classes), hashed("words.txt", language.groups)

func hashed(file string, ids map[string]int32) []uint64 {
	all := make([]uint64, len(ids))
	for name, id := range ids {
		all[id] = classHash(file, name)
	}
	return all
}

// A row of intent.bin: the key of a feature, then for each intent its weight in steps,
// one byte each. Before the rows stands the size of a step, a float32. All is little
// endian.
const rowSize = 8 + len(intents)

// trained is the model of intent.bin, read once.
var trained = sync.OnceValue(func() *intent {
	step := math.Float32frombits(binary.LittleEndian.Uint32(intentTable))
	rows := intentTable[4:]
	m := &intent{index: make(map[uint64]int32, len(rows)/rowSize)}
	m.weights = make([]probabilities, 0, len(rows)/rowSize)
	for row := range slices.Chunk(rows, rowSize) {
		m.index[binary.LittleEndian.Uint64(row)] = int32(len(m.weights))
		var w probabilities
		for k := range w {
			w[k] = step * float32(int8(row[8+k]))
		}
		m.weights = append(m.weights, w)
	}
	return m
})

// homonyms are names of substances that are also names of something else, so that the
// words around them must tell.
var homonyms = func() map[string]bool {
	words := map[string]bool{}
	for _, word := range safetyRules.words[safetyRules.classes["homonym"]] {
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
	classes := make([]uint64, 0, 2*len(found))
	for _, x := range found {
		classes = append(classes, safetyClasses[x.class])
	}
	for i := range t.runes {
		language.words.at(t.runes, i, func(_ int, senses []int32) {
			for _, id := range senses {
				classes = append(classes, wordGroups[language.senses[id].group])
			}
		})
	}
	slices.Sort(classes)
	classes = slices.Compact(classes)
	for i, a := range classes {
		all = append(all, classFeature|a)
		for _, b := range classes[i+1:] {
			all = append(all, twoClasses|a<<classBits|b)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// softmax gives the probabilities of the intents for a message with these features.
func (m *intent) softmax(row []int32) probabilities {
	var p probabilities
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

// guess gives the probabilities of the intents.
func (m *intent) guess(features []uint64) probabilities {
	row := make([]int32, 0, len(features))
	for _, f := range features {
		if at, ok := m.index[f]; ok {
			row = append(row, at)
		}
	}
	p := m.softmax(row)
	if known := float32(len(row)) / float32(max(1, len(features))); known < leastKnown {
		for k := range p {
			p[k] *= known / leastKnown
		}
		p[slices.Index(intents[:], "other")] += 1 - known/leastKnown // nobody wrote so before
	}
	return p
}

// leastKnown is the share of a message's features that must be known, or it is likely
// about something else: another script, rare names.
const leastKnown = 0.25

// sounds gives the probabilities of what a message is about.
func (s *safety) sounds(t text) probabilities {
	return s.model.guess(s.features(t, s.hits(t.runes)))
}

// likeliest gives the most probable of the intents.
func (p probabilities) likeliest() string {
	best := 0
	for k := range p {
		if p[k] > p[best] {
			best = k
		}
	}
	return intents[best]
}

// danger gives what must not be answered from the content, and how probable that is.
// What kind of crisis it is matters less than whether it is one.
func (p probabilities) danger() (string, float32) {
	crisis, _ := p.crisis()
	sum := p.of(Overdose) + p.of(Spiked) + p.of(Suicide) + p.of(Danger)
	refused, tip := p.of("refused"), p.of("tip")
	switch {
	case sum >= max(refused, tip):
		return crisis, sum
	case refused >= tip:
		return "refused", refused
	}
	return "tip", tip
}

// of gives the probability of one intent.
func (p probabilities) of(name string) float32 { return p[slices.Index(intents[:], name)] }

// crisis gives the likeliest crisis.
func (p probabilities) crisis() (name string, most float32) {
	name = Overdose
	for _, c := range []string{Overdose, Spiked, Suicide, Danger} {
		if x := p.of(c); x > most {
			name, most = c, x
		}
	}
	return name, most
}

// sure says that a message, which no rule knows, is surely of the intent.
func (s *safety) sure(name string, p float32, t text, found hits) bool {
	least := sureIntent[name]
	if len(t.runes) < fewRunes || !t.chinese() {
		least = max(least, sureOfFew)
	}
	drugs := slices.ContainsFunc(aboutDrugs, func(class string) bool { return found.has(safetyRules.classes[class]) })
	if (name == "refused" || name == "tip") && !drugs || name == "tip" && (t.question || found.has(safetyRules.classes["wayout"])) {
		least = max(least, sureAlone)
	}
	return p >= least
}

// outcomeOf gives the outcome of a message of an intent.
func outcomeOf(intent string) Result {
	switch intent {
	case "refused":
		return Result{Outcome: Refused}
	case "tip":
		return Result{Outcome: Tip}
	}
	return Result{Outcome: Crisis, Crisis: intent}
}
