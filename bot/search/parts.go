package search

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"jindu/content"
)

// parts are what one entry says, taken apart. Its terms and features lie in shards by
// their keys, each of which is learned from by itself.
type parts struct {
	phrases  []phrase
	fields   []float32 // by phrase: the weight of its field
	length   float32   // sum of the weights of all terms
	texts    []float32 // by text, which is a phrase or a clause of the body: how much it counts
	terms    [shardCount][]piece
	features [shardCount][]piece
}

// piece is a term of one phrase, or of no phrase (noPhrase); or a feature of one text.
type piece struct {
	key    uint64 // once it is learned: the index in its shard
	weight float32
	of     int32
}

const (
	shardCount = 4
	noPhrase   = -1
)

func shardOf(key uint64) int { return int(key % shardCount) }

// split takes the entries apart on all processors.
func split(entries []*content.Entry, a *analyzer) []parts {
	all := make([]parts, len(entries))
	var next atomic.Int32
	var work sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			s := splitter{analyzer: a}
			for i := next.Add(1) - 1; int(i) < len(entries); i = next.Add(1) - 1 {
				all[i] = s.split(entries[i])
			}
		})
	}
	work.Wait()
	return all
}

// splitter takes entries apart one after the other, in the same room.
type splitter struct {
	*analyzer
	lattice  lattice
	room     []term
	features []term
	parts    parts
}

func (s *splitter) split(e *content.Entry) parts {
	p := &s.parts
	p.phrases, p.fields, p.texts, p.length = p.phrases[:0], p.fields[:0], p.texts[:0], 0
	for n := range p.terms {
		p.terms[n], p.features[n] = p.terms[n][:0], p.features[n][:0]
	}
	s.phrase(e.Title, titleWeight)
	for _, name := range slices.Concat(e.Aliases, e.Ambiguous) {
		s.phrase(name, aliasWeight)
	}
	for _, question := range e.Questions {
		s.phrase(question, questionWeight)
	}
	for _, section := range e.Body {
		s.terms(s.take(fold(section.Heading).runes), noPhrase, headingWeight)
		for text := section.Text; text != ""; { // fold reads only so much at once
			piece := cut(text, maxRunes)
			text = text[len(piece):]
			for _, clause := range fold(piece).clauses() {
				parts := s.take(clause)
				s.terms(parts, noPhrase, bodyWeight)
				s.says(parts, clauseShare)
			}
		}
	}
	own := parts{phrases: slices.Clone(p.phrases), fields: slices.Clone(p.fields), length: p.length, texts: slices.Clone(p.texts)}
	for n := range p.terms {
		own.terms[n], own.features[n] = slices.Clone(p.terms[n]), slices.Clone(p.features[n])
	}
	return own
}

// take takes a text apart; the next one reuses its terms.
func (s *splitter) take(runes []rune) analysis {
	parts := s.analyzer.split(runes, s.room, &s.lattice)
	s.room = parts.terms
	return parts
}

func (s *splitter) phrase(words string, field float32) {
	parts := s.take(fold(words).runes)
	if parts.distinct(); len(parts.terms) == 0 {
		return
	}
	p := &s.parts
	s.terms(parts, int32(len(p.phrases)), field)
	p.phrases, p.fields = append(p.phrases, newPhrase(parts)), append(p.fields, field)
	s.says(parts, 1)
}

func (s *splitter) terms(a analysis, phrase int32, field float32) {
	for _, t := range a.terms {
		if phrase == noPhrase {
			t.weight *= field
			s.parts.length += t.weight
		} else {
			s.parts.length += t.weight * field
		}
		n := shardOf(t.key)
		s.parts.terms[n] = append(s.parts.terms[n], piece{t.key, t.weight, phrase})
	}
}

// says notes the features of a text that counts so much. A phrase is short: what it
// repeats counts once.
func (s *splitter) says(a analysis, share float32) {
	own := a.features(s.features[:0], share == 1)
	s.features = own
	if share == 1 {
		own = distinct(own)
	}
	for _, f := range own {
		n := shardOf(f.key)
		s.parts.features[n] = append(s.parts.features[n], piece{f.key, f.weight, int32(len(s.parts.texts))})
	}
	s.parts.texts = append(s.parts.texts, share)
}
