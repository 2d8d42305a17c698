package importing

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jindu/content"
)

// A share of the mark is a plain number of percent.
func TestGIFTWeights(t *testing.T) {
	for _, weight := range []string{"inf", "-Inf", "nan", "1e999", "1e1", "0x1p-2", "101", "-100.5", "", "一半"} {
		_, problems := render(t, "q.gift", []byte("一？{\n~%"+weight+"%甲#因为\n~%50%乙\n}\n"))
		expect(t, problems, "q.gift:2:2: 分值 %"+weight+"% 不对")
	}
	text, problems := render(t, "q.gift", []byte("一？{~%33.33333%甲#因为 ~%66.66667%乙 ~%-100%丙 ~%0%丁}\n"))
	if problems != nil || !slices.Equal(loaded(t, text).Multiple[0].Rights, []int{0, 1}) {
		t.Error(problems)
	}
}

// What does not fit on a phone is refused where it stands, and said once.
func TestTooLong(t *testing.T) {
	long, half, why := strings.Repeat("长", 334), strings.Repeat("半", 170), strings.Repeat("由", 267)
	for name, c := range map[string]struct {
		data []byte
		want []string
	}{
		"q.xlsx": {workbook(t, []any{"题目", "选项A", "选项B", "答案", "解释"}, []any{long, "甲", "乙", "A", "因为"}, []any{half, "甲", half + "乙", "A", why}),
			[]string{"q.xlsx:2:1: A2（题目）：题目和选项共 1008 字节，超过 1000", "q.xlsx:3:3: C3（选项B）：题目和选项共 1026 字节", "q.xlsx:3:5: E3（解释）：解释有 801 字节，超过 800"}},
		"q.gift": {[]byte("一？{\n=甲#" + why + "\n~" + long + "}\n"), []string{"q.gift:2:4: 解释有", "q.gift:3:2: 题目和选项共"}},
		"q.txt":  {[]byte("一？\nA. 甲\nB. " + long + "\nANSWER: B\n解释：" + why + "\n"), []string{"q.txt:3:4: 题目和选项共", "q.txt:5:4: 解释有"}},
	} {
		b, err := ReadQuiz(name, c.data)
		if err != nil {
			t.Fatal(err)
		}
		text, problems, warnings, err := b.Render(folder(t), "imported", "题", content.Rules{})
		if err != nil || text != "" {
			t.Fatal(name, err)
		}
		expect(t, problems.Lines(99), c.want...)
		for _, w := range warnings {
			if strings.Contains(w.Message, "放不下") {
				t.Errorf("said twice: %s", w)
			}
		}
	}
}

// A bank that the server would not read is not written.
func TestTooManyBytes(t *testing.T) {
	var q strings.Builder
	for i := range 745 {
		fmt.Fprintf(&q, "%d%s\nA. 甲\nB. 乙\nANSWER: B\n解释：%s\n\n", i, strings.Repeat("题", 200), strings.Repeat("由", 250))
	}
	_, problems := render(t, "q.txt", []byte(q.String()))
	expect(t, problems, "q.txt:1:1: 写成题库文件会超过 1 MB")
}

// A hidden character is refused where it stands, in a question and in a law.
func TestHiddenCharacters(t *testing.T) {
	_, problems := render(t, "q.txt", []byte("一\x1b[2J？\nA. 甲\nB. \u202e乙\nANSWER: B\n解释：因为\n"))
	expect(t, problems, "q.txt:1:1: 这里有看不见的控制字符 U+001B", "q.txt:3:4: 这里有看不见的控制字符 U+202E")
	_, problems = render(t, "q.xlsx", workbook(t, []any{"题目", "选项A", "选项B", "答案", "解释"}, []any{"一？", "甲", "乙", "A", "因\u0085为\u200f"}))
	expect(t, problems, "q.xlsx:2:5: E2（解释）：这里有看不见的控制字符 U+200F")

	law := "第六十二条　样例\x1b[2J。\n第二款\u202e。\n第六十三条　样例。\f\n"
	word := wordHead
	for line := range strings.Lines(strings.NewReplacer("\x1b", "\u009b", "\f", "\x7f").Replace(law)) {
		word += "<w:p><w:r><w:t>" + strings.TrimSuffix(line, "\n") + "</w:t></w:r></w:p>"
	}
	word += "</w:body></w:document>"
	for name, c := range map[string]struct {
		data []byte
		want []string
	}{
		"a.txt":  {[]byte(law), []string{"U+001B", "U+202E", "U+000C"}},
		"a.docx": {docx(t, word), []string{"U+009B", "U+202E", "U+007F"}},
	} {
		l, err := ReadLaw(name, c.data)
		if err != nil {
			t.Fatal(err)
		}
		text, found, err := l.Render(folder(t), "jindufa", true)
		if err != nil || text != "" {
			t.Fatal(name, err)
		}
		for i, at := range []string{":1:9: ", ":2:4: ", ":3:10: "} {
			c.want[i] = name + at + "这里有看不见的控制字符 " + c.want[i]
		}
		expect(t, found.Lines(99), c.want...)
	}
	for character, want := range map[string]string{"&#x1b;": "第 2 段有看不见的控制字符", "&": "坏了，第 2 段附近"} {
		_, err := ReadLaw("a.docx", docx(t, wordHead+"<w:p><w:t>第一条 甲</w:t></w:p><w:p><w:t>乙"+character+"</w:t></w:p></w:body></w:document>"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", character, err)
		}
	}
}
