package search

import (
	"encoding/binary"
	"flag"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

var train = flag.Bool("train", false, "TestTrain: fit data/intent.bin anew")

// Training: plain stochastic gradient descent over the examples in a fixed
// shuffled order, with L2 decay.
const (
	epochs      = 24
	firstRate   = 1.5
	decay       = 2e-5
	timesJoined = 3000 // messages made of several, of each sort
	dangerous   = 2    // times as much as others a danger weighs
	leastSeen   = 3    // examples that must hold a feature

	leastSteps = 4 // a feature of which no weight reaches as many says too little to be kept
)

type example struct {
	intent   int
	question string
}

// examples reads what the model learns from: messages with their intents, messages
// about other things, and the questions, quizzes and places of the content, which are
// fair.
func examples(t testing.TB) []example {
	var all []example
	said := map[string]bool{} // folded: what a file says goes before what the content does
	add := func(intent, question string) {
		said[fold(question).String()] = true
		at := slices.Index(intents[:], intent)
		if at < 0 {
			t.Fatalf("no intent %q: %q", intent, question)
		}
		all = append(all, example{at, question})
	}
	for file, intent := range map[string]string{"data/examples.txt": "", "data/other.txt": "other"} {
		table, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range dataLines(string(table)) {
			if intent != "" {
				add(intent, line)
				continue
			}
			name, question, _ := strings.Cut(line, "\t")
			add(name, question)
		}
	}
	lib := defaultLibrary(t)
	fair := func(words ...string) {
		for _, q := range words {
			if f := fold(q).String(); f != "" && !said[f] {
				add("fair", q)
			}
		}
	}
	for _, id := range sortedKeys(lib.Entries) {
		e := lib.Entries[id]
		fair(slices.Concat([]string{e.Title}, e.Aliases, e.Questions)...)
	}
	for _, id := range sortedKeys(lib.Quizzes) { // an option may be typed
		for _, q := range slices.Concat(lib.Quizzes[id].Questions, lib.Quizzes[id].Multiple) {
			fair(append(q.Options, q.Text)...)
		}
	}
	for _, id := range sortedKeys(lib.Places) {
		fair(lib.Places[id].Name)
	}
	slices.SortFunc(all, func(a, b example) int { return strings.Compare(a.question, b.question) })
	return append(all, joined(all)...)
}

// joined gives messages that are made of several: among fair questions, or words about
// something else, an emergency stays one, and a request for help with a crime too;
// without one they are what they were.
func joined(all []example) []example {
	rnd := rand.New(rand.NewPCG(2, 2))
	var said [4][]example // fair, about something else, emergencies, requests
	for _, e := range all {
		switch outcome := outcomeOf(intents[e.intent]).Outcome; {
		case e.intent < 2:
			said[e.intent] = append(said[e.intent], e)
		case outcome == Crisis:
			said[2] = append(said[2], e)
		case outcome == Refused:
			said[3] = append(said[3], e)
		}
	}
	pick := func(from []example) example { return from[rnd.IntN(len(from))] }
	var made []example
	join := func(others int, among []example, e example) {
		parts := []string{e.question}
		for range others {
			parts = append(parts, pick(among).question)
		}
		rnd.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		made = append(made, example{e.intent, strings.Join(parts, "，")})
	}
	for range timesJoined {
		for _, others := range []int{1, 2 + rnd.IntN(4)} {
			for _, kind := range []int{0, 2, 3} {
				join(others, said[0], pick(said[kind]))
			}
		}
		others := 2 + rnd.IntN(4)
		for _, kind := range []int{1, 2, 3} {
			join(others, said[1], pick(said[kind]))
		}
	}
	return made
}

// TestTrain fits data/intent.bin when asked to; else it holds that the file still
// knows the examples: that neither they nor the features have moved away from it.
func TestTrain(t *testing.T) {
	all := examples(t)
	ix := New(defaultLibrary(t))
	s := ix.safety
	texts := make([]text, len(all))
	for i, e := range all {
		texts[i] = ix.speller.read(fold(e.question))
	}
	if *train {
		m := s.train(all, texts)
		if err := os.WriteFile("data/intent.bin", m.encode(), 0o644); err != nil {
			t.Fatal(err)
		}
		s.model = m
	}
	known := 0
	for i, e := range all {
		f := texts[i]
		if s.model.guess(s.features(f, s.hits(f.runes))).likeliest() == intents[e.intent] {
			known++
		}
	}
	if got := float64(known) / float64(len(all)); got < 0.97 {
		t.Errorf("intent.bin knows %.3f of the examples: make train", got)
	}
}

// train fits the weights to the examples, of which texts are what was meant.
func (s *safety) train(all []example, texts []text) *intent {
	seen := map[uint64]int{}
	features := make([][]uint64, len(all))
	for i, t := range texts {
		features[i] = s.features(t, s.hits(t.runes))
		for _, f := range features[i] {
			seen[f]++
		}
	}
	m := &intent{index: map[uint64]int32{}}
	rows := make([][]int32, len(all))
	for i := range all {
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
	m.weights = make([]probabilities, len(m.index))
	rnd := rand.New(rand.NewPCG(1, 1))
	for epoch := range epochs {
		rate := float32(firstRate / (1 + 0.3*float64(epoch)))
		for _, i := range rnd.Perm(len(all)) {
			p := m.softmax(rows[i])
			p[all[i].intent]--
			step := rate / float32(math.Sqrt(float64(len(rows[i])+1)))
			if all[i].intent > 1 {
				step *= dangerous
			}
			for _, f := range rows[i] {
				for k := range p {
					m.weights[f][k] -= step*p[k] + rate*decay*m.weights[f][k]
				}
			}
		}
	}
	return m
}

// encode gives the content of intent.bin.
func (m *intent) encode() []byte {
	most := float32(0)
	for _, w := range m.weights {
		for _, x := range w {
			most = max(most, float32(math.Abs(float64(x))))
		}
	}
	step := most / 127
	table := binary.LittleEndian.AppendUint32(nil, math.Float32bits(step))
	for _, key := range slices.Sorted(maps.Keys(m.index)) {
		row := binary.LittleEndian.AppendUint64(nil, key)
		silent := true
		for _, x := range m.weights[m.index[key]] {
			q := int8(math.Round(float64(x / step)))
			silent = silent && max(q, -q) < leastSteps
			row = append(row, byte(q))
		}
		if !silent {
			table = append(table, row...)
		}
	}
	return table
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
