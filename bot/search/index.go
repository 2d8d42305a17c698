package search

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"jindu/content"
)

// Outcome says how sure an answer is, or that the message is of another sort.
type Outcome int

// Outcomes.
const (
	Unknown Outcome = iota
	Answer
	Choices
	Crisis  // a life is in danger
	Refused // asks how to make, buy, sell, take or hide drugs, or to evade tests and police
	Tip     // reports somebody, or confesses
)

var outcomeNames = [...]string{"unknown", "answer", "choices", "crisis", "refused", "tip"}

// String gives the outcome in lower case.
func (o Outcome) String() string {
	if o < 0 || int(o) >= len(outcomeNames) {
		return "outcome?"
	}
	return outcomeNames[o]
}

// The crises that have a reply of their own, "crisis-" and the name.
const (
	Overdose = "overdose" // unconscious, convulsing, not breathing, or a child swallowed something
	Spiked   = "spiked"   // something was put into a drink
	Suicide  = "suicide"
	Danger   = "danger" // violence, forced to take drugs, locked up
)

// Result is what a question leads to.
type Result struct {
	Outcome Outcome
	// Topics are entry ids, best first: one for an Answer (two when the question
	// has two topics), two to five for Choices; for Unknown suggestions or none; for a
	// Crisis, Refused or Tip that is not certain, what would answer if it is none.
	Topics []string
	Crisis string // of a Crisis: which one
}

// Index answers questions over one library. Its methods may be called from many
// goroutines at once.
type Index struct {
	entries  []*content.Entry // the most linked first
	linked   []float32        // how often others refer to an entry, 0 to 1 on a logarithmic scale
	titled   [][]int32        // by entry: the substances that its title names
	analyzer *analyzer
	ranker   *ranker
	articles *articles
	exact    map[string][]int32 // folded title, alias or everyday question → entries
	called   map[string][]int32 // folded title or alias → entries
	vague    map[string][]int32 // folded name that may mean several → entries
	safety   *safety
	spelling *spelling
	speller  *speller
	places   *trie    // townships and villages; a value is an index into counties
	counties []string // codes
}

// New builds the index of a library.
func New(lib *content.Library) *Index {
	ix := &Index{called: map[string][]int32{}, vague: map[string][]int32{}}
	ix.entries, ix.linked = byLinks(lib)
	ix.analyzer = &analyzer{names: newNames(ix.entries), drug: language.groups.of("drug"), use: language.groups.of("use"), weigh: language.groups.of("quantity"), none: language.groups.of(noGroup), crime: language.groups.of("othercrime")}
	var work sync.WaitGroup
	work.Go(func() {
		ix.safety = newSafety(lib, ix.analyzer.names)
		ix.safety.model = trained()
	})
	work.Go(func() {
		ix.title()
		ix.articles = newArticles(lib, ix.entries)
		ix.spelling = newSpelling(ix.entries)
		ix.locate(lib)
	})
	all, vocabulary := split(ix.entries, ix.analyzer)
	work.Go(func() { ix.claim(all) })
	ix.ranker = newRanker(newPostings(all, vocabulary), newEvidence(all, vocabulary), ix.entries, ix.analyzer)
	work.Wait()
	ix.speller = newSpeller(ix.ranker.evidence, ix.analyzer.names, ix.spelling)
	return ix
}

// claim notes what each entry is called and asked.
func (ix *Index) claim(all []parts) {
	phrases := 0
	for i := range all {
		phrases += len(all[i].names) + len(all[i].questions)
	}
	ix.exact = make(map[string][]int32, phrases)
	for i := range all {
		claim(ix.exact, all[i].names, int32(i))
		claim(ix.exact, all[i].questions, int32(i))
		claim(ix.called, all[i].names, int32(i))
		claim(ix.vague, all[i].vague, int32(i))
	}
}

// title notes which substances the title of each entry names.
func (ix *Index) title() {
	ix.titled = make([][]int32, len(ix.entries))
	for i, e := range ix.entries {
		for _, m := range ix.analyzer.analyze(fold(e.Title).runes).mentions {
			if n := ix.analyzer.names.list[m.name]; !n.slang {
				ix.titled[i] = append(ix.titled[i], n.entries...)
			}
		}
	}
}

// locate notes which county each township and village lies in.
func (ix *Index) locate(lib *content.Library) {
	ix.places = newTrie(1 << 10)
	for _, code := range sortedKeys(lib.Places) {
		if name := fold(lib.Places[code].Name).runes; len(code) > countyDigits && len(name) > 2 {
			county := code[:countyDigits]
			if n := len(ix.counties); n == 0 || ix.counties[n-1] != county {
				ix.counties = append(ix.counties, county)
			}
			ix.places.add(name, int32(len(ix.counties)-1))
		}
	}
}

// countyDigits is how many digits of a place's code name its county.
const countyDigits = 6

// county gives the code of the county that a text names a place of; "" when it
// names none, or places of several.
func (ix *Index) county(runes []rune) string {
	county := ""
	for i := range runes {
		several := false
		ix.places.at(runes, i, func(_ int, values []int32) {
			for _, v := range values {
				several = several || (county != "" && county != ix.counties[v])
				county = ix.counties[v]
			}
		})
		if several {
			return ""
		}
	}
	return county
}

// claim gives an entry what it is called or asked, folded.
func claim(index map[string][]int32, words []string, entry int32) {
	for _, key := range words {
		if key != "" && !slices.Contains(index[key], entry) {
			index[key] = append(index[key], entry)
		}
	}
}

// byLinks gives the entries that most others refer to first, and how often that
// is, between 0 and 1.
func byLinks(lib *content.Library) ([]*content.Entry, []float32) {
	links, most := map[string]int{}, 1
	entries := make([]*content.Entry, 0, len(lib.Entries))
	for _, e := range lib.Entries {
		entries = append(entries, e)
		for _, id := range e.Related {
			links[id]++
			most = max(most, links[id])
		}
	}
	slices.SortFunc(entries, func(a, b *content.Entry) int {
		return cmp.Or(cmp.Compare(links[b.ID], links[a.ID]), cmp.Compare(a.ID, b.ID))
	})
	linked := make([]float32, len(entries))
	for i, e := range entries {
		linked[i] = float32(math.Log1p(float64(links[e.ID])) / math.Log1p(float64(most)))
	}
	return entries, linked
}

// Exact answers what is literally in the content: a title, another name, an
// everyday question, or an article such as 禁毒法62条.
func (ix *Index) Exact(question string) (Result, bool) { return ix.exactly(fold(question)) }

func (ix *Index) exactly(t text) (Result, bool) {
	if len(t.runes) == 0 {
		return Result{}, false
	}
	if found := ix.exact[t.String()]; len(found) > 0 {
		return ix.oneOrMore(found), true
	}
	if bare := ix.analyzer.bare(t.runes); bare != "" {
		if found := ix.called[bare]; len(found) > 0 {
			return ix.oneOrMore(found), true
		}
	}
	if r, ok := ix.citation(t, true); ok && r.Outcome == Answer {
		return r, true
	}
	return Result{}, false
}

// oneOrMore is an Answer of one entry, or Choices of several.
func (ix *Index) oneOrMore(found []int32) Result {
	r := Result{Outcome: Answer}
	for _, i := range found[:min(len(found), maxChoices)] {
		r.Topics = append(r.Topics, ix.entries[i].ID)
	}
	if len(r.Topics) > 1 {
		r.Outcome = Choices
	}
	return r
}
