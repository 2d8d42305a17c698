package content

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What would reach a terminal or a page unseen, an escape sequence or words turned
// round, is found wherever an editor may write it, as it is or as YAML spells it.
func TestHiddenCharacters(t *testing.T) {
	quiz := "title: 题\nquestions:\n  - id: zz1\n    text: %s\n    options: [甲, 乙]\n    answer: A\n    explanation: 因为\n"
	greeting := base(t)["replies/greeting.md"]
	for _, c := range []struct{ name, file, text, want string }{
		{"title", "drugs/shiyan.md", strings.Replace(goodDrug, "试验条目", "试验\x1b[31m条目", 1), "drugs/shiyan.md:2:10: 这里有看不见的控制字符 U+001B"},
		{"title, escaped", "drugs/shiyan.md", strings.Replace(goodDrug, "试验条目", `"试验\e[31m条目"`, 1), "drugs/shiyan.md:2:8: 这里有看不见的控制字符 U+001B"},
		{"text", "drugs/shiyan.md", strings.Replace(goodDrug, "内容。", "内\u202e容。", 1), "drugs/shiyan.md:13:2: 这里有看不见的控制字符 U+202E"},
		{"question", "questions/zz.txt", "[help/report]\n看见\u0085了怎么办才好呢\n", "questions/zz.txt:2:3: 这里有看不见的控制字符 U+0085"},
		{"heading of questions", "questions/zz.txt", "# \x07\n", "questions/zz.txt:1:3: 这里有看不见的控制字符 U+0007"},
		{"quiz", "quizzes/zz.yaml", fmt.Sprintf(quiz, `"\u2066问"`), "quizzes/zz.yaml:4:11: 这里有看不见的控制字符 U+2066"},
		{"several lines of a quiz", "quizzes/zz.yaml", fmt.Sprintf(quiz, "|-\n      问\n      \x7f答"), "quizzes/zz.yaml:6:7: 这里有看不见的控制字符 U+007F"},
		{"reply", "replies/greeting.md", greeting + "\x1b]0;x\x07", fmt.Sprintf("replies/greeting.md:%d:1: 这里有看不见的控制字符 U+001B", strings.Count(greeting, "\n")+1)},
		{"old line ends", "quizzes/zz.yaml", "# 注\r" + fmt.Sprintf(quiz, "问"), "quizzes/zz.yaml:1:4: 这里有看不见的控制字符 U+000D"},
	} {
		_, err := Parse(overlay(base(t), Folder{c.file: c.text}))
		var problems Problems
		if !errors.As(err, &problems) || !strings.HasPrefix(problems[0].String(), c.want) || c.name != "old line ends" && len(problems) != 1 {
			t.Errorf("%s: want %s…\ngot  %v", c.name, c.want, err)
		}
	}
	if _, err := Parse(overlay(base(t), Folder{"quizzes/zz.yaml": fmt.Sprintf(quiz, `"一\n二\t三"`)})); err != nil {
		t.Error(err)
	}
}

// A problem takes one line and does nothing to the terminal, whatever the file that
// it is in holds and is called.
func TestProblemsHideNothing(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"drugs/a\x1b[2J.md": goodDrug, "b\nc.txt": "", "\u202etxt.exe": "",
		"quizzes/zz.yaml":             "title: 题\n\"\\e[2Jx\": 1\nquestions: []\n",
		"surveys/qiongshan-2026.yaml": strings.Replace(base(t)["surveys/qiongshan-2026.yaml"], "targets: {}", `targets: {"\e[2J\nx": 5}`, 1),
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Skip(err) // Windows has no such names
		}
	}
	_, err := Load(dir)
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	said := err.Error()
	for _, want := range []string{`"drugs/a\x1b[2J.md":1:1: 文件名`, `"b\nc.txt":1:1: `, `"\u202etxt.exe":1:1: `, `没有代码为 \x1b[2J\nx 的地方`} {
		if !strings.Contains(said, want) {
			t.Errorf("no %s in\n%s", want, said)
		}
	}
	if strings.ContainsFunc(said, Hidden) || strings.Count(said, "\n")+1 != len(problems) {
		t.Errorf("%q", said)
	}
}
