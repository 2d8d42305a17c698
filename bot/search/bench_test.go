package search

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"jindu/content"
)

// acts and ends are words that many questions share.
var (
	acts = []string{"吸毒", "朋友在家里吸毒", "卖毒品", "孩子抽电子烟", "戒毒", "社区戒毒", "帮人带东西", "种罂粟", "家人吸毒", "举报", "未成年人", "毒驾"}
	ends = []string{"会坐牢吗", "怎么办", "犯法吗", "拘留几天", "有什么危害", "是毒品吗", "怎么处罚", "要多久", "去哪里", "可以吗"}
)

// synthetic makes a library of n entries like the default ones: a title, names,
// everyday questions and a body, of words that repeat as those of a language do
// (Zipf's law).
func synthetic(n int) *content.Library {
	rnd := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(rnd, 1.1, 8, 19999)
	word := func() string {
		w := rune(zipf.Uint64())
		return string([]rune{0x4e00 + w%1500, 0x4e00 + 1500 + w/7, 0x4e00 + 4500 + w%11}[:2+w%2])
	}
	text := func(words int) string {
		s := ""
		for range words {
			s += word()
		}
		return s
	}
	lib := &content.Library{Entries: map[string]*content.Entry{}, Laws: map[string]*content.LawBook{}}
	kinds := []content.Kind{content.Drug, content.Law, content.Help}
	for i := range n {
		e := &content.Entry{ID: fmt.Sprintf("%s/e%d", kinds[i%3], i), Kind: kinds[i%3], Title: text(3) + fmt.Sprint(i)}
		for j := range 3 {
			e.Aliases = append(e.Aliases, fmt.Sprintf("%s%d之%d", text(2), i, j))
		}
		for range 5 {
			e.Questions = append(e.Questions, acts[rnd.IntN(len(acts))]+text(3)+ends[rnd.IntN(len(ends))])
		}
		for range 4 {
			e.Body = append(e.Body, content.Section{Heading: text(2), Text: text(40)})
		}
		lib.Entries[e.ID] = e
	}
	return lib
}

// questions are everyday questions of the library with a word left out and one added.
func questions(lib *content.Library, n int) []string {
	rnd := rand.New(rand.NewPCG(3, 4))
	ids := sortedKeys(lib.Entries)
	asked := make([]string, n)
	for i := range asked {
		e := lib.Entries[ids[rnd.IntN(len(ids))]]
		q := []rune(e.Questions[rnd.IntN(len(e.Questions))])
		asked[i] = "请问我朋友" + string(q[:len(q)-2]) + "怎么处理"
	}
	return asked
}

// BenchmarkIndex reports, for each size of a library, how long the index takes to
// build (the first, whose memory is new to the process, and the median of four more, as
// on reloads), how much memory it holds, and the 99th percentile of a whole answer
// (safety, then retrieval).
func BenchmarkIndex(b *testing.B) {
	trained() // once a process, about a tenth of a second
	for _, n := range []int{2000, 20000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			lib := synthetic(n)
			asked := questions(lib, 2000)
			before := heap()
			var ix *Index
			builds := make([]time.Duration, 5)
			for i := range builds {
				ix = nil
				runtime.GC()
				start := time.Now()
				ix = New(lib)
				builds[i] = time.Since(start)
			}
			held := heap() - before
			first := builds[0]
			slices.Sort(builds[1:])
			took := make([]time.Duration, 0, b.N)
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				start := time.Now()
				answer(ix, asked[i%len(asked)])
				took = append(took, time.Since(start))
			}
			b.StopTimer()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(first.Milliseconds()), "first-ms")
			b.ReportMetric(float64((builds[2]+builds[3]).Milliseconds())/2, "build-ms")
			b.ReportMetric(float64(held)/(1<<20), "MiB")
		})
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
