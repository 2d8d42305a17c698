package search

import (
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"testing"
	"bufio"

	"jindu/content"
)

func hh(s string) uint32 { h := fnv.New32a(); h.Write([]byte(s + "#x")); return h.Sum32() >> 8 }

// thin gives a library without the everyday questions that drop says.
func thin(lib *content.Library, drop func(string) bool) (*content.Library, map[string][]string) {
	out := *lib
	out.Entries = map[string]*content.Entry{}
	gone := map[string][]string{}
	for id, e := range lib.Entries {
		c := *e
		c.Questions = nil
		for _, q := range e.Questions {
			if drop(q) {
				gone[q] = append(gone[q], id)
			} else {
				c.Questions = append(c.Questions, q)
			}
		}
		out.Entries[id] = &c
	}
	return &out, gone
}

func TestCalib(t *testing.T) {
	f, _ := os.Create("/tmp/feat.tsv")
	w := bufio.NewWriter(f)
	defer func() { w.Flush(); f.Close() }()
	fmt.Fprintln(w, "src\tkind\tquestion\twant\toutcome\ttopics\tv\ttop\tkindtop\tscore\tmargin\tpresent\tcover\tlike\ttold\tspoken\theld\tstrange\tcontent\tfacets\tsecondok\tfirstok\tnamed\tsecond\tsure\tthird\troute\tptop\tpbest\tpsec\tmbest\tmok\tmnext")
	models := map[*Index]*zzModel{}
	emit := func(src string, ix *Index, l labelled) {
		r, safe := ix.Safety(l.question)
		if !safe {
			r = ix.Find(l.question)
		}
		v := l.judge(r)
		q := ix.analyzer.analyze(fold(l.question).runes)
		q.county = ix.county(fold(l.question).runes)
		found := ix.rank(q)
		top, sec, third, kt := "-", "-", "-", "-"
		var b candidate
		var m float32
		named, sure := false, false
		if len(found) > 0 {
			b = found[0]
			top = ix.entries[b.entry].ID
			kt = fmt.Sprint(ix.entries[b.entry].Kind)
			m = ix.rival(found) / b.score
			named = ix.aboutNamed(q, b.entry)
			sure = ix.sure(q, b, m)
			if len(found) > 1 {
				sec = ix.entries[found[1].entry].ID
			}
			if len(found) > 2 {
				third = ix.entries[found[2].entry].ID
			}
		}
		m2 := models[ix]
		if m2 == nil {
			m2 = zzTrain(ix, 12)
			models[ix] = m2
		}
		pr := m2.probs(m2.vec(q, false))
		var ptop, pbest, psec, mnext float32
		mbest := "-"
		for k, v := range pr {
			if v > pbest {
				mnext = pbest
				pbest, mbest = v, ix.entries[k].ID
			} else if v > mnext { mnext = v }
		}
		if len(found) > 0 { ptop = pr[found[0].entry] }
		if len(found) > 1 { psec = pr[found[1].entry] }
		ok := func(id string) bool { return slices.Contains(l.want, id) }
		route := "decide"
		if safe { route = "safety" } else if _, e := ix.Exact(l.question); e { route = "exact" }
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%d\t%d\t%d\t%v\t%v\t%v\t%s\t%v\t%s\t%s\t%.4f\t%.4f\t%.4f\t%s\t%v\t%.4f\n", src, l.kind, l.question, strings.Join(l.want, "|"), r.Outcome, strings.Join(r.Topics, "+"), v, top, kt, b.score, m, b.present, b.cover, b.likeness, b.told, b.spoken, b.held, q.strange, q.content, q.facets, ok(sec), ok(top), named, sec, sure, third, route, ptop, pbest, psec, mbest, ok(mbest), mnext)
	}
	lib := defaultLibrary(t)
	full := New(lib)
	for _, name := range []string{"questions", "practice", "round1", "round2", "round3", "round4", "unseen"} {
		file, err := os.ReadFile("testdata/" + name + ".tsv")
		if err != nil { t.Fatal(err) }
		for _, line := range dataLines(string(file)) {
			p := strings.Split(line, "\t")
			emit("full-"+name, full, labelled{p[0], p[1], strings.Split(p[2], "|"), ""})
		}
	}
	const folds = 6
	for k := range uint32(folds) {
		lib2, gone := thin(lib, func(q string) bool { return hh(q)%folds == k })
		ix := New(lib2)
		for q, ids := range gone {
			emit("heldout", ix, labelled{strings.SplitN(ids[0], "/", 2)[0], q, ids, ""})
		}
	}
	for k := range uint32(2) {
		lib2, _ := thin(lib, func(q string) bool { return hh(q)%2 == k })
		ix := New(lib2)
		for _, name := range []string{"questions", "practice", "round1", "round2", "round3", "round4", "unseen"} {
			file, _ := os.ReadFile("testdata/" + name + ".tsv")
			for _, line := range dataLines(string(file)) {
				p := strings.Split(line, "\t")
				emit(fmt.Sprintf("half%d-%s", k, name), ix, labelled{p[0], p[1], strings.Split(p[2], "|"), ""})
			}
		}
	}
}
