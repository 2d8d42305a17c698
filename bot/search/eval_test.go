package search

import (
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"jindu/content"
)

// labelled is one question of testdata/questions.tsv; README.md there tells how
// the set was made and what an expectation means.
type labelled struct {
	kind, question string
	want           []string
	practice       bool // of practice.tsv
}

var showErrors = flag.Bool("errors", false, "eval: list the tuning half's misses")

// report says that the question belongs to the half that is only looked at for reporting.
func (l labelled) report() bool {
	if l.practice {
		return false
	}
	h := fnv.New32a()
	h.Write([]byte(l.question))
	return h.Sum32()%2 == 1
}

func readLabelled(t testing.TB) []labelled {
	var set []labelled
	for _, name := range []string{"questions.tsv", "practice.tsv"} {
		file, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range dataLines(string(file)) {
			f := strings.Split(line, "\t")
			if len(f) != 3 {
				t.Fatalf("%s: %q", name, line)
			}
			set = append(set, labelled{f[0], f[1], strings.Split(f[2], "|"), name == "practice.tsv"})
		}
	}
	return set
}

// verdict is how an answer fares against its label.
type verdict int

const (
	right verdict = iota
	offered
	silent
	wrong
)

func (l labelled) judge(r Result) verdict {
	got := r.Outcome.String()
	switch r.Outcome {
	case Answer:
		topics := slices.Sorted(slices.Values(r.Topics))
		got = strings.Join(topics, "+")
	case Crisis:
		got += ":" + r.Crisis
	}
	for _, want := range l.want {
		list, isChoices := strings.CutPrefix(want, "choices:")
		list, suggests := strings.CutPrefix(list, "suggest:")
		joined := strings.Split(want, "+")
		slices.Sort(joined)
		switch {
		case strings.Join(joined, "+") == got, want == "crisis" && r.Outcome == Crisis,
			(isChoices || suggests) && (r.Outcome == Choices || suggests) && slices.Contains(r.Topics, list):
			return right
		}
	}
	switch {
	case r.Outcome == Choices:
		return offered
	case r.Outcome == Unknown:
		return silent
	case r.Outcome == Answer && l.covers(r.Topics):
		return offered // one of two topics, or a right one and one more
	}
	return wrong
}

// covers says that the topics answer a part of what was asked, and nothing else
// alone.
func (l labelled) covers(topics []string) bool {
	for _, want := range l.want {
		for part := range strings.SplitSeq(want, "+") {
			if slices.Contains(topics, part) && (len(topics) == 1 || strings.Contains(want, "+") || topics[0] == part) {
				return true
			}
		}
	}
	return false
}

// answer is what a message gets, in the order of the conversation.
func answer(ix *Index, question string) Result {
	if r, ok := ix.Safety(question); ok {
		return r
	}
	return ix.Find(question)
}

type score struct{ n, right, offered, silent, wrong int }

func (s *score) add(v verdict) {
	s.n++
	*[]*int{&s.right, &s.offered, &s.silent, &s.wrong}[v]++
}

func rate(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}

// inDomain lists the kinds that ask for an entry.
var inDomain = []string{"name", "slang", "article", "law", "help", "describe", "typo", "two", "ambiguous", "trap"}

// TestEval measures the labelled set and holds what was reached.
func TestEval(t *testing.T) {
	ix := New(defaultLibrary(t))
	halves := map[bool]map[string]*score{false: {}, true: {}}
	count := func(half bool, kind string, v verdict) {
		if halves[half][kind] == nil {
			halves[half][kind] = &score{}
		}
		halves[half][kind].add(v)
	}
	for _, l := range readLabelled(t) {
		r := answer(ix, l.question)
		v := l.judge(r)
		count(l.report(), l.kind, v)
		switch {
		case slices.Contains(inDomain, l.kind):
			count(l.report(), "IN DOMAIN", v)
		case l.kind == "crisis" || l.kind == "refused":
			count(l.report(), "SAFETY", v)
		case l.kind == "outscope" || l.kind == "domainish":
			count(l.report(), "OUT OF SCOPE", v)
		}
		if *showErrors && !l.report() && v != right {
			fmt.Printf("%s\t%s\t%s\n\twant %s\n\tgot  %s %s %s\n", []string{"", "offered", "silent", "WRONG"}[v], l.kind, l.question, strings.Join(l.want, " | "), r.Outcome, strings.Join(r.Topics, " "), r.Crisis)
			for i, c := range ix.rank(ix.analyzer.analyze(fold(l.question).runes)) {
				if i < 3 {
					fmt.Printf("\t\t%s %.2f (cover %.2f likeness %.2f)\n", ix.entries[c.entry].ID, c.score, c.cover, c.likeness)
				}
			}
		}
	}
	for _, half := range []bool{false, true} {
		printScores(map[bool]string{false: "tuning half", true: "report half"}[half], halves[half])
	}
}

func printScores(title string, scores map[string]*score) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\n%s\tn\trecall@1\twrong\tchoices\tunknown\t\n", title)
	for _, kind := range sortedKeys(scores) {
		s := scores[kind]
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t\n", kind, s.n, rate(s.right, s.n), rate(s.wrong, s.n), rate(s.offered, s.n), rate(s.silent, s.n))
	}
	w.Flush()
}

func defaultLibrary(t testing.TB) *content.Library {
	lib, err := content.Default()
	if err != nil {
		t.Fatal(err)
	}
	return lib
}
