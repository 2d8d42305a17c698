package content

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// base is the embedded content without its thousands of wordings, for tests that change
// one file of it: with the race detector each reading of those takes a second.
func base(t testing.TB) Folder {
	t.Helper()
	folder, problems := readEmbedded()
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for file := range folder {
		if strings.HasPrefix(file, "questions/") {
			delete(folder, file)
		}
	}
	return folder
}

func TestDefaultContent(t *testing.T) {
	lib, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	townships := func(code string) (n, units int) {
		for _, p := range lib.Places[code].Children {
			if p.Unit {
				units++
			} else if n++; len(p.Children) == 0 {
				t.Errorf("%s has no villages", p.FullName())
			}
		}
		return n, units
	}
	if n, units := townships("460107"); n != 11 || units != 0 {
		t.Errorf("琼山区 has %d townships, %d units", n, units)
	}
	if n, units := townships("460108"); n != 13 || units != 1 {
		t.Errorf("美兰区 has %d townships, %d units", n, units)
	}
	if last := lib.Places["460108"].Children[13]; last.Name != "桂林洋经济开发区" || !last.Unit {
		t.Errorf("after 美兰区's townships comes %q", last.Name)
	}
	for _, code := range []string{"460107500", "460108500"} {
		if lib.Places[code] != nil {
			t.Errorf("%s is no township", code)
		}
	}
	count := map[Kind]int{}
	for _, e := range lib.Entries {
		count[e.Kind]++
		if e.Kind != Help && (len(e.Sources) == 0 || e.Reviewed.IsZero()) {
			t.Errorf("%s lacks sources or a review date", e.ID)
		}
	}
	if count[Drug] < 44 || count[Law] < 140 || count[Help] < 30 {
		t.Errorf("entries: %v", count)
	}
	for _, id := range []string{"qiongshan-2026", "meilan-2026"} {
		q := lib.Questionnaires[id]
		if q == nil || len(q.Questions) < 6 || len(q.Questions) > 8 || len(q.Indicators) != 2 {
			t.Fatalf("questionnaire %s: %+v", id, q)
		}
		if !q.Opens.IsZero() || !q.Closes.IsZero() {
			t.Errorf("%s is dated", id)
		}
		for _, tier := range []string{TierWechat, TierDevice, TierAssisted} {
			if !q.Accepts(tier) {
				t.Errorf("%s refuses %s", id, tier)
			}
		}
	}
}

func TestOldArticles(t *testing.T) {
	lib, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if zhian := lib.Laws["zhian"]; zhian.OldArticles["72"] != "84" || len(zhian.OldArticles) != 6 {
		t.Errorf("%v", zhian.OldArticles)
	}
	index := base(t)["laws/laws.yaml"]
	for old, new := range map[string]string{`"72": "84"`: `"72": "184"`, `"74": "87"`: `第七十四: "87"`} {
		_, err := Parse(overlay(base(t), Folder{"laws/laws.yaml": strings.Replace(index, old, new, 1)}))
		if err == nil || !strings.Contains(err.Error(), "laws/laws.yaml:") {
			t.Errorf("%s: %v", new, err)
		}
	}
}

const goodDrug = `---
title: 试验条目
aliases: [试验别名]
group: 伪装形态
status: 说明
sources: [某公告]
reviewed: 2026-01-01
related: [help/report]
---
第一段。

## 样子
内容。
`

// Each case changes one thing; the problem must be found at its place, and no other.
func TestProblems(t *testing.T) {
	drug := func(old, new string) map[string]string {
		return map[string]string{"drugs/shiyan.md": strings.Replace(goodDrug, old, new, 1)}
	}
	quiz := "title: 题\nquestions:\n  - id: zz1\n    text: 问\n    options: [甲, 乙]\n    answer: A\n    explanation: 因为\n"
	cases := []struct {
		name  string
		files map[string]string
		want  string // file:line:column: and a part of the message
	}{
		{"good", drug("", ""), ""},
		{"unknown key", drug("group:", "colour: 红\ngroup:"), "drugs/shiyan.md:4:1: 不认识的项目"},
		{"missing field", drug("status: 说明\n", ""), "drugs/shiyan.md:2:1: 缺少必填项 status"},
		{"empty field", drug("status: 说明", "status:"), "drugs/shiyan.md:5:1: 缺少必填项 status"},
		{"missing review date", drug("reviewed: 2026-01-01\n", ""), "drugs/shiyan.md:2:1: 缺少必填项 reviewed"},
		{"bad date", drug("2026-01-01", "2026-13-01"), "drugs/shiyan.md:7:11: reviewed 应当是"},
		{"missing sources", drug("sources: [某公告]\n", ""), "drugs/shiyan.md:2:1: 缺少必填项 sources"},
		{"dangling", drug("help/report", "help/nowhere"), `drugs/shiyan.md:8:11: 没有 "help/nowhere"`},
		{"mistyped", drug("help/report", "help/reprot"), `drugs/shiyan.md:8:11: 没有 "help/reprot" 这个条目，是不是 help/report（怎么举报毒品）？`},
		{"of another folder", drug("help/report", "drugs/report"), `drugs/shiyan.md:8:11: 没有 "drugs/report" 这个条目，是不是 help/report（`},
		{"alias of two", drug("[试验别名]", "[试验别名, 冰毒]"), "drugs/shiyan.md:3:17: “冰毒”已被 drugs/bingdu.md:2 占用（条目“冰毒”）"},
		{"alias of two in another width and case", drug("[试验别名]", "[ｌsd]"), "drugs/youpiao.md:4:5: “LSD”已被 drugs/shiyan.md:3"},
		{"syntax", drug("[试验别名]", "[试验别名"), "drugs/shiyan.md:"},
		{"no front matter", map[string]string{"drugs/shiyan.md": "只有正文\n"}, "drugs/shiyan.md:1:1: 第一行写 ---"},
		{"no body", drug("第一段。", ""), "drugs/shiyan.md:10:1: 正文第一段"},
		{"markup", drug("内容。", "看<a>"), "drugs/shiyan.md:13:2: 正文里不能有"},
		{"law of no book", map[string]string{"laws/x-1.md": "---\nlaw: x\narticles: [1]\ntitle: 某条\nsources: [s]\nreviewed: 2026-01-01\n---\n正文\n"}, `laws/x-1.md:2:6: laws.yaml 里没有 "x" 这部法，law 要写它的 id：daolu（道路交通安全法）、`},
		{"article beyond the law", map[string]string{"laws/x-1.md": "---\nlaw: jindufa\narticles: [72]\ntitle: 某条\nsources: [s]\nreviewed: 2026-01-01\n---\n正文\n"}, "laws/x-1.md:3:12: 没有这一条"},
		{"article of two", map[string]string{"laws/x-1.md": "---\nlaw: jindufa\narticles: [62]\ntitle: 某条\nsources: [s]\nreviewed: 2026-01-01\n---\n正文\n"}, "laws/x-1.md:3:12: 禁毒法第62条已被 laws/jindufa-62.md:3 占用（条目“主动登记或去戒毒，不处罚”）"},
		{"quiz without answer", map[string]string{"quizzes/zz.yaml": strings.Replace(quiz, "    answer: A\n", "", 1)}, "quizzes/zz.yaml:3:5: 这道题没有正确答案"},
		{"quiz with answer beyond", map[string]string{"quizzes/zz.yaml": strings.Replace(quiz, "answer: A", "answer: C", 1)}, "quizzes/zz.yaml:6:13: 这道题没有正确答案"},
		{"quiz id of two", map[string]string{"quizzes/zz.yaml": strings.Replace(quiz, "zz1", "b01", 1)}, "quizzes/zz.yaml:3:9: “b01”已被"},
		{"quiz of unknown type", map[string]string{"quizzes/zz.yaml": strings.Replace(quiz, "id: zz1", "id: zz1\n    type: essay", 1)}, "quizzes/zz.yaml:4:11: type 应当是"},
		{"quiz with the same letter twice", map[string]string{"quizzes/zz.yaml": strings.Replace(quiz, "answer: A", "type: multiple\n    answer: AA", 1)}, "quizzes/zz.yaml:7:13: 这道题没有正确答案"},
		{"topic dangling", map[string]string{"quizzes/zz.yaml": quiz + "    topic: drugs/no\n"}, `quizzes/zz.yaml:8:12: 没有 "drugs/no"`},
		{"unknown reply", map[string]string{"replies/extra.md": "你好"}, "replies/extra.md:1:1: 没有用到"},
		{"unknown placeholder", map[string]string{"replies/greeting.md": "你好\n{nobody}"}, "replies/greeting.md:2:1: 不认识的占位 {nobody}"},
		{"odd file name", map[string]string{"drugs/试验.md": goodDrug}, "drugs/试验.md:1:1: 文件名"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(overlay(base(t), c.files))
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var problems Problems
			if !errors.As(err, &problems) || len(problems) != 1 || !strings.HasPrefix(problems[0].String(), c.want) {
				t.Errorf("want %s…\ngot  %v", c.want, err)
			}
		})
	}
}

func TestSurveyProblems(t *testing.T) {
	good := base(t)["surveys/qiongshan-2026.yaml"]
	cases := []struct{ name, old, new, want string }{
		{"indicator of no option", "satisfied: [very_satisfied, satisfied]", "satisfied: [very_satisfied, happy]", `没有选项 "happy"`},
		{"unknown formula", "satisfied-share", "magic", "formula 应当是其中之一"},
		{"unknown type", "type: text", "type: essay", "type 应当是其中之一"},
		{"unknown place", `place: "460107"`, `place: "469999"`, "没有代码为 469999 的区县"},
		{"unknown tier", "tiers: [wechat", "tiers: [qq", "tiers 只能是"},
		{"target of no place", "targets: {}", `targets: {"460199101": 5}`, "没有代码为 460199101 的地方"},
		{"share above one", "share: 0.6", "share: 6", "share 应当大于 0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatalf("%q is not in the file", c.old)
			}
			_, err := Parse(overlay(base(t), Folder{"surveys/qiongshan-2026.yaml": text}))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "surveys/qiongshan-2026.yaml:") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// All problems come at once, from several files, in order.
func TestAllProblemsAtOnce(t *testing.T) {
	_, err := Parse(overlay(base(t), Folder{
		"drugs/a.md":      "---\ntitle: 甲\n---\n",
		"quizzes/zz.yaml": "title: 题\nquestions:\n  - {id: z1}\n",
	}))
	var problems Problems
	if !errors.As(err, &problems) || len(problems) < 6 {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(problems, func(a, b Problem) int { return strings.Compare(a.File, b.File) }) {
		t.Error("not in the order of files")
	}
}

func TestFingerprint(t *testing.T) {
	print := func(old, new string) string {
		text := strings.ReplaceAll(base(t)["surveys/qiongshan-2026.yaml"], old, new)
		lib, err := Parse(overlay(base(t), Folder{"surveys/qiongshan-2026.yaml": text}))
		if err != nil {
			t.Fatal(err)
		}
		return lib.Questionnaires["qiongshan-2026"].Fingerprint
	}
	same := print("", "")
	if print("非常满意", "十分满意") != same {
		t.Error("wording may be mended")
	}
	for old, new := range map[string]string{"very_satisfied": "delighted", "share: 0.6": "share: 0.7", "formula_version: 1": "formula_version: 2"} {
		if print(old, new) == same {
			t.Errorf("%s → %s gives answers another meaning", old, new)
		}
	}
}

func TestReload(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	write := func(text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, "drugs"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "drugs/shiyan.md"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	refuse := error(nil)
	live, err := NewLive(ctx, dir, func(context.Context, *Library) error { return refuse }, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	live.OnChange(func(l *Library) { seen = append(seen, l.Version) })

	write("\ufeff" + strings.ReplaceAll(goodDrug, "\n", "\r\n")) // as Windows Notepad saves it
	live.Poll(ctx)
	if live.Library().Entries["drugs/shiyan"] != nil {
		t.Error("taken up before it settled")
	}
	live.Poll(ctx)
	if e := live.Library().Entries["drugs/shiyan"]; e == nil || e.Body[1].Text != "内容。" {
		t.Fatalf("not taken up: %+v", e)
	}
	write("broken")
	live.Poll(ctx)
	live.Poll(ctx)
	if live.Library().Entries["drugs/shiyan"] == nil {
		t.Error("a broken edit took the old content away")
	}
	if s := live.Status(); len(s.Problems) != 1 || !strings.HasPrefix(s.Problems[0], "drugs/shiyan.md:1:1:") || s.Version != live.Library().Version {
		t.Errorf("status: %+v", s)
	}
	refuse = errors.New("frozen")
	write(goodDrug + "\n多一行。\n")
	live.Poll(ctx)
	live.Poll(ctx)
	if s := live.Status(); len(s.Problems) != 1 || s.Problems[0] != "frozen" {
		t.Errorf("status: %+v", s)
	}
	refuse = nil
	write(goodDrug + "\n又一行。\n")
	live.Poll(ctx)
	live.Poll(ctx)
	if s := live.Status(); len(s.Problems) != 0 || len(seen) != 3 {
		t.Errorf("status %+v after %d swaps", s, len(seen))
	}
}

func FuzzParse(f *testing.F) {
	folder := base(f)
	for _, name := range []string{"drugs/bingdu.md", "laws/laws.yaml", "surveys/meilan-2026.yaml", "quizzes/basics.yaml"} {
		f.Add(name, folder[name])
	}
	f.Add("drugs/shiyan.md", goodDrug)
	f.Add("quizzes/a.yaml", "a: &x [*x]")
	f.Add("places/460108.yaml", "? [a]\n: b")
	// A small folder, so that most of the time goes into the file that varies.
	small := Folder{"places/460107.yaml": "code: \"460107\"\nname: 区\nsource: 源\nreviewed: 2026-01-01\ntownships: [{code: \"460107001\", name: 镇}]\n"}
	f.Fuzz(func(t *testing.T, name, text string) {
		folder := overlay(small, Folder{name: text})
		lib, err := Parse(folder)
		if err == nil && lib == nil {
			t.Error("neither library nor problems")
		}
		Warnings(folder, Rules{Today: today})
		Trace(folder)
	})
}
