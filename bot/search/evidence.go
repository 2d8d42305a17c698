package search

import (
	"math"
	"sync"
)

// evidence is the weight of evidence of a naive Bayes classifier over all that an
// entry says and is asked by: for each feature the log odds of the entry against all
// others, as in complement naive Bayes (Rennie and others, Tackling the Poor
// Assumptions of Naive Bayes Text Classifiers, 2003), with texts of unit length and IDF
// as there. The likeness of phrases needs one that resembles the question; this adds up
// what many of them have in common with it.
type evidence struct {
	vocabulary *vocabulary
	shards     [shardCount]evidenceShard
	bias       []float32 // by entry, for each unit of a question's weight
	unseen     float32   // the IDF of a feature that no text has
	pool       sync.Pool // of *[]float32, by entry
}

type evidenceShard struct {
	idf   []float32  // by number, over texts
	lists []gainList // by number; empty for what is only a term
	gains []gain
}

// gainList says where in the shard the gains of a feature are.
type gainList struct{ from, end int32 }

func (s *evidenceShard) of(feature int32) []gain {
	return s.gains[s.lists[feature].from:s.lists[feature].end]
}

// gain is what a feature tells for an entry, in nats, beyond what it tells for one of
// which it is unknown.
type gain struct {
	entry int32
	nats  float32
}

// oneRune is the kind of a single character, in the top bits of a key.
const oneRune uint64 = 8 << 60

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
			to = append(to, term{pair(r, a.runes[i+1]), twoRunesWeight})
		}
	}
	return to
}

// newEvidence learns from the texts of all entries. It changes their features.
func newEvidence(all []parts, v *vocabulary) *evidence {
	ev := &evidence{vocabulary: v, bias: make([]float32, len(all))}
	bias := ev.bias // keeps the pool from holding all
	ev.pool.New = func() any { s := make([]float32, len(bias)); return &s }
	texts := 0
	for i := range all {
		texts += len(all[i].texts)
	}
	ev.unseen = idfOver(texts, 0)
	var known [shardCount]int         // features
	var squares [shardCount][]float32 // by text: what the shard adds to the square of its length
	var work sync.WaitGroup
	for n := range ev.shards {
		work.Go(func() {
			known[n] = ev.shards[n].count(n, all, texts, len(v[n].keys))
			squares[n] = ev.shards[n].measure(n, all, texts)
		})
	}
	work.Wait()
	scale := squares[0]
	at := 0
	for i := range all {
		for _, share := range all[i].texts {
			square := float32(1e-9)
			for n := range squares {
				square += squares[n][at]
			}
			scale[at] = share / float32(math.Sqrt(float64(square)))
			at++
		}
	}
	var mass [shardCount][]float32 // of each entry
	for n := range ev.shards {
		work.Go(func() { mass[n] = ev.shards[n].weigh(n, all, scale) })
	}
	work.Wait()
	total := float32(0)
	for e := range ev.bias {
		for n := range mass {
			ev.bias[e] += mass[n][e]
		}
		total += ev.bias[e]
	}
	smooth := smoothing * float64(known[0]+known[1]+known[2]+known[3])
	for e, m := range ev.bias {
		ev.bias[e] = float32(math.Log(float64(total-m)+smooth) - math.Log(float64(m)+smooth))
	}
	return ev
}

// count tells how many entries hold each feature of the n-th shard, which has so many
// numbers, and its IDF over so many texts; and gives how many features there are.
func (s *evidenceShard) count(n int, all []parts, texts, numbers int) (known int) {
	s.idf, s.lists = make([]float32, numbers), make([]gainList, numbers)
	last := make([]int32, numbers) // by number: the entry seen last, from 1
	for i := range all {
		for _, f := range all[i].features[n] {
			if f.number == boundary {
				continue
			}
			s.idf[f.number]++
			if last[f.number] != int32(i)+1 {
				last[f.number] = int32(i) + 1
				s.lists[f.number].end++ // so far how many entries hold it
			}
		}
	}
	for at, df := range s.idf {
		if df > 0 {
			known++
		}
		s.idf[at] = idfOver(texts, df)
	}
	return known
}

func idfOver(texts int, df float32) float32 {
	return float32(math.Log(1 + float64(texts)/(float64(df)+0.5)))
}

// measure weighs the features of the n-th shard by their IDF, and sums the squares for
// each of so many texts.
func (s *evidenceShard) measure(n int, all []parts, texts int) []float32 {
	squares := make([]float32, texts)
	text := 0
	for i := range all {
		for j := range all[i].features[n] {
			f := &all[i].features[n][j]
			if f.number == boundary {
				text++
				continue
			}
			f.weight *= s.idf[f.number]
			squares[text] += f.weight * f.weight
		}
	}
	return squares
}

// weigh turns the masses of the features of the n-th shard, each to the scale of its
// text, into gains, and gives those of each entry.
func (s *evidenceShard) weigh(n int, all []parts, scale []float32) []float32 {
	total := int32(0)
	for at := range s.lists {
		l := &s.lists[at]
		room := l.end
		*l = gainList{total, total} // they grow into their room
		total += room
	}
	s.gains = make([]gain, total)
	mass := make([]float32, len(all))
	for i := range all {
		for _, f := range all[i].features[n] {
			if f.number == boundary {
				scale = scale[1:]
				continue
			}
			weight := f.weight * scale[0]
			mass[i] += weight
			l := &s.lists[f.number]
			if last := l.end - 1; last >= l.from && s.gains[last].entry == int32(i) {
				s.gains[last].nats += weight
			} else {
				s.gains[l.end] = gain{int32(i), weight}
				l.end++
			}
		}
	}
	for at := range s.lists {
		gains, total := s.of(int32(at)), float32(0)
		for _, g := range gains {
			total += g.nats
		}
		for i, g := range gains {
			others := total - g.nats
			gains[i].nats = float32(math.Log(float64((g.nats + smoothing) / smoothing * (total + smoothing) / (others + smoothing))))
		}
	}
	return mass
}

// idf of a feature over the texts, in nats.
func (ev *evidence) idf(feature uint64) float32 {
	n, number, known := ev.vocabulary.find(feature)
	if !known {
		return ev.unseen
	}
	return ev.shards[n].idf[number]
}

// of gives the evidence of a question for each entry, in nats over knowing nothing of
// it; free takes it back.
func (ev *evidence) of(q analysis) *[]float32 {
	sums := ev.pool.Get().(*[]float32)
	clear(*sums)
	asked := distinct(q.features(make([]term, 0, len(q.terms)+2*len(q.runes)), true))
	lists := make([][]gain, len(asked))
	length, all := float32(0), float32(0)
	for i, f := range asked {
		n, number, known := ev.vocabulary.find(f.key)
		if !known {
			continue
		}
		if s := &ev.shards[n]; s.lists[number].end > s.lists[number].from {
			w := f.weight * s.idf[number]
			asked[i].weight, lists[i] = w, s.of(number)
			length, all = length+w*w, all+w
		}
	}
	scale := 1 / float32(math.Sqrt(float64(max(length, 1e-9))))
	for i, f := range asked {
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
