package search

import (
	"cmp"
	"slices"
	"sync"

	"jindu/content"
)

// How an entry's score, 0 to 1, is made of the share of the question that the
// whole entry covers and of its likeness to the best of the entry's phrases.
const (
	coverShare    = 0.3
	likenessShare = 0.6
	nextShare     = 0.1 // of the second best phrase

	// evidenceShare is what is taken off for each nat that an entry has less evidence
	// than the one with the most, down to leastEvidence.
	evidenceShare = 0.1
	leastEvidence = -4

	// unseenWeight tempers character pairs that no entry holds: many are only the
	// seam of two words. Pairs of less than full weight do not count then.
	unseenWeight = 0.45

	// otherCase is what is left of a phrase's likeness for each word by which it
	// speaks of a case that the question does not: 怀孕的人贩毒 for 贩毒.
	otherCase = 0.8

	// otherMatter is the same for a phrase that speaks of drugs, when the question
	// does not: 快递涉毒 for 快递.
	otherMatter = 0.7

	// missedCase is what is left of an entry's score for each such word of the
	// question that the entry never mentions.
	missedCase = 0.73

	// asideCase is the same for a word that only the entry's text mentions, not its
	// title, names or questions.
	asideCase = 0.9

	// lackedCase is what is left of a phrase's likeness for each such word that it
	// does not hold.
	lackedCase = 0.85
)

// candidate is an entry that shares something with the question.
type candidate struct {
	entry    int32
	score    float32
	cover    float32 // share of the question's IDF mass, by how much the entry says of it
	present  float32 // the same share, by what the entry mentions at all
	likeness float32 // to the best phrase
	next     float32 // to the second best
	told     float32 // IDF mass in common beyond that somebody takes drugs
	spoken   float32 // share of the question's IDF mass that the entry's phrases hold
	proof    float32 // evidence in nats, over that of an entry of which nothing is known
	evidence float32 // the same, less that of the entry with the most
}

// worth is the score less what the entry lacks in evidence.
func (c candidate) worth() float32 {
	return c.score + evidenceShare*max(c.evidence, leastEvidence)
}

// scratch holds the sums of one ranking.
type scratch struct {
	cover, common   []float32 // by entry, by phrase
	cases           []int8    // by phrase: words that narrow the case, in question and phrase
	known, asked    []int8    // by entry: the same in all of it, and in its phrases
	best, next      []float32 // by entry: likeness of the two best phrases
	present, told   []float32 // by entry
	spoken          []float32 // by entry
	entries, phrase []int32   // touched
}

type ranker struct {
	*postings
	evidence *evidence
	drug     []bool // by entry: it is about a substance
	a        *analyzer
	pool     sync.Pool
}

func newRanker(p *postings, ev *evidence, entries []*content.Entry, a *analyzer) *ranker {
	r := &ranker{postings: p, evidence: ev, drug: make([]bool, len(entries)), a: a}
	for i, e := range entries {
		r.drug[i] = e.Kind == content.Drug
	}
	r.pool.New = func() any {
		return &scratch{
			cover: make([]float32, len(entries)), best: make([]float32, len(entries)), next: make([]float32, len(entries)), told: make([]float32, len(entries)), present: make([]float32, len(entries)), spoken: make([]float32, len(entries)),
			common: make([]float32, len(p.strings)), cases: make([]int8, len(p.strings)), known: make([]int8, len(entries)), asked: make([]int8, len(entries)),
		}
	}
	return r
}

// rank gives the best candidates, at most limit, best first.
func (r *ranker) rank(q analysis, limit int) []candidate {
	evidence := r.evidence.of(q)
	defer r.evidence.free(evidence)
	mostEvidence := float32(0)
	for i, nats := range *evidence {
		if i == 0 || nats > mostEvidence {
			mostEvidence = nats
		}
	}
	s := r.pool.Get().(*scratch)
	defer r.pool.Put(s)
	var all, plain float32 // IDF mass with and without names of substances
	asked := int8(0)       // words that narrow the case
	for _, t := range q.terms {
		l, shard := r.find(t.key)
		if l == nil {
			if t.weight < pairWeight {
				continue
			}
			mass := r.unseen * t.weight * unseenWeight
			all, plain = all+mass, plain+mass
			continue
		}
		mass := l.idf * t.weight
		plainTerm := r.a.plain(t.key)
		if l.special {
			asked++
		}
		all += mass
		if t.key&kindMask != entityTerm {
			plain += mass
		}
		for _, p := range shard.inEntries(l) {
			if s.cover[p.entry] == 0 {
				s.entries = append(s.entries, p.entry)
			}
			s.cover[p.entry] += mass * p.weight
			s.present[p.entry] += mass
			if !plainTerm {
				s.told[p.entry] += mass
			}
			if l.special {
				s.known[p.entry]++
			}
		}
		last := int32(-1)
		for _, p := range shard.inStrings(l) {
			if of := r.strings[p.phrase].entry; of != last {
				if l.special {
					s.asked[of]++
				}
				s.spoken[of] += mass
				last = of
			}
			if s.common[p.phrase] == 0 {
				s.phrase = append(s.phrase, p.phrase)
			}
			s.common[p.phrase] += l.idf * min(t.weight, p.weight)
			if l.special {
				s.cases[p.phrase]++
			}
		}
	}
	for _, at := range s.phrase {
		p := r.strings[at]
		mass := plain
		if p.entity || r.drug[p.entry] {
			mass = all
		}
		like := 2 * s.common[at] / (mass + p.mass)
		for range p.cases - s.cases[at] {
			like *= otherCase
		}
		for range asked - s.cases[at] {
			like *= lackedCase
		}
		if p.drugs && q.facets&subject == 0 {
			like *= otherMatter
		}
		switch {
		case like > s.best[p.entry]:
			s.best[p.entry], s.next[p.entry] = like, s.best[p.entry]
		case like > s.next[p.entry]:
			s.next[p.entry] = like
		}
		s.common[at], s.cases[at] = 0, 0
	}
	found := make([]candidate, 0, limit+1)
	least := float32(0) // worth of the last of them
	for _, e := range s.entries {
		mass := plain
		if r.drug[e] {
			mass = all
		}
		mass = max(mass, 1e-6)
		c := candidate{
			entry: e, likeness: s.best[e], next: s.next[e], told: s.told[e],
			cover: min(1, s.cover[e]/mass), present: min(1, s.present[e]/mass),
			spoken: min(1, s.spoken[e]/mass),
		}
		c.score = coverShare*c.cover + likenessShare*c.likeness + nextShare*c.next
		for range asked - s.known[e] {
			c.score *= missedCase
		}
		for range s.known[e] - s.asked[e] {
			c.score *= asideCase
		}
		c.proof = (*evidence)[e]
		c.evidence = c.proof - mostEvidence
		if worth := c.worth(); len(found) < limit || worth >= least {
			found = insert(found, c, limit)
			least = found[len(found)-1].worth()
		}
		s.known[e], s.asked[e], s.told[e] = 0, 0, 0
		s.cover[e], s.present[e], s.best[e], s.next[e], s.spoken[e] = 0, 0, 0, 0, 0
	}
	s.entries, s.phrase = s.entries[:0], s.phrase[:0]
	return found
}

// insert keeps the best limit candidates in order.
func insert(best []candidate, c candidate, limit int) []candidate {
	at, _ := slices.BinarySearchFunc(best, c, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.worth(), a.worth()), cmp.Compare(a.entry, b.entry))
	})
	if at == limit {
		return best
	}
	best = slices.Insert(best, at, c)
	return best[:min(limit, len(best))]
}
