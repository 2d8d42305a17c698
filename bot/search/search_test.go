package search

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"jindu/content"
)

// TestSlangStaysOpen holds that no everyday question decides what a name alone means that
// may mean several things.
func TestSlangStaysOpen(t *testing.T) {
	lib := defaultLibrary(t)
	ix := New(lib)
	for _, id := range sortedKeys(lib.Entries) {
		for _, q := range lib.Entries[id].Questions {
			runes := fold(q).runes
			if isKind(id, content.Drug) && len(ix.vague[string(runes)])+len(ix.vague[ix.analyzer.bare(runes)]) > 1 {
				t.Errorf("%q of %s names only what several entries are called", q, id)
			}
		}
	}
}

// TestContentFindsItself asks for every title, name, everyday question and article
// of the default content.
func TestContentFindsItself(t *testing.T) {
	lib := defaultLibrary(t)
	ix := New(lib)
	for _, id := range sortedKeys(lib.Entries) {
		e := lib.Entries[id]
		for _, q := range slices.Concat([]string{e.Title}, e.Aliases, e.Questions) {
			// One text may be a question of two entries: then both are offered.
			if r, ok := ix.Exact(q); !ok || !slices.Contains(r.Topics, id) || (r.Outcome != Answer && r.Outcome != Choices) {
				t.Errorf("Exact(%q) = %v, want %s", q, r, id)
			}
			if r, ok := ix.Safety(q); ok && (r.Outcome == Refused || r.Outcome == Tip) {
				t.Errorf("Safety(%q) = %v: a question of %s must not be turned away", q, r.Outcome, id)
			}
		}
		for _, q := range e.Ambiguous {
			if _, sure := ix.Exact(q); sure { // another entry's own name
				continue
			}
			if r := ix.Find(q); !slices.Contains(r.Topics, id) && len(r.Topics) < maxChoices {
				t.Errorf("Find(%q) = %v, want %s among them", q, r, id)
			}
		}
		if e.Kind != content.Law {
			continue
		}
		book := lib.Laws[e.LawID]
		for _, article := range e.Articles {
			number, sub, _ := strings.Cut(article, "之")
			if sub != "" {
				sub = "之" + sub
			}
			for _, form := range []string{"%s%s条%s", "%s第%s条%s", "《%s》第%s条%s", "%s %s%.0s"} {
				if sub != "" && form == "%s %s%.0s" {
					continue
				}
				q := fmt.Sprintf(form, book.ShortName(), number, sub)
				if r, ok := ix.Exact(q); !ok && ix.renamedToo(e.LawID, article) {
					r = ix.Find(q) // an old number means two things: both are offered
					if !slices.Contains(r.Topics, id) {
						t.Errorf("Find(%q) = %v, want %s among them", q, r, id)
					}
				} else if !ok || r.Outcome != Answer || r.Topics[0] != id {
					t.Errorf("Exact(%q) = %v, want %s", q, r, id)
				}
			}
		}
	}
}

func (ix *Index) renamedToo(law, article string) bool {
	_, old := ix.articles.renamed[articleKey{law, article}]
	return old
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Ｋ粉":         "k粉",
		" K 粉 ":      "k粉",
		"依託咪酯是什麼？":   "依托咪酯是什么",
		"冰毒🧊！！":      "冰毒",
		"bing du":    "bing du",
		"冰du是什么":     "冰毒是什么",
		"duleng":     "duleng",
		"":           "",
		"？！…":        "",
		"\xff\xfe冰毒": "冰毒",
		"①第⑫条":       "1第12条",
		"禁毒法　第６２条":   "禁毒法第62条",
		"γ-羟丁酸（GHB）": "γ羟丁酸ghb",
	} {
		if got := fold(in).String(); got != want {
			t.Errorf("fold(%q) = %q, want %q", in, got, want)
		}
	}
	if n := len(fold(strings.Repeat("毒品ﷺ", 300)).runes); n > maxRunes {
		t.Errorf("fold keeps %d runes", n)
	}
}

func TestNumeral(t *testing.T) {
	for in, want := range map[string]int{
		"62": 62, "六十二": 62, "十二": 12, "二十": 20, "一百三十六": 136, "三百四十七": 347, "一百零八": 108,
		"三四七": 347, "两": 2, "99999": 0, "千千千千千千千千千千千": 0, "条": 0,
	} {
		if n, end := numeral([]rune(in), 0); n != want || (want > 0 && end != len([]rune(in))) {
			t.Errorf("numeral(%q) = %d, %d, want %d", in, n, end, want)
		}
	}
}

// TestOldNumbers: a number of the law before its revision is never answered as if
// it were today's.
func TestOldNumbers(t *testing.T) {
	lib := defaultLibrary(t)
	ix := New(lib)
	for id, book := range lib.Laws {
		for old, today := range book.OldArticles {
			want, ok := ix.articles.entry[articleKey{id, today}]
			if !ok {
				continue
			}
			r := ix.Find(book.ShortName() + "第" + old + "条")
			if r.Outcome == Answer && r.Topics[0] != want {
				t.Errorf("%s %s answers %v, though it was what is now %s", book.ShortName(), old, r.Topics, today)
			}
			if !slices.Contains(r.Topics, want) {
				t.Errorf("%s %s does not offer %s: %v", book.ShortName(), old, want, r)
			}
		}
	}
}

// TestOwnContent: what an office adds is found like the default content.
func TestOwnContent(t *testing.T) {
	lib := *defaultLibrary(t)
	lib.Entries, lib.Laws = maps.Clone(lib.Entries), maps.Clone(lib.Laws)
	for _, e := range []*content.Entry{
		{ID: "drugs/x", Kind: content.Drug, Title: "测试素", Aliases: []string{"试素"}, Ambiguous: []string{"方糖"}},
		{ID: "laws/y", Kind: content.Law, Title: "不许卖测试素", LawID: "t", Articles: []string{"7"}, Questions: []string{"卖测试素判几年", "卖试素犯法吗"},
			Body: []content.Section{{Text: "卖测试素的，判3年以下。"}}},
		{ID: "help/z", Kind: content.Help, Title: "禁毒小屋", Questions: []string{"禁毒小屋在哪里", "想去禁毒小屋看看"},
			Body: []content.Section{{Text: "禁毒小屋在镇政府旁边，周一到周五开门，可以带孩子来看展览。"}}},
	} {
		lib.Entries[e.ID] = e
	}
	lib.Laws["t"] = &content.LawBook{ID: "t", Name: "测试法", Articles: 9}
	ix := New(&lib)
	for q, want := range map[string]string{
		"测试素有什么危害": "drugs/x", "试素是毒品吗": "drugs/x", "卖试素会判几年": "laws/y", "测试法第七条": "laws/y", "禁毒小屋在什么地方": "help/z",
	} {
		if r := ix.Find(q); (r.Outcome != Answer && r.Outcome != Choices) || r.Topics[0] != want {
			t.Errorf("Find(%q) = %v, want %s first", q, r, want)
		}
	}
	if r, _ := ix.Safety("测试素怎么做出来"); r.Outcome != Refused {
		t.Errorf("how to make the library's own drug: %v", r.Outcome)
	}
	if r := New(&content.Library{}).Find("冰毒是什么"); r.Outcome != Unknown {
		t.Errorf("an empty library answers %v", r)
	}
}

// TestWhatWasDone: the act decides which article answers, not the substance or how
// much of it; without an act the articles are offered.
func TestWhatWasDone(t *testing.T) {
	ix := New(defaultLibrary(t))
	for q, want := range map[string]string{
		"贩卖冰毒10克判几年": "laws/xingfa-347", "帮人运冰毒二十克判几年": "laws/xingfa-347", "贩卖K粉100克判几年": "laws/xingfa-347",
		"吃冰毒判几年": "laws/zhian-84", "抽了一口大麻会怎么罚": "laws/zhian-84", "身上搜出20克冰毒判几年": "laws/xingfa-348",
	} {
		if r := answer(ix, q); r.Outcome != Answer || r.Topics[0] != want {
			t.Errorf("%q: %v %v, want %s", q, r.Outcome, r.Topics, want)
		}
	}
	r := answer(ix, "冰毒10克判几年")
	if r.Outcome != Choices || !slices.Contains(r.Topics, "laws/xingfa-347") || !slices.Contains(r.Topics, "laws/xingfa-348") {
		t.Errorf("a weight without an act: %v %v", r.Outcome, r.Topics)
	}
}

// TestWayOut: who confesses and asks for a way out is told of it; who reports
// another by name is sent to the police, and who is forced gets help at once.
func TestWayOut(t *testing.T) {
	ix := New(defaultLibrary(t))
	for q, want := range map[string]Outcome{
		"我吸毒了怎么办": Answer, "我吸毒了想自首": Answer, "我卖过毒品现在后悔了怎么办": Answer, "有人逼我吸毒": Crisis,
		"我昨天吸了冰毒": Tip, "我邻居王大强在家吸毒": Tip, "我后悔了，我和王大强一起吸毒": Tip,
	} {
		if r := answer(ix, q); r.Outcome != want {
			t.Errorf("%q: %v %v, want %v", q, r.Outcome, r.Topics, want)
		}
	}
}

// TestTownship: a township's name finds the station of its district.
func TestTownship(t *testing.T) {
	ix := New(defaultLibrary(t))
	for q, want := range map[string]string{"龙塘镇禁毒社工怎么联系": "help/station-qiongshan", "灵山镇禁毒社工怎么联系": "help/station-meilan"} {
		if r := answer(ix, q); len(r.Topics) == 0 || r.Topics[0] != want {
			t.Errorf("%q: %v %v, want %s first", q, r.Outcome, r.Topics, want)
		}
	}
}

// TestShape: outcomes keep what Result promises.
func TestShape(t *testing.T) {
	ix := New(defaultLibrary(t))
	doubtful := 0 // dangers beside which something is offered
	for _, l := range readLabelled(t) {
		checkShape(t, ix, l.question)
		if r, ok := ix.Safety(l.question); ok && len(r.Topics) > 0 {
			doubtful++
		}
	}
	if doubtful == 0 {
		t.Error("a danger that is not certain offers nothing else")
	}
}

func checkShape(t testing.TB, ix *Index, q string) {
	if r, ok := ix.Safety(q); ok {
		wantCrisis := r.Outcome == Crisis
		if (r.Crisis != "") != wantCrisis || len(r.Topics) > 2 || r.Outcome < Crisis {
			t.Fatalf("Safety(%q) = %v", q, r)
		}
	}
	r := ix.Find(q)
	n := len(r.Topics)
	ok := false
	switch r.Outcome {
	case Answer:
		ok = n == 1 || n == 2
	case Choices:
		ok = n >= 2 && n <= maxChoices
	case Unknown:
		ok = n <= maxChoices
	}
	if !ok {
		t.Fatalf("Find(%q) = %v", q, r)
	}
	for i, id := range r.Topics {
		if slices.Contains(r.Topics[:i], id) || !slices.ContainsFunc(ix.entries, func(e *content.Entry) bool { return e.ID == id }) {
			t.Fatalf("Find(%q): topic %q is unknown or repeated", q, id)
		}
	}
}

// TestConcurrent: many goroutines get what one gets.
func TestConcurrent(t *testing.T) {
	ix := New(defaultLibrary(t))
	set := readLabelled(t)
	set = set[len(set)-600:]
	want := make([]string, len(set))
	for i, l := range set {
		want[i] = fmt.Sprint(answer(ix, l.question))
	}
	var wait sync.WaitGroup
	for g := range 8 {
		wait.Go(func() {
			for i := range set {
				i = (i*7 + g*31) % len(set)
				if got := fmt.Sprint(answer(ix, set[i].question)); got != want[i] {
					t.Errorf("%q: %s, alone %s", set[i].question, got, want[i])
				}
			}
		})
	}
	wait.Wait()
}

// A text that grows while it is read keeps within its room.
func TestLongest(t *testing.T) {
	ix := New(defaultLibrary(t))
	for _, q := range []string{
		"md吗" + strings.Repeat("好", 197),     // a name of two characters is guessed in one
		"md吗" + strings.Repeat("怎么制造冰毒", 40), // also where it is refused
		"毒，谁" + strings.Repeat("㍿", 60),      // four characters each
		strings.Repeat("yituomizhi怎么", 60),   // names by their sound
		strings.Repeat("王", 2000), strings.Repeat("a1", 1000),
	} {
		checkShape(t, ix, q)
	}
}

// Naming an article does not make a request for help with a crime fair.
func TestArticleNoExcuse(t *testing.T) {
	ix := New(defaultLibrary(t))
	for _, q := range []string{"禁毒法第62条，怎么制作冰毒", "刑法第347条原文 怎么制作冰毒"} {
		if r, _ := ix.Safety(q); r.Outcome != Refused {
			t.Errorf("%q: %v", q, r.Outcome)
		}
	}
	if r, ok := ix.Safety("刑法第350条讲制毒原料怎么判"); ok {
		t.Errorf("a fair question of an article: %v", r.Outcome)
	}
}

func FuzzFind(f *testing.F) {
	for _, q := range []string{"", "依托咪酯是什么", "禁毒法第六十二条之一", "治安管理处罚法72条", "冰毒和K粉，举报", "之之之第条", "一百万千十条", "bing du", "\xff毒", "٣٤٧条", "Ａ①㊿", strings.Repeat("毒", 500)} {
		f.Add(q)
	}
	ix := New(defaultLibrary(f))
	f.Fuzz(func(t *testing.T, q string) { checkShape(t, ix, q) })
}

func FuzzSafety(f *testing.F) {
	for _, l := range readLabelled(f) {
		if l.kind == "crisis" || l.kind == "refused" || l.kind == "tip" {
			f.Add(l.question)
		}
	}
	ix := New(defaultLibrary(f))
	f.Fuzz(func(t *testing.T, q string) {
		r, ok := ix.Safety(q)
		again, okAgain := ix.Safety(q)
		if ok != okAgain || r.Outcome != again.Outcome || r.Crisis != again.Crisis {
			t.Fatalf("Safety(%q) is not steady: %v, %v", q, r, again)
		}
		if ok && (r.Outcome == Crisis) != (r.Crisis != "") {
			t.Fatalf("Safety(%q) = %v", q, r)
		}
	})
}

// An emergency is seen beside a question of law, and at the end of a long story.
func TestEmergencyAmongOtherWords(t *testing.T) {
	ix := New(defaultLibrary(t))
	story := strings.Repeat("我们家的事说来话长，孩子读初三，", 20)
	for _, q := range []string{
		"弟弟在抽搐，口吐白沫，他才15岁，未成年吸毒会处罚吗",
		"他抽完叫不醒了，打120的话他会不会被拘留",
		story + "刚才他抽了电子烟叫不醒嘴唇发紫",
		story + "我不想活了",
		"早上去菜市场买了菜，下午接孩子放学，晚上看了电视剧，我准备今晚跳楼",
		"吸毒拘留几天，强制隔离戒毒多久，单位会不会知道，他拿刀要砍我",
		"我们家是农村的，爸妈种地，孩子吞了一颗摇头丸，后来去海口打工认识了一些朋友，家里人都很担心",
		strings.Repeat("~", 800) + "他抽完叫不醒了",
		"说来话长" + strings.Repeat(" ", 900) + "我不想活了",
		strings.Repeat("nihao ", 130) + "我不想活了",
	} {
		if r, _ := ix.Safety(q); r.Outcome != Crisis {
			t.Errorf("%q: %v", q, r)
		}
	}
	for _, q := range []string{story, story + "戒毒去哪里", "容留他人吸毒犯法吗，会被拘留吗"} {
		if r, ok := ix.Safety(q); ok && r.Outcome == Crisis {
			t.Errorf("%q: %v", q, r)
		}
	}
}
