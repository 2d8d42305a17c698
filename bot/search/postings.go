package search

import (
	"math"

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
	cases  int8    // words that narrow it to a case of its own
}

// builder gathers term frequencies before they are weighted.
type builder struct {
	*postings
	lengths []float32
	total   float32
}

func (b *builder) list(key uint64) *list {
	at, ok := b.index[key]
	if !ok {
		at = int32(len(b.lists))
		b.index[key] = at
		b.lists = append(b.lists, list{})
	}
	return &b.lists[at]
}

func newPostings(entries []*content.Entry, a *analyzer) *postings {
	b := &builder{postings: &postings{index: map[uint64]int32{}}, lengths: make([]float32, len(entries))}
	for i, e := range entries {
		b.entry(int32(i), e, a)
	}
	b.weigh(len(entries))
	return b.postings
}

func (b *builder) entry(i int32, e *content.Entry, a *analyzer) {
	b.phrase(i, e.Title, titleWeight, a)
	for _, s := range e.Aliases {
		b.phrase(i, s, aliasWeight, a)
	}
	for _, s := range e.Ambiguous {
		b.phrase(i, s, aliasWeight, a)
	}
	for _, s := range e.Questions {
		b.phrase(i, s, questionWeight, a)
	}
	for _, s := range e.Body {
		b.field(i, a.analyze(fold(s.Heading).runes), headingWeight)
		b.body(i, s.Text, a)
	}
}

func (b *builder) phrase(i int32, s string, weight float32, a *analyzer) {
	parts := a.analyze(fold(s).runes)
	if len(parts.terms) == 0 {
		return
	}
	b.field(i, parts, weight)
	p := phrase{entry: i}
	for _, t := range parts.terms {
		l := b.list(t.key)
		l.strings = append(l.strings, inString{int32(len(b.strings)), t.weight})
		p.entity = p.entity || t.key&kindMask == entityTerm
		if special := t.weight == caseWeight && t.key&kindMask == groupTerm; special {
			l.special = true
			p.cases++
		}
	}
	b.strings = append(b.strings, p)
}

// body adds a long text in pieces, since fold reads only so much at once.
func (b *builder) body(i int32, s string, a *analyzer) {
	for s != "" {
		piece := cut(s, maxRunes)
		s = s[len(piece):]
		t := fold(piece)
		for _, clause := range t.clauses() {
			b.field(i, a.analyze(clause), bodyWeight)
		}
	}
}

func (b *builder) field(i int32, parts analysis, weight float32) {
	for _, t := range parts.terms {
		l := b.list(t.key)
		tf := weight * t.weight
		b.lengths[i] += tf
		if n := len(l.entries); n > 0 && l.entries[n-1].entry == i {
			l.entries[n-1].weight += tf
		} else {
			l.entries = append(l.entries, inEntry{i, tf})
		}
	}
}

// weigh turns frequencies into saturated weights and adds up the phrases' masses.
func (b *builder) weigh(n int) {
	mean := float32(1)
	for _, l := range b.lengths {
		b.total += l
	}
	if n > 0 && b.total > 0 {
		mean = b.total / float32(n)
	}
	for at := range b.lists {
		l := &b.lists[at]
		l.idf = idf(n, len(l.entries))
		for j := range l.entries {
			p := &l.entries[j]
			tf := p.weight / (1 - bm25B + bm25B*b.lengths[p.entry]/mean)
			p.weight = tf / (tf + bm25K1)
		}
		for _, s := range l.strings {
			b.strings[s.phrase].mass += l.idf * s.weight
		}
	}
	b.unseen = idf(n, 0)
}

func idf(n, df int) float32 {
	return float32(math.Log(1 + (float64(n)-float64(df)+0.5)/(float64(df)+0.5)))
}
