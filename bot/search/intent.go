package search

import (
	_ "embed"
	"encoding/binary"
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

// intent is a softmax regression over the features of a message (features.go): up to three
// characters in a row, the classes of safety.txt, the groups of words.txt, and what reports
// are made of. It is fitted beforehand (make train) to data/examples.txt, data/other.txt
// and the questions of the content.
type intent struct {
	index   map[uint64]int32
	weights []probabilities
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
