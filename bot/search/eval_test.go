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
	half           half
	file           string
}

var showErrors = flag.Bool("errors", false, "TestEval: list the misses of the tuning set")

// half says what a question is for.
type half string

const (
	tuning half = "tuning" // its misses may be looked at
	report half = "report" // of questions.tsv, by hash of the question: for the figures
	unseen half = "unseen" // run and never looked at, for the figures
)

// halfOf splits questions.tsv so that nobody chooses.
func halfOf(file, question string) half {
	h := fnv.New32a()
	h.Write([]byte(question))
	switch {
	case file == "unseen.tsv":
		return unseen
	case file == "questions.tsv" && h.Sum32()%2 == 1:
		return report
	}
	return tuning
}

// rounds is how many sets round1.tsv … there are.
const rounds = 25

func readLabelled(t testing.TB) []labelled {
	var set []labelled
	names := []string{"questions.tsv", "practice.tsv"}
	for n := range rounds {
		names = append(names, fmt.Sprintf("round%d.tsv", n+1))
	}
	for _, name := range append(names, "near.tsv", "unseen.tsv") {
		file, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range dataLines(string(file)) {
			f := strings.Split(line, "\t")
			if len(f) != 3 {
				t.Fatalf("%s: %q", name, line)
			}
			set = append(set, labelled{f[0], f[1], strings.Split(f[2], "|"), halfOf(name, f[1]), name})
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
		case r.Outcome == Answer && slices.Contains(r.Topics, want), // alone, or with one more
			strings.Join(joined, "+") == got, want == "crisis" && r.Outcome == Crisis,
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
		return offered // one of two topics
	}
	return wrong
}

// covers says that the topics answer one of the two that were asked for.
func (l labelled) covers(topics []string) bool {
	for _, want := range l.want {
		for part := range strings.SplitSeq(want, "+") {
			if slices.Contains(topics, part) {
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

type score struct{ n, right, offered, silent, wrong, first int }

func (s *score) add(v verdict, first bool) {
	s.n++
	if first {
		s.first++
	}
	*[]*int{&s.right, &s.offered, &s.silent, &s.wrong}[v]++
}

// first says that the right entry stands first, answered or offered.
func (l labelled) first(r Result, v verdict) bool {
	return v == right || ((r.Outcome == Choices || r.Outcome == Answer) && slices.Contains(l.want, r.Topics[0]))
}

func rate(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}

// groups are the kinds that the goals are set for.
var groups = map[string][]string{
	"IN DOMAIN":    {"name", "slang", "article", "law", "help", "describe", "typo", "two", "ambiguous", "trap"},
	"SAFETY":       {"crisis", "refused"},
	"OUT OF SCOPE": {"outscope", "domainish"},
}

// rounding is what the record, of three decimals, leaves open.
const rounding = 0.0005

// TestEval measures the labelled sets and holds what was reached.
func TestEval(t *testing.T) {
	ix := New(defaultLibrary(t))
	scores := map[half]map[string]*score{tuning: {}, report: {}, unseen: {}}
	for _, l := range readLabelled(t) {
		r := answer(ix, l.question)
		v := l.judge(r)
		count := func(name string) {
			if scores[l.half][name] == nil {
				scores[l.half][name] = &score{}
			}
			scores[l.half][name].add(v, l.first(r, v))
		}
		count(l.kind)
		for group, kinds := range groups {
			if slices.Contains(kinds, l.kind) {
				count(group)
			}
		}
		if *showErrors && l.half == tuning && v != right {
			printMiss(ix, l, r, v)
		}
		if (v == wrong || (v != right && l.half != unseen)) && (l.kind == "crisis" || l.kind == "refused") {
			t.Errorf("%s %q is answered with %v %v %s", l.kind, l.question, r.Outcome, r.Topics, r.Crisis)
		}
	}
	recorded := readRecorded(t)
	for _, half := range []half{tuning, report, unseen} {
		printScores(string(half), scores[half])
		for group := range groups {
			s := scores[half][group]
			was := recorded[string(half)+" "+group]
			if got := rate(s.right, s.n); got < was.right-rounding {
				t.Errorf("%s, %s: recall %.3f, recorded %.3f", half, group, got, was.right)
			}
			if got := rate(s.wrong, s.n); got > max(0.02, was.wrong)+rounding {
				t.Errorf("%s, %s: %.3f wrong, recorded %.3f", half, group, got, was.wrong)
			}
		}
	}
}

type record struct{ right, wrong float64 }

func readRecorded(t testing.TB) map[string]record {
	file, err := os.ReadFile("testdata/recorded.tsv")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]record{}
	for _, line := range dataLines(string(file)) {
		f := strings.Split(line, "\t")
		var r record
		if _, err := fmt.Sscan(f[2]+" "+f[3], &r.right, &r.wrong); err != nil {
			t.Fatalf("recorded.tsv: %q: %v", line, err)
		}
		all[f[0]+" "+f[1]] = r
	}
	return all
}

func printMiss(ix *Index, l labelled, r Result, v verdict) {
	fmt.Printf("%s\t%s\t%s\n\twant %s\n\tgot  %s %s %s\n", []string{"", "offered", "silent", "WRONG"}[v], l.kind, l.question, strings.Join(l.want, " | "), r.Outcome, strings.Join(r.Topics, " "), r.Crisis)
	for i, c := range ix.rank(ix.analyzer.analyze(fold(l.question).runes)) {
		if i < 3 {
			fmt.Printf("\t\t%s %.2f (cover %.2f likeness %.2f)\n", ix.entries[c.entry].ID, c.score, c.cover, c.likeness)
		}
	}
}

func printScores(title string, scores map[string]*score) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\n%s\tn\trecall@1\tfirst\twrong\tchoices\tunknown\t\n", title)
	for _, kind := range sortedKeys(scores) {
		s := scores[kind]
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t\n", kind, s.n, rate(s.right, s.n), rate(s.first, s.n), rate(s.wrong, s.n), rate(s.offered, s.n), rate(s.silent, s.n))
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
