package search

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"jindu/content"
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
	index   map[uint64]int32 // term → index into lists
	lists   []list
	unseen  float32 // the IDF of a term that no entry holds
	strings []phrase
}

type list struct {
	idf     float32
	special bool // a word that narrows a question to a case of its own
	act     bool // it names what somebody did
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

// parts are the terms of one entry: of all its fields, each weight times the
// field's, and of each phrase.
type parts struct {
	fields  []term
	phrases []analysis
}

func newPostings(entries []*content.Entry, a *analyzer) *postings {
	p := &postings{index: make(map[uint64]int32, 1<<14)}
	lengths := make([]float32, len(entries))
	for i, e := range split(entries, a) {
		for _, t := range e.fields {
			lengths[i] += t.weight
			l := p.list(t.key)
			if n := len(l.entries); n > 0 && l.entries[n-1].entry == int32(i) {
				l.entries[n-1].weight += t.weight
			} else {
				l.entries = append(l.entries, inEntry{int32(i), t.weight})
			}
		}
		for _, parts := range e.phrases {
			p.phrase(int32(i), parts)
		}
	}
	p.weigh(lengths)
	return p
}

// split takes the entries apart on all processors.
func split(entries []*content.Entry, a *analyzer) []parts {
	all := make([]parts, len(entries))
	var next atomic.Int32
	var work sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(entries); i = next.Add(1) - 1 {
				all[i] = partsOf(entries[i], a)
			}
		})
	}
	work.Wait()
	return all
}

func partsOf(e *content.Entry, a *analyzer) parts {
	p := parts{fields: make([]term, 0, 512)}
	field := func(terms []term, weight float32) {
		for _, t := range terms {
			p.fields = append(p.fields, term{t.key, t.weight * weight})
		}
	}
	phrase := func(s string, weight float32) {
		if parts := a.analyze(fold(s).runes); len(parts.terms) > 0 {
			field(parts.terms, weight)
			p.phrases = append(p.phrases, parts)
		}
	}
	phrase(e.Title, titleWeight)
	for _, s := range slices.Concat(e.Aliases, e.Ambiguous) {
		phrase(s, aliasWeight)
	}
	for _, s := range e.Questions {
		phrase(s, questionWeight)
	}
	for _, s := range e.Body {
		field(a.split(fold(s.Heading).runes).terms, headingWeight)
		for text := s.Text; text != ""; { // fold reads only so much at once
			piece := cut(text, maxRunes)
			text = text[len(piece):]
			for _, clause := range fold(piece).clauses() {
				field(a.split(clause).terms, bodyWeight)
			}
		}
	}
	return p
}

func (p *postings) list(key uint64) *list {
	at, ok := p.index[key]
	if !ok {
		at = int32(len(p.lists))
		p.index[key] = at
		p.lists = append(p.lists, list{})
	}
	return &p.lists[at]
}

func (p *postings) phrase(entry int32, parts analysis) {
	s := phrase{entry: entry, drugs: parts.facets&subject != 0}
	for _, t := range parts.terms {
		l := p.list(t.key)
		l.strings = append(l.strings, inString{int32(len(p.strings)), t.weight})
		s.entity = s.entity || t.key&kindMask == entityTerm
		if t.weight == caseWeight && t.key&kindMask == groupTerm {
			l.special = true
			l.act = l.act || language.acts[int32(t.key&^kindMask)]
			s.cases++
		}
	}
	p.strings = append(p.strings, s)
}

// weigh turns frequencies into saturated weights and adds up the phrases' masses.
// lengths holds the sum of each entry's frequencies.
func (p *postings) weigh(lengths []float32) {
	n, total := len(lengths), float32(0)
	for _, l := range lengths {
		total += l
	}
	mean := max(1, total/float32(max(1, n)))
	for at := range p.lists {
		l := &p.lists[at]
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
		for _, s := range l.strings {
			p.strings[s.phrase].mass += l.idf * s.weight
		}
	}
	p.unseen = idf(n, 0)
}

func idf(n, df int) float32 {
	return float32(math.Log(1 + (float64(n)-float64(df)+0.5)/(float64(df)+0.5)))
}
