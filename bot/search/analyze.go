package search

import (
	"slices"
)

// mention is the name of a substance in a text.
type mention struct {
	name      int32 // index into names.list
	from, end int
}

// analysis is a text taken apart.
type analysis struct {
	terms    []term
	runes    []rune // the text itself
	mentions []mention
	drugs    []int // where 毒品 stands, which may be any substance
	facets   facet
	content  int    // runes that are not filler
	strange  int    // runes of which no list knows anything
	amount   bool   // it weighs something: 10克
	drugged  bool   // it speaks of drugs, by more than the name of a substance
	county   string // code of the county that it names a township of, "" for none
}

// span is a stretch of text that the lexicon or the names know.
type span struct {
	end    int
	senses []int32
	name   int32 // -1: none
	amount bool  // a weight such as 10克
}

// actGap is how many runes before a substance's name its verb may stand: 抽了一口.
const actGap = 4

// analyzer takes texts apart with the lexicon and the names of one library.
type analyzer struct {
	names *names
	none  int32 // the group whose words make no terms
	use   int32 // the group of 吸毒
	weigh int32 // the group of 多少克
	drug  int32 // the group that every substance's name implies
	crime int32 // the group of crimes that have nothing to do with drugs
}

// analyze takes a question or a phrase apart.
func (a *analyzer) analyze(runes []rune) analysis {
	var l lattice
	runes = runes[:min(len(runes), maxRunes)]
	out := a.split(runes, make([]term, 0, 2*len(runes)+4), &l)
	out.distinct()
	return out
}

// split segments the text into the fewest words and unknown characters, names of
// substances first, and gives its terms, in room, as often as they occur.
func (a *analyzer) split(runes []rune, room []term, l *lattice) analysis {
	best := a.segment(runes, l)
	out := analysis{terms: room[:0], runes: runes}
	unknown := 0 // runes seen since the last known word
	flush := func(end int) {
		if unknown > 0 {
			a.unknown(&out, runes, end-unknown, end)
		}
		unknown = 0
	}
	for i := 0; i < len(runes); {
		s := best[i]
		if s.end == 0 {
			i++
			unknown++
			out.content++
			out.strange++
			continue
		}
		flush(i)
		if s.amount {
			out.amount = true
			out.content += s.end - i
			out.add(groupTerm|uint64(a.weigh), amountWeight)
		} else {
			a.known(&out, runes[i:s.end], s, i)
		}
		i = s.end
	}
	flush(len(runes))
	a.acts(&out, best)
	return out
}

// acts adds what is done with a substance where the verb alone does not tell:
// 吃冰毒, 打了一针海洛因.
func (a *analyzer) acts(out *analysis, best []span) {
	at := out.drugs
	for _, m := range out.mentions {
		at = append(at, m.from)
	}
	for _, from := range at {
		for i := max(0, from-actGap); i < from; i++ {
			for _, id := range best[i].senses {
				if s := language.senses[id]; s.facets&before != 0 && best[i].end <= from {
					out.add(groupTerm|uint64(s.group), caseWeight)
					out.facets |= act
				}
			}
		}
	}
}

// lattice is the room for the splits of one text.
type lattice struct {
	best [maxRunes]span
	cost [maxRunes + 1]float32
}

// segment gives for each position the span that the cheapest split takes there;
// end 0 means an unknown character.
func (a *analyzer) segment(runes []rune, l *lattice) []span {
	best, cost := l.best[:len(runes)], l.cost[:len(runes)+1]
	clear(best)
	cost[len(runes)] = 0
	for i := len(runes) - 1; i >= 0; i-- {
		cost[i] = cost[i+1] + 1
		language.words.at(runes, i, func(end int, values []int32) {
			if c := cost[end] + 0.3; c < cost[i] {
				cost[i], best[i] = c, span{end: end, senses: values, name: -1}
			}
		})
		a.names.words.at(runes, i, func(end int, values []int32) {
			if c := cost[end] + 0.1; c < cost[i] {
				cost[i], best[i] = c, span{end: end, name: values[0]}
			}
		})
		if !counts(runes[i]) {
			continue
		}
		if end := amount(runes, i); end > i {
			if c := cost[end] + 0.1; c < cost[i] {
				cost[i], best[i] = c, span{end: end, name: -1, amount: true}
			}
		}
	}
	return best
}

func (a *analyzer) known(out *analysis, word []rune, s span, at int) {
	if s.name >= 0 {
		n := a.names.list[s.name]
		out.mentions = append(out.mentions, mention{s.name, at, s.end})
		out.content += len(word)
		if len(n.entries) == 1 && !n.slang {
			out.add(entityTerm|uint64(n.entries[0]), entityWeight)
		} else {
			out.add(slangTerm|uint64(s.name), slangWeight)
		}
		if !n.slang {
			out.add(groupTerm|uint64(a.drug), groupWeight)
			out.facets |= subject
		}
		a.inside(out, word)
		return
	}
	plain := true
	all := facet(0)
	for _, id := range s.senses {
		m := language.senses[id]
		if m.facets&before != 0 {
			continue
		}
		all |= m.facets
		out.facets |= m.facets &^ filler
		switch {
		case m.facets&filler != 0 || m.group == a.none:
			continue
		case m.facets&special != 0:
			out.add(groupTerm|uint64(m.group), caseWeight)
		default:
			out.add(groupTerm|uint64(m.group), groupWeight)
		}
		plain = false
	}
	out.drugged = out.drugged || all&subject != 0
	if plain {
		return
	}
	if slices.Contains(word, '毒') && all&foreign == 0 {
		out.facets |= subject
		out.drugged = true
		if len(word) <= 2 && word[0] == '毒' {
			out.drugs = append(out.drugs, at)
		}
	}
	out.content += len(word)
	for i := 0; i+1 < len(word); i++ {
		out.add(pair(word[i], word[i+1]), insideWeight/float32(len(word)-1))
	}
}

// inside adds what the words inside a name say: 种大麻 is about planting, and about
// 大麻.
func (a *analyzer) inside(out *analysis, name []rune) {
	for i := range name {
		a.names.words.at(name, i, func(end int, values []int32) {
			n := a.names.list[values[0]]
			if end-i < len(name) && !n.slang && len(n.entries) == 1 {
				out.add(entityTerm|uint64(n.entries[0]), innerWeight)
			}
		})
		language.words.at(name, i, func(end int, values []int32) {
			for _, id := range values {
				if m := language.senses[id]; m.facets&(filler|before) == 0 && m.group != a.none && m.group != a.drug {
					out.add(groupTerm|uint64(m.group), innerWeight)
					out.facets |= m.facets & (deed | act)
				}
			}
		})
	}
}

// unknown adds the terms of a stretch that no list knows, with the seams to the
// characters around it.
func (a *analyzer) unknown(out *analysis, runes []rune, from, to int) {
	for i := from; i < to; {
		if latin(runes[i]) {
			end := i
			for end < to && latin(runes[end]) {
				end++
			}
			out.add(wordTerm|hash(runes[i:end]), pairWeight)
			i = end
			continue
		}
		if i+1 < to && !latin(runes[i+1]) {
			out.add(pair(runes[i], runes[i+1]), pairWeight)
		} else if i == from || latin(runes[i-1]) {
			out.add(pair(0, runes[i]), singleWeight)
		}
		i++
	}
	if from > 0 && !latin(runes[from]) && !latin(runes[from-1]) {
		out.add(pair(runes[from-1], runes[from]), seamWeight)
	}
	if to < len(runes) && !latin(runes[to-1]) && !latin(runes[to]) {
		out.add(pair(runes[to-1], runes[to]), seamWeight)
	}
}

// bare gives the text without what says nothing, such as 请问 and 是什么; "" when
// nothing or all is left.
func (a *analyzer) bare(runes []rune) string {
	var l lattice
	runes = runes[:min(len(runes), maxRunes)]
	best := a.segment(runes, &l)
	kept := make([]rune, 0, len(runes))
	for i := 0; i < len(runes); {
		s := best[i]
		if s.end == 0 {
			kept = append(kept, runes[i])
			i++
			continue
		}
		if s.name >= 0 || slices.ContainsFunc(s.senses, func(id int32) bool { return language.senses[id].facets&filler == 0 }) {
			kept = append(kept, runes[i:s.end]...)
		}
		i = s.end
	}
	if len(kept) == len(runes) {
		return ""
	}
	return string(kept)
}

// plain says that the term tells only that somebody takes drugs.
func (a *analyzer) plain(key uint64) bool {
	return key == groupTerm|uint64(a.drug) || key == groupTerm|uint64(a.use)
}
