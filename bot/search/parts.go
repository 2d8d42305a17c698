package search

import (
	"runtime"
	"sync"

	"jindu/content"
)

// parts are what one entry says, taken apart. Its terms and features lie in the shards of
// the vocabulary.
type parts struct {
	names     []string // title and other names, folded
	vague     []string // names that may mean several, folded
	questions []string // everyday questions, folded
	phrases   []phrase
	fields    []float32 // by phrase: the weight of its field
	length    float32   // sum of the weights of all terms
	texts     []float32 // by text, which is a phrase or a clause of the body: how much it counts
	terms     [shardCount][]piece
	features  [shardCount][]piece
}

// piece is a term of a phrase, and behind all phrases one of the body; or a feature of a
// text. A boundary ends each phrase, and each text.
type piece struct {
	number int32 // in its shard
	weight float32
}

// boundary is the number of a piece that is none.
const boundary = -1

// split takes the entries apart, a share of them on each processor.
func split(entries []*content.Entry, a *analyzer) ([]parts, *vocabulary) {
	all := make([]parts, len(entries))
	shares := share(entries, min(runtime.GOMAXPROCS(0), mostSplitters))
	splitters := make([]*splitter, len(shares))
	var work sync.WaitGroup
	from := 0
	for i, end := range shares {
		s, own, of := &splitter{analyzer: a}, all[from:end], entries[from:end]
		splitters[i], from = s, end
		work.Go(func() {
			for j, e := range of {
				own[j] = s.split(e)
			}
		})
	}
	work.Wait()
	v := splitters[0].vocabulary // a copy: the splitter's room is not kept
	for n := range v {
		work.Go(func() {
			for i, s := range splitters[1:] {
				numbers := make([]int32, len(s.vocabulary[n].keys))
				for number, key := range s.vocabulary[n].keys {
					numbers[number] = v[n].add(key)
				}
				for j := shares[i]; j < shares[i+1]; j++ {
					renumber(all[j].terms[n], numbers)
					renumber(all[j].features[n], numbers)
				}
			}
		})
	}
	work.Wait()
	return all, &v
}

// mostSplitters bounds the vocabularies that are made into one.
const mostSplitters = 8

// share gives where each of n shares of the entries ends, so that they say about as much.
func share(entries []*content.Entry, n int) []int {
	sizes, total := make([]int, len(entries)), 0
	for i, e := range entries {
		for _, section := range e.Body {
			sizes[i] += len(section.Text)
		}
		for _, question := range e.Questions {
			sizes[i] += len(question)
		}
		total += sizes[i]
	}
	var ends []int
	sum := 0
	for i, size := range sizes {
		if sum += size; sum*n >= total*(len(ends)+1) && len(ends) < n-1 {
			ends = append(ends, i+1)
		}
	}
	return append(ends, len(entries))
}

func renumber(pieces []piece, numbers []int32) {
	for i, p := range pieces {
		if p.number != boundary {
			pieces[i].number = numbers[p.number]
		}
	}
}

// splitter takes entries apart one after the other, in the same room.
type splitter struct {
	*analyzer
	vocabulary vocabulary
	lattice    lattice
	runes      []rune
	room       []term
	features   []term
	parts      parts
	last       [shardCount][]int32 // by number: where the last phrase that has the feature has it
}

func (s *splitter) split(e *content.Entry) parts {
	p := &s.parts
	names, phrases := 1+len(e.Aliases), 1+len(e.Aliases)+len(e.Ambiguous)+len(e.Questions)
	*p = parts{
		terms: p.terms, features: p.features,
		names: make([]string, 0, names), questions: make([]string, 0, len(e.Questions)),
		phrases: make([]phrase, 0, phrases), fields: make([]float32, 0, phrases), texts: make([]float32, 0, 2*phrases),
	}
	for n := range p.terms {
		p.terms[n], p.features[n] = room(p.terms[n]), room(p.features[n])
	}
	p.names = append(p.names, s.phrase(e.Title, titleWeight))
	for _, name := range e.Aliases {
		p.names = append(p.names, s.phrase(name, aliasWeight))
	}
	for _, name := range e.Ambiguous {
		p.vague = append(p.vague, s.phrase(name, aliasWeight))
	}
	for _, question := range e.Questions {
		p.questions = append(p.questions, s.phrase(question, questionWeight))
	}
	for _, section := range e.Body {
		heading := s.take(s.fold(section.Heading).runes)
		s.terms(heading, headingWeight)
		p.length += total(heading.terms) * headingWeight
		for text := section.Text; text != ""; { // fold reads only so much at once
			piece := cut(text, maxRunes)
			text = text[len(piece):]
			for _, clause := range s.fold(piece).clauses() {
				parts := s.take(clause)
				s.terms(parts, bodyWeight)
				s.parts.length += total(parts.terms) * bodyWeight
				s.says(parts, clauseShare)
			}
		}
	}
	return *p
}

// room gives empty room for the pieces of the next entry: that behind those of the last
// one, while it lasts.
func room(last []piece) []piece {
	if cap(last)-len(last) < mostPieces {
		return make([]piece, 0, 16*mostPieces)
	}
	return last[len(last):]
}

// mostPieces is how many pieces of one kind and shard nearly every entry has less of.
const mostPieces = 1 << 10

// fold folds a text; the next one reuses its runes.
func (s *splitter) fold(words string) text {
	t := foldIn(s.runes[:0], words)
	s.runes = t.runes
	return t
}

// take takes a text apart; the next one reuses its terms.
func (s *splitter) take(runes []rune) analysis {
	parts := s.analyzer.split(runes, s.room, &s.lattice)
	s.room = parts.terms
	return parts
}

// phrase takes a phrase apart and gives it folded.
func (s *splitter) phrase(words string, field float32) string {
	t := s.fold(words)
	parts := s.take(t.runes)
	if parts.distinct(); len(parts.terms) == 0 {
		return t.String()
	}
	p := &s.parts
	s.terms(parts, 1)
	end(&p.terms)
	p.length += total(parts.terms) * field
	p.phrases, p.fields = append(p.phrases, newPhrase(parts)), append(p.fields, field)
	s.says(parts, 1)
	return t.String()
}

// total is the sum of the weights.
func total(terms []term) float32 {
	sum := float32(0)
	for _, t := range terms {
		sum += t.weight
	}
	return sum
}

// end puts a boundary into each shard.
func end(of *[shardCount][]piece) {
	for n := range of {
		of[n] = append(of[n], piece{number: boundary})
	}
}

func (s *splitter) terms(a analysis, field float32) {
	for _, t := range a.terms {
		n := shardOf(t.key)
		s.parts.terms[n] = append(s.parts.terms[n], piece{s.vocabulary[n].add(t.key), t.weight * field})
	}
}

// says notes the features of a text that counts so much. A phrase is short: what it
// repeats counts once.
func (s *splitter) says(a analysis, share float32) {
	s.features = a.features(s.features[:0], share == 1)
	var from [shardCount]int
	for n := range from {
		from[n] = len(s.parts.features[n])
	}
	for _, f := range s.features {
		n := shardOf(f.key)
		own, number := &s.parts.features[n], s.vocabulary[n].add(f.key)
		if share == 1 {
			if len(s.last[n]) <= int(number) {
				s.last[n] = append(make([]int32, 0, cap(s.vocabulary[n].keys)), s.last[n]...)[:cap(s.vocabulary[n].keys)]
			}
			if at := int(s.last[n][number]); at >= from[n] && at < len(*own) && (*own)[at].number == number {
				(*own)[at].weight = max((*own)[at].weight, f.weight)
				continue
			}
			s.last[n][number] = int32(len(*own))
		}
		*own = append(*own, piece{number, f.weight})
	}
	end(&s.parts.features)
	s.parts.texts = append(s.parts.texts, share)
}
