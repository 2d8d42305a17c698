package importing

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"jindu/content"
)

var defaults = sync.OnceValues(func() (content.Folder, error) { return content.Read("") })

func folder(t *testing.T) content.Folder {
	t.Helper()
	f, err := defaults()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// render imports a bank and gives its text and problems as lines.
func render(t *testing.T, name string, data []byte) (text string, problems []string) {
	t.Helper()
	b, err := ReadQuiz(name, data)
	if err != nil {
		t.Fatal(err)
	}
	text, found, _, err := b.Render(folder(t), "imported", "导入的题", content.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found {
		problems = append(problems, p.String())
	}
	return text, problems
}

// loaded gives the bank as the server loads it.
func loaded(t *testing.T, text string) *content.Quiz {
	t.Helper()
	with := content.Folder{"quizzes/imported.yaml": text}
	for name, text := range folder(t) {
		with[name] = text
	}
	lib, err := content.Parse(with)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return lib.Quizzes["imported"]
}

// What the template holds comes through, with a question of each type.
func TestTemplateRoundTrip(t *testing.T) {
	var sheet bytes.Buffer
	if err := Template(&sheet); err != nil {
		t.Fatal(err)
	}
	text, problems := render(t, "t.xlsx", sheet.Bytes())
	if problems != nil {
		t.Fatal(problems)
	}
	q := loaded(t, text)
	if len(q.Questions) != 2 || len(q.Multiple) != 1 || q.Title != "导入的题" {
		t.Fatalf("%+v", q)
	}
	single, judged, several := q.Questions[0], q.Questions[1], q.Multiple[0]
	if single.Options[single.Right] != "110" || single.Audience[0] != "residents" || single.Topic != "help/report" || single.Difficulty != 1 {
		t.Errorf("%+v", single)
	}
	if judged.Type != content.TrueFalse || judged.Right != 1 || !slices.Equal(several.Rights, []int{0, 1}) {
		t.Errorf("%+v %+v", judged, several)
	}
}

func workbook(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func expect(t *testing.T, problems []string, want ...string) {
	t.Helper()
	for i := range max(len(problems), len(want)) {
		if i >= len(problems) || i >= len(want) || !strings.HasPrefix(problems[i], want[i]) {
			t.Fatalf("got\n%s\nwant\n%s", strings.Join(problems, "\n"), strings.Join(want, "\n"))
		}
	}
}

// Every problem of a sheet is named by row and column, all at once.
func TestSheetProblems(t *testing.T) {
	text, problems := render(t, "bad.xlsx", workbook(t,
		[]any{"题目", "题型", "选项A", "选项B", "选项C", "答案", "解释", "条目", "难度", "对象", "编号"},
		[]any{"一？", "单选", "甲", "乙", "", "C", "因为", "", "", "", "x1"},
		[]any{},
		[]any{"二？", "单选", "甲", "", "丙", "A", "", "", "", "", "x1"},
		[]any{"三？", "填空", "甲", "乙", "", "A", "因为", "laws/none", 9, "外星人", "X 3"},
		[]any{"三？", "单选", "甲", "乙", "", "A", "因为", "", "", "", "b01"},
	))
	if text != "" {
		t.Error("a text in spite of problems")
	}
	expect(t, problems,
		"bad.xlsx:2:6: F2（答案）：这道题没有正确答案",
		"bad.xlsx:4:4: D4（选项B）：这个选项空着",
		"bad.xlsx:4:7: G4（解释）：缺少必填项",
		"bad.xlsx:4:11: K4（编号）：“x1”已被",
		"bad.xlsx:5:2: B5（题型）：题型“填空”不认识",
		"bad.xlsx:5:8: H5（条目）：没有 \"laws/none\"",
		"bad.xlsx:5:9: I5（难度）：难度",
		"bad.xlsx:5:10: J5（对象）：没有 \"外星人\"",
		"bad.xlsx:5:11: K5（编号）：编号只用",
		"bad.xlsx:6:1: A6（题目）：这道题和第 5 行的题一样",
		"bad.xlsx:6:11: K6（编号）：“b01”已被",
	)
}

// An id that a built-in bank has is named where it stands in the imported file,
// whichever of the two is read first.
func TestTakenIDs(t *testing.T) {
	lib, err := content.Parse(folder(t))
	if err != nil {
		t.Fatal(err)
	}
	before, after := lib.Quizzes["basics"].Questions[0].ID, lib.Quizzes["venues"].Questions[0].ID
	_, problems := render(t, "q.gift", []byte("::"+after+"::一？{=甲#因为 ~乙}\n\n  ::"+before+"::二？{=甲#因为 ~乙}\n"))
	expect(t, problems,
		"q.gift:1:3: “"+after+"”已被 quizzes/venues.yaml:",
		"q.gift:3:5: “"+before+"”已被 quizzes/basics.yaml:")
	_, problems = render(t, "q.xlsx", workbook(t,
		[]any{"题目", "选项A", "选项B", "答案", "解释", "编号"}, []any{"一？", "甲", "乙", "A", "因为", after}))
	expect(t, problems, "q.xlsx:2:6: F2（编号）：“"+after+"”已被 quizzes/venues.yaml:")
}

// A question that leads to no entry is imported with a warning.
func TestTopicless(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"q.gift": {[]byte("一？{=甲#因为 ~乙}\n"), "q.gift:1:1: 这道题没有写条目"},
		"q.txt":  {[]byte(aikenText + "\n二？\nA. 甲\nB. 乙\nANSWER: B\n解释：因为\n"), "q.txt:9:1: 这道题没有写条目"},
		"q.xlsx": {workbook(t, []any{"题目", "选项A", "选项B", "答案", "解释", "条目"}, []any{"一？", "甲", "乙", "A", "因为"}), "q.xlsx:2:6: F2（条目）：这道题没有写条目"},
	} {
		b, err := ReadQuiz(name, c.data)
		if err != nil {
			t.Fatal(err)
		}
		text, problems, warnings, err := b.Render(folder(t), "imported", "题", content.Rules{})
		if text == "" || problems != nil || err != nil {
			t.Fatal(name, problems, err)
		}
		if len(warnings) != 1 || !strings.HasPrefix(warnings[0].String(), c.want) {
			t.Errorf("%s: %v, want %s", name, warnings, c.want)
		}
	}
}

const giftText = `// 注释
$CATEGORY: x

::g1::依托咪酯\: 是什么？{
  =第二类精神药品#对，它受管制。
  ~食品#不对
  ~100\=一百
}

吸一口不算违法。{F#错了#吸一口也是吸毒。}

[html]<p>哪些要<b>报警</b>？</p>{~%50%甲 ~%50%乙 ~%-100%丙####两样都要。}
`

func TestGIFT(t *testing.T) {
	text, problems := render(t, "q.gift", []byte(giftText))
	if problems != nil {
		t.Fatal(problems)
	}
	q := loaded(t, text)
	first, second, third := q.Questions[0], q.Questions[1], q.Multiple[0]
	if first.ID != "g1" || first.Text != "依托咪酯: 是什么？" || first.Right != 0 || first.Options[2] != "100=一百" || first.Explanation != "对，它受管制。" {
		t.Errorf("%+v", first)
	}
	if second.Type != content.TrueFalse || second.Right != 1 || second.Explanation != "吸一口也是吸毒。" {
		t.Errorf("%+v", second)
	}
	if third.Text != "哪些要 报警 ？" || !slices.Equal(third.Rights, []int{0, 1}) || third.Explanation != "两样都要。" {
		t.Errorf("%+v", third)
	}
	_, problems = render(t, "q.gift", []byte("好{=甲 ~乙#\n}\n\n  写一写{}\n\n配对{=a -> b =c -> d}\n\n没有答案\n"))
	expect(t, problems, "q.gift:1:2: 缺少必填项", "q.gift:4:6: 问答题", "q.gift:6:3: 填空题", "q.gift:8:1: 这道题没有写在")
}

const aikenText = "举报打哪个\n电话？\nA. 114\nB) 110\nANSWER: B\n解释：举报打110。\nTOPIC: help/report\n"

func TestAiken(t *testing.T) {
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(aikenText)
	if err != nil {
		t.Fatal(err)
	}
	text, problems := render(t, "q.txt", []byte(gbk))
	if problems != nil {
		t.Fatal(problems)
	}
	q := loaded(t, text).Questions[0]
	if q.Text != "举报打哪个 电话？" || q.Right != 1 || q.Explanation != "举报打110。" || q.Topic != "help/report" {
		t.Errorf("%+v", q)
	}
	_, problems = render(t, "q.txt", []byte("一？\nA. 甲\nB. 乙\nANSWER: B\n\n二？\nA. 甲\nC. 乙\nANSWER: D\n解释：有\n\n三？\nA. 甲\n"))
	expect(t, problems, "q.txt:4:9: 缺少必填项", "q.txt:8:1: 选项要按", "q.txt:9:9: 这道题没有正确答案", "q.txt:12:1: 这道题没有 ANSWER")
}

// A question keeps its id when the file is sorted anew or its explanation is mended.
func TestStableIDs(t *testing.T) {
	a := "甲？\nA. 一\nB. 二\nANSWER: A\n解释：因为。\n\n"
	b := "乙？\nA. 一\nB. 二\nANSWER: A\n解释：因为。\n\n"
	one, _ := render(t, "q.txt", []byte(a+b))
	two, _ := render(t, "q.txt", []byte(b+strings.Replace(a, "因为", "所以", 1)))
	x, y := loaded(t, one).Questions, loaded(t, two).Questions
	if x[0].ID != y[1].ID || x[1].ID != y[0].ID || x[0].ID == x[1].ID {
		t.Error(x[0].ID, x[1].ID, y[0].ID, y[1].ID)
	}
}

func lawText(skip int) string {
	var b strings.Builder
	b.WriteString("示例法\n目录\n第一章　总则\n\n第一章　总则\n")
	for i := 1; i <= 71; i++ {
		if i != skip {
			fmt.Fprintf(&b, "第%d条　样例%d。\n　　第%d条规定的，照办。\n", i, i, i)
		}
		if i == 40 {
			b.WriteString("第二章 其他\n")
		}
	}
	b.WriteString("附件一\n不是条文\n")
	return b.String()
}

func docx(t *testing.T, document string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(document)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const wordHead = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`

// A law comes through whole from text and from Word, chapters and annexes left out.
func TestLaw(t *testing.T) {
	text := lawText(0)
	gbk, _ := simplifiedchinese.GB18030.NewEncoder().String(text)
	word := wordHead
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		cut := min(len("第"), len(line)) // a run may end anywhere
		word += "<w:p><w:r><w:t>" + line[:cut] + `</w:t></w:r><w:r><w:t xml:space="preserve">` + line[cut:] + "</w:t></w:r></w:p>"
	}
	word += "</w:body></w:document>"
	for name, data := range map[string][]byte{"a.txt": []byte(text), "b.txt": []byte(gbk), "c.docx": docx(t, word)} {
		l, err := ReadLaw(name, data)
		if err != nil {
			t.Fatal(name, err)
		}
		yaml, problems, err := l.Render(folder(t), "jindufa", false)
		if err != nil || problems != nil {
			t.Fatal(name, err, problems)
		}
		with := content.Folder{"official/jindufa.yaml": yaml}
		for file, text := range folder(t) {
			with[file] = text
		}
		lib, err := content.Parse(with)
		if err != nil {
			t.Fatal(err)
		}
		official := lib.Laws["jindufa"].Official
		if len(official) != 71 || official["40"] != "第40条　样例40。\n第40条规定的，照办。" || strings.Contains(official["71"], "附件") {
			t.Errorf("%s: %d, %q, %q", name, len(official), official["40"], official["71"])
		}
	}
}

func TestLawProblems(t *testing.T) {
	problems := func(text string, partial bool) (lines []string) {
		l, err := ReadLaw("a.txt", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		yaml, found, err := l.Render(folder(t), "jindufa", partial)
		if err != nil || (yaml == "") != (found != nil) {
			t.Fatal(err, found)
		}
		for _, p := range found {
			lines = append(lines, p.String())
		}
		return lines
	}
	expect(t, problems(lawText(62), false), "a.txt:1:1: 缺少 1 条：第 62 条")
	expect(t, problems(lawText(62), true))
	expect(t, problems("第二条 乙\n第一条 甲\n第二条 乙\n", true), "a.txt:2:1: 第1条在第2条后面")
	expect(t, problems("第七十二条 乙\n", true), "a.txt:1:1: 没有这一条")
	expect(t, problems("没有条文\n", true), "a.txt:1:1: 没有找到")
	expect(t, problems("中华人民共和国刑法\n第一条 甲\n", true), "a.txt:1:1: 这是《中华人民共和国刑法》的名称")
	expect(t, problems("中华人民共和国禁毒法\n第一条 甲\n《戒毒条例》\n第二条 乙\n", true), "a.txt:3:1: 这是《戒毒条例》的名称")
}

// A document made to exhaust memory is refused.
func TestHostileFiles(t *testing.T) {
	for name, document := range map[string]string{
		"unpacks to much": wordHead + strings.Repeat(" ", maxUnpacked),
		"much text":       wordHead + "<w:p><w:t>" + strings.Repeat("字", maxText),
		"deep":            wordHead + strings.Repeat("<w:p>", 1000),
		"cut off":         wordHead + "<w:p",
	} {
		if _, err := ReadLaw("a.docx", docx(t, document)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	for _, data := range [][]byte{docx(t, wordHead), []byte("PK\x03\x04"), nil} {
		if _, err := ReadQuiz("a.xlsx", data); err == nil {
			t.Error("no workbook was read")
		}
	}
	if _, err := ReadLaw("a.txt", []byte("\xff\xff\x00")); err == nil {
		t.Error("no text was read")
	}
}
