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

// shard holds the lists of a part of the terms, one behind the other. Shards are built
// side by side.
type shard struct {
	index   map[uint64]int32 // term → index into lists
	lists   []list
	entries []inEntry
	strings []inString
}

// list says where in the shard a term's own lists begin, and how long they are.
type list struct {
	entriesAt, stringsAt int32
	entries, strings     int32
	idf                  float32
	special              bool // a word that narrows a question to a case of its own
}

// find gives the list of a term, and the shard that it lies in.
func (p *postings) find(key uint64) (*list, *shard) {
	s := &p.shards[shardOf(key)]
	at, ok := s.index[key]
	if !ok {
		return nil, nil
	}
	return &s.lists[at], s
}

func (s *shard) inEntries(l *list) []inEntry { return s.entries[l.entriesAt:][:l.entries] }

func (s *shard) inStrings(l *list) []inString { return s.strings[l.stringsAt:][:l.strings] }

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
		for _, s := range e.phrases {
			s.entry = int32(i)
			p.strings = append(p.strings, s)
		}
	}
	var work sync.WaitGroup
	for n := range p.shards {
		work.Go(func() { p.shards[n].build(n, all) })
	}
	work.Wait()
	for n := range p.shards {
		s := &p.shards[n]
		for at := range s.lists {
			for _, x := range s.inStrings(&s.lists[at]) {
				p.strings[x.phrase].mass += s.lists[at].idf * x.weight
			}
		}
	}
	p.unseen = idf(len(all), 0)
	return p
}

func newPhrase(parts analysis) phrase {
	s := phrase{drugs: parts.facets&subject != 0}
	for _, t := range parts.terms {
		s.entity = s.entity || t.key&kindMask == entityTerm
		if t.narrows() {
			s.cases++
		}
	}
	return s
}

// build makes the lists of the terms of the n-th shard, of all entries in order.
func (s *shard) build(n int, all []parts) {
	s.number(n, all)
	entries, strings := int32(0), int32(0)
	for at := range s.lists {
		l := &s.lists[at]
		l.entriesAt, l.stringsAt = entries, strings
		entries, strings = entries+l.entries, strings+l.strings
		l.entries, l.strings = 0, 0 // the room is known; they grow into it
	}
	s.entries, s.strings = make([]inEntry, entries), make([]inString, strings)
	first := int32(0) // phrase of the entry
	for i, e := range all {
		for _, t := range e.terms[n] {
			l, weight := &s.lists[t.key], t.weight
			if t.of != noPhrase {
				s.strings[l.stringsAt+l.strings] = inString{first + t.of, weight}
				l.strings++
				weight *= e.fields[t.of]
			}
			if at := l.entriesAt + l.entries - 1; l.entries > 0 && s.entries[at].entry == int32(i) {
				s.entries[at].weight += weight
			} else {
				s.entries[at+1] = inEntry{int32(i), weight}
				l.entries++
			}
		}
		first += int32(len(e.phrases))
	}
	s.weigh(all)
}

// number gives the terms of the n-th shard their indexes, instead of their keys, and
// counts how long the lists of each are.
func (s *shard) number(n int, all []parts) {
	total := 0
	for i := range all {
		total += len(all[i].terms[n])
	}
	s.index, s.lists = make(map[uint64]int32, total/repeated), make([]list, 0, total/repeated)
	var last []int32 // by term: the entry seen last, from 1
	for i := range all {
		for j := range all[i].terms[n] {
			t := &all[i].terms[n][j]
			at, ok := s.index[t.key]
			if !ok {
				at = int32(len(s.lists))
				s.index[t.key] = at
				s.lists, last = append(s.lists, list{}), append(last, 0)
			}
			l := &s.lists[at]
			if t.of != noPhrase {
				l.strings++
				l.special = l.special || narrows(t.key, t.weight)
			}
			if last[at] != int32(i)+1 {
				last[at] = int32(i) + 1
				l.entries++
			}
			t.key = uint64(at)
		}
	}
}

// repeated is about how often a term, or a feature, occurs.
const repeated = 8

// weigh turns frequencies into saturated weights.
func (s *shard) weigh(all []parts) {
	n, total := len(all), float32(0)
	for i := range all {
		total += all[i].length
	}
	mean := max(1, total/float32(max(1, n)))
	for at := range s.lists {
		l := &s.lists[at]
		l.idf = idf(n, int(l.entries))
		if l.idf < leastIDF && n > 1 {
			*l = list{} // says nothing here, and would cost the most
			continue
		}
		own := s.inEntries(l)
		for j := range own {
			tf := own[j].weight / (1 - bm25B + bm25B*all[own[j].entry].length/mean)
			own[j].weight = tf / (tf + bm25K1)
		}
	}
}

func idf(n, df int) float32 {
	return float32(math.Log(1 + (float64(n)-float64(df)+0.5)/(float64(df)+0.5)))
}
