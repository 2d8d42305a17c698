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
	vocabulary *vocabulary
	shards     [shardCount]shard
	unseen     float32 // the IDF of a term that no entry holds
	strings    []phrase
}

// shard holds the lists of the terms of a shard of the vocabulary, one behind the
// other. Shards are built side by side.
type shard struct {
	lists   []list // by number
	entries []inEntry
	strings []inString
}

// list says where in the shard a term's own lists begin, and how long they are.
type list struct {
	entriesAt, stringsAt int32
	entries, strings     int32
	idf                  float32
	special              bool // a word that narrows a question to a case of its own
	held                 bool // by an entry; else it is only a feature
}

// find gives the list of a term, and the shard that it lies in; nil when no entry
// holds it.
func (p *postings) find(key uint64) (*list, *shard) {
	n, number, known := p.vocabulary.find(key)
	if !known || !p.shards[n].lists[number].held {
		return nil, nil
	}
	return &p.shards[n].lists[number], &p.shards[n]
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

func newPostings(all []parts, v *vocabulary) *postings {
	p := &postings{vocabulary: v}
	for i, e := range all {
		for _, s := range e.phrases {
			s.entry = int32(i)
			p.strings = append(p.strings, s)
		}
	}
	var work sync.WaitGroup
	for n := range p.shards {
		work.Go(func() {
			p.shards[n].lists = make([]list, len(v[n].keys))
			p.shards[n].build(n, all)
		})
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
	s.count(n, all)
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
		of := 0
		for _, t := range e.terms[n] {
			if t.number == boundary {
				of++
				continue
			}
			l, weight := &s.lists[t.number], t.weight
			if of < len(e.phrases) {
				s.strings[l.stringsAt+l.strings] = inString{first + int32(of), weight}
				l.strings++
				weight *= e.fields[of]
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

// count tells how long the list of each term of the n-th shard becomes.
func (s *shard) count(n int, all []parts) {
	last := make([]int32, len(s.lists)) // by number: the entry seen last, from 1
	for i := range all {
		of := 0
		for _, t := range all[i].terms[n] {
			if t.number == boundary {
				of++
				continue
			}
			l := &s.lists[t.number]
			if of < len(all[i].phrases) {
				l.strings++
				l.special = l.special || t.weight == caseWeight
			}
			if last[t.number] != int32(i)+1 {
				last[t.number] = int32(i) + 1
				l.entries++
				l.held = true
			}
		}
	}
}

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
			*l = list{held: true} // says nothing here, and would cost the most
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
