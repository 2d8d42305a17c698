package search

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:embed data/words.txt
var wordTable string

// facet says what kind of answer a word asks for.
type facet uint16

const (
	about    facet = 1 << iota // a substance: what it is, what it does
	law                        // what the law says
	deed                       // an act of which law or help entries speak
	help                       // what to do
	subject                    // shows that a question is about drugs at all
	foreign                    // shows that it is about something else
	filler                     // says nothing: "请问", "是什么"
	market                     // the everyday sense of a word that is also slang
	resemble                   // describes a thing by its looks: 像…一样
	special                    // narrows the question to a case of its own: 孕妇, 房东
	act                        // what somebody did with drugs: 贩卖, 吸食, 持有
	before                     // names an act only before a substance: 吃, 做
	sentence                   // asks how long somebody goes to prison
)

var facetNames = map[string]facet{
	"about": about, "law": law, "deed": deed, "help": help, "subject": subject, "foreign": foreign, "filler": filler, "market": market,
	"resemble": resemble, "special": special, "act": act, "before": before, "sentence": sentence,
}

// noGroup is the group of words that only show what is asked for.
const noGroup = "none"

// lexicon is the built-in knowledge of the language: words grouped by what they mean.
type lexicon struct {
	words  *trie   // a value is an index into senses
	senses []sense // one for each line
	groups numbered
}

// sense is what the words of one line mean; its group is noGroup when they only
// show the facets.
type sense struct {
	group  int32
	facets facet
}

var language = mustLexicon(wordTable)

// mustLexicon reads words.txt.
func mustLexicon(table string) *lexicon {
	l := &lexicon{words: newTrie(1 << 10), groups: numbered{}}
	for _, line := range dataLines(table) {
		head, list, ok := strings.Cut(line, ":")
		names := strings.Fields(head)
		if !ok || len(names) == 0 {
			panic(fmt.Sprintf("search: words.txt: %q", line))
		}
		s := sense{group: l.groups.add(names[0])}
		for _, name := range names[1:] {
			f, ok := facetNames[name]
			if !ok {
				panic(fmt.Sprintf("search: words.txt: no facet %q", name))
			}
			s.facets |= f
		}
		for _, word := range strings.Fields(list) {
			l.words.add(fold(word).runes, int32(len(l.senses)))
		}
		l.senses = append(l.senses, s)
	}
	return l
}

// numbered gives the names of lists numbers, in the order in which they first come.
type numbered map[string]int32

func (n numbered) add(name string) int32 {
	id, known := n[name]
	if !known {
		id = int32(len(n))
		n[name] = id
	}
	return id
}

// of gives the number of a list; it must exist.
func (n numbered) of(name string) int32 {
	id, ok := n[name]
	if !ok {
		panic("search: no list of words is called " + name)
	}
	return id
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
