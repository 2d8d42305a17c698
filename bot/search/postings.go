package search

import (
	"math"
	"sync"
)

// BM25 parameters (Robertson and Zaragoza, The Probabilistic Relevance Framework:
// BM25 and Beyond, 2009; the fields are joined as in its BM25F) and field weights.
const (
	bm25K1 = 0.7
	bm25B  = 0.5

	titleWeight    = 3
	aliasWeight    = 3
	questionWeight = 1.5
	headingWeight  = 0.5
	bodyWeight     = 1

	// leastIDF is what a term must tell to be looked up at all.
	leastIDF = 0.15
)

// postings is the inverted index: which entries, and which of their strings
// (titles, names, everyday questions), hold a term.
type postings struct {
	shards  [shardCount]shard
	unseen  float32 // the IDF of a term that no entry holds
	strings []phrase
}

// shard holds the lists of a part of the terms. Shards are built side by side.
type shard struct {
	index map[uint64]int32 // term → index into lists
	lists []list
}

const shardCount = 4

func shardOf(key uint64) int { return int(key % shardCount) }

// list gives the list of a term.
func (p *postings) list(key uint64) (*list, bool) {
	s := &p.shards[shardOf(key)]
	at, ok := s.index[key]
	if !ok {
		return nil, false
	}
	return &s.lists[at], true
}

type list struct {
	idf     float32
	special bool // a word that narrows a question to a case of its own
	entries []inEntry
	strings []inString
}

type inEntry struct {
	entry  int32
	weight float32 // saturated BM25F term frequency, 0 to 1
}

type inString struct {
	phrase int32
	weight float32
}

// phrase is one string of an entry.
type phrase struct {
	entry  int32
	mass   float32 // IDF mass of its terms
	entity bool    // it names a substance
	drugs  bool    // it speaks of drugs
	cases  int8    // words that narrow it to a case of its own
}

func newPostings(all []parts) *postings {
	p := &postings{}
	for i, e := range all {
		for _, parts := range e.phrases {
			p.strings = append(p.strings, newPhrase(int32(i), parts))
		}
	}
	lengths := make([]float32, len(all))
	for i, e := range all {
		for _, t := range e.fields {
			lengths[i] += t.weight
		}
	}
	var work sync.WaitGroup
	for n := range p.shards {
		work.Go(func() { p.shards[n].build(n, all, lengths) })
	}
	work.Wait()
	for _, s := range p.shards {
		for _, l := range s.lists {
			for _, x := range l.strings {
				p.strings[x.phrase].mass += l.idf * x.weight
			}
		}
	}
	p.unseen = idf(len(all), 0)
	return p
}

func newPhrase(entry int32, parts analysis) phrase {
	s := phrase{entry: entry, drugs: parts.facets&subject != 0}
	for _, t := range parts.terms {
		s.entity = s.entity || t.key&kindMask == entityTerm
		if t.narrows() {
			s.cases++
		}
	}
	return s
}

// build makes the lists of the terms that belong to the n-th shard, of all entries
// in order. lengths holds the sum of each entry's frequencies.
func (s *shard) build(n int, all []parts, lengths []float32) {
	s.index = make(map[uint64]int32, 1<<13)
	terms := 0
	for _, e := range all {
		terms += len(e.fields)
	}
	ids := make([]int32, 0, 2*terms/shardCount) // the lists of the terms, in the order of the second walk
	seen := make([]room, 0, 1<<13)
	walk(n, all, func(entry, phrase int32, t term) {
		at, ok := s.index[t.key]
		if !ok {
			at = int32(len(seen))
			s.index[t.key] = at
			seen = append(seen, room{})
		}
		ids = append(ids, at)
		seen[at].count(entry, phrase)
	})
	s.lists = make([]list, len(seen))
	entries, strings := 0, 0
	for _, r := range seen {
		entries, strings = entries+int(r.entries), strings+int(r.strings)
	}
	inEntries, inStrings := make([]inEntry, entries), make([]inString, strings)
	for at, r := range seen {
		l := &s.lists[at]
		l.entries, inEntries = inEntries[:0:r.entries], inEntries[r.entries:]
		l.strings, inStrings = inStrings[:0:r.strings], inStrings[r.strings:]
	}
	next := 0
	walk(n, all, func(entry, phrase int32, t term) {
		l := &s.lists[ids[next]]
		next++
		if phrase >= 0 {
			l.strings = append(l.strings, inString{phrase, t.weight})
			l.special = l.special || t.narrows()
			return
		}
		if n := len(l.entries); n > 0 && l.entries[n-1].entry == entry {
			l.entries[n-1].weight += t.weight
		} else {
			l.entries = append(l.entries, inEntry{entry, t.weight})
		}
	})
	s.weigh(lengths)
}

// walk visits the terms of the n-th shard: those of each entry's fields, with phrase -1,
// and then those of its phrases.
func walk(n int, all []parts, visit func(entry, phrase int32, t term)) {
	at := int32(0) // phrase
	for i, e := range all {
		for _, t := range e.fields {
			if shardOf(t.key) == n {
				visit(int32(i), -1, t)
			}
		}
		for _, parts := range e.phrases {
			for _, t := range parts.terms {
				if shardOf(t.key) == n {
					visit(int32(i), at, t)
				}
			}
			at++
		}
	}
}

// room is how long the lists of a term will be.
type room struct {
	entries, strings int32
	last             int32 // the entry counted last, from 1
}

func (r *room) count(entry, phrase int32) {
	switch {
	case phrase >= 0:
		r.strings++
	case r.last != entry+1:
		r.last = entry + 1
		r.entries++
	}
}

// weigh turns frequencies into saturated weights.
func (s *shard) weigh(lengths []float32) {
	n, total := len(lengths), float32(0)
	for _, l := range lengths {
		total += l
	}
	mean := max(1, total/float32(max(1, n)))
	for at := range s.lists {
		l := &s.lists[at]
		l.idf = idf(n, len(l.entries))
		if l.idf < leastIDF && n > 1 {
			*l = list{} // says nothing here, and would cost the most
			continue
		}
		for j := range l.entries {
			e := &l.entries[j]
			tf := e.weight / (1 - bm25B + bm25B*lengths[e.entry]/mean)
			e.weight = tf / (tf + bm25K1)
		}
	}
}

func idf(n, df int) float32 {
	return float32(math.Log(1 + (float64(n)-float64(df)+0.5)/(float64(df)+0.5)))
}
