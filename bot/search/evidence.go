package search

import (
	"math"
	"slices"
	"sync"
)

// evidence is the weight of evidence of a naive Bayes classifier over all that an
// entry says and is asked by: for each feature the log odds of the entry against all
// others, as in complement naive Bayes (Rennie and others, Tackling the Poor
// Assumptions of Naive Bayes Text Classifiers, 2003), with texts of unit length and IDF
// as there. The likeness of phrases needs one that resembles the question; this adds up
// what many of them have in common with it.
type evidence struct {
	shards [shardCount]evidenceShard
	bias   []float32 // by entry, for each unit of a question's weight
	pool   sync.Pool // of *[]float32, by entry
}

type evidenceShard struct {
	index map[uint64]int32 // feature → index into the others
	idf   []float32        // over texts
	holds []int32          // how many entries hold it
	gains [][]gain
}

// gain is what a feature tells for an entry, in nats, beyond what it tells for one of
// which it is unknown.
type gain struct {
	entry int32
	nats  float32
}

// Kinds of feature beside words, groups and names, in the top bits of a key.
const (
	oneRune uint64 = (iota + 8) << 60
	twoRunes
)

const (
	oneRuneWeight  = 0.4
	twoRunesWeight = 0.6
	smoothing      = 0.05 // the mass with which a feature counts in every entry
	clauseShare    = 0.3  // how much a clause of the body counts, against a phrase
)

// features appends the features of a text taken apart, with its single characters or
// without.
func (a analysis) features(to []term, single bool) []term {
	for _, t := range a.terms {
		if t.key&kindMask != bigramTerm {
			to = append(to, t)
		}
	}
	for i, r := range a.runes {
		if single {
			to = append(to, term{oneRune | uint64(r), oneRuneWeight})
		}
		if i+1 < len(a.runes) {
			to = append(to, term{twoRunes | pair(r, a.runes[i+1]), twoRunesWeight})
		}
	}
	return to
}

// sayings are the features of all texts of one entry, one text after the other.
type sayings struct {
	features []term
	at       []int32 // for each feature: its index in its shard
	texts    []saying
}

// saying is one text: where its features end, and how much it counts.
type saying struct {
	end   int
	share float32
}

func (s *sayings) add(a analysis, share float32) {
	from := len(s.features)
	s.features = a.features(s.features, share == 1)
	if share == 1 { // a phrase is short: what it repeats counts once
		own := s.features[from:]
		slices.SortFunc(own, byKey)
		own = slices.CompactFunc(own, func(a, b term) bool { return a.key == b.key })
		s.features = s.features[:from+len(own)]
	}
	s.texts = append(s.texts, saying{len(s.features), share})
}

// newEvidence learns from the sayings of all entries. It changes their weights.
func newEvidence(all []parts) *evidence {
	ev := &evidence{bias: make([]float32, len(all))}
	bias := ev.bias // keeps the pool from holding all
	ev.pool.New = func() any { s := make([]float32, len(bias)); return &s }
	texts := 0
	for i := range all {
		all[i].sayings.at = make([]int32, len(all[i].sayings.features))
		texts += len(all[i].sayings.texts)
	}
	var work sync.WaitGroup
	for n := range ev.shards {
		work.Go(func() { ev.shards[n].count(n, all, texts) })
	}
	work.Wait()
	for i := range all {
		all[i].sayings.scale(ev)
	}
	mass := make([][]float32, len(ev.shards)) // by shard: of each entry
	known := 0
	for n := range ev.shards {
		mass[n] = make([]float32, len(all))
		known += len(ev.shards[n].idf)
		work.Go(func() { ev.shards[n].weigh(n, all, mass[n]) })
	}
	work.Wait()
	total := float32(0)
	for e := range ev.bias {
		for n := range mass {
			ev.bias[e] += mass[n][e]
		}
		total += ev.bias[e]
	}
	smooth := smoothing * float64(known)
	for e, m := range ev.bias {
		ev.bias[e] = float32(math.Log(float64(total-m)+smooth) - math.Log(float64(m)+smooth))
	}
	return ev
}

// count numbers the features of the n-th shard and gives them their IDF.
func (s *evidenceShard) count(n int, all []parts, texts int) {
	s.index = make(map[uint64]int32, 1<<13)
	var last []int32 // by feature: the entry seen last, from 1
	for i := range all {
		said := &all[i].sayings
		for j, f := range said.features {
			if shardOf(f.key) != n {
				continue
			}
			at, ok := s.index[f.key]
			if !ok {
				at = int32(len(s.idf))
				s.index[f.key] = at
				s.idf, s.holds, last = append(s.idf, 0), append(s.holds, 0), append(last, 0)
			}
			s.idf[at]++
			if last[at] != int32(i)+1 {
				last[at] = int32(i) + 1
				s.holds[at]++
			}
			said.at[j] = at
		}
	}
	for at, df := range s.idf {
		s.idf[at] = float32(math.Log(1 + float64(texts)/(float64(df)+0.5)))
	}
}

// scale brings each text to the length of its share.
func (s *sayings) scale(ev *evidence) {
	from := 0
	for _, t := range s.texts {
		length := float32(0)
		for j := from; j < t.end; j++ {
			f := &s.features[j]
			f.weight *= ev.shards[shardOf(f.key)].idf[s.at[j]]
			length += f.weight * f.weight
		}
		scale := t.share / float32(math.Sqrt(float64(max(length, 1e-9))))
		for j := from; j < t.end; j++ {
			s.features[j].weight *= scale
		}
		from = t.end
	}
}

// weigh turns the masses of the features of the n-th shard into gains, and adds those
// of each entry to mass.
func (s *evidenceShard) weigh(n int, all []parts, mass []float32) {
	s.gains = make([][]gain, len(s.idf))
	total := 0
	for _, n := range s.holds {
		total += int(n)
	}
	room := make([]gain, 0, total)
	for at, n := range s.holds {
		s.gains[at] = room[:0:n]
		room = room[n:n:cap(room)]
	}
	for i := range all {
		said := &all[i].sayings
		for j, f := range said.features {
			if shardOf(f.key) != n {
				continue
			}
			mass[i] += f.weight
			own := s.gains[said.at[j]]
			if last := len(own) - 1; last >= 0 && own[last].entry == int32(i) {
				own[last].nats += f.weight
			} else {
				s.gains[said.at[j]] = append(own, gain{int32(i), f.weight})
			}
		}
	}
	for _, gains := range s.gains {
		total := float32(0)
		for _, g := range gains {
			total += g.nats
		}
		for i, g := range gains {
			others := total - g.nats
			gains[i].nats = float32(math.Log(float64((g.nats + smoothing) / smoothing * (total + smoothing) / (others + smoothing))))
		}
	}
}

// of gives the evidence of a question for each entry, in nats over knowing nothing of
// it; free takes it back.
func (ev *evidence) of(q analysis) *[]float32 {
	sums := ev.pool.Get().(*[]float32)
	clear(*sums)
	var asked sayings
	asked.add(q, 1)
	lists := make([][]gain, len(asked.features))
	length, all := float32(0), float32(0)
	for i, f := range asked.features {
		s := &ev.shards[shardOf(f.key)]
		if at, ok := s.index[f.key]; ok {
			w := f.weight * s.idf[at]
			asked.features[i].weight, lists[i] = w, s.gains[at]
			length, all = length+w*w, all+w
		}
	}
	scale := 1 / float32(math.Sqrt(float64(max(length, 1e-9))))
	for i, f := range asked.features {
		for _, g := range lists[i] {
			(*sums)[g.entry] += f.weight * scale * g.nats
		}
	}
	for e, b := range ev.bias {
		(*sums)[e] += all * scale * b
	}
	return sums
}

func (ev *evidence) free(sums *[]float32) { ev.pool.Put(sums) }
