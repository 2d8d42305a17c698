package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An office fills in the template, imports it, and its bank is checked with the
// rest; nothing is overwritten unasked, and nothing is written with a problem.
func TestImportQuiz(t *testing.T) {
	dir := t.TempDir()
	sheet, out := filepath.Join(dir, "t.xlsx"), filepath.Join(dir, "my", "quizzes", "bendi.yaml")
	aiken := filepath.Join(dir, "bad.txt")
	if err := os.WriteFile(aiken, []byte("一？\nA. 甲\nB. 乙\nANSWER: B\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"import-quiz", "--template", sheet}, exitDone, "写好了"},
		{[]string{"import-quiz", "--template", sheet}, exitFailed, "--force"},
		{[]string{"import-quiz", sheet}, exitUsage, "--out"},
		{[]string{"import-quiz", sheet, "--out", filepath.Join(dir, "x.yaml")}, exitUsage, "quizzes"},
		{[]string{"import-quiz", aiken, "--out", out}, exitFailed, "bad.txt:4:9: 缺少必填项"},
		{[]string{"import-quiz", sheet, "--out", out, "--title", "本地题库"}, exitDone, "3 道题"},
		{[]string{"import-quiz", sheet, "--out", out}, exitFailed, "--force"},
		{[]string{"import-quiz", sheet, "--out", out, "--title", "本地题库", "--force"}, exitDone, "3 道题"},
		{[]string{"check", filepath.Join(dir, "my")}, exitDone, "没有问题"},
	} {
		r := runCommand(t, nil, c.args...)
		if r.code != c.code || !strings.Contains(r.out+r.err, c.want) {
			t.Errorf("%v: %d, want %d and %q\n%s%s", c.args, r.code, c.code, c.want, r.out, r.err)
		}
		if _, err := os.Stat(out); c.args[1] == aiken && err == nil {
			t.Error("written in spite of a problem")
		}
	}
	r := runCommand(t, map[string]string{"JINDU_CONTENT": filepath.Join(dir, "my")}, "ask", "答题 本地题库")
	if !strings.Contains(r.out, "贩毒，打哪个电话") && !strings.Contains(r.out, "吸一口毒品") && !strings.Contains(r.out, "带一个包裹") {
		t.Errorf("%+v", r)
	}
}

// The wording that an office imports is what the chat shows.
func TestImportLaw(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "law.txt")
	if err := os.WriteFile(text, []byte("第六十二条　样例的原文。\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	my := filepath.Join(dir, "my")
	if r := runCommand(t, nil, "import-law", text, "--law", "jindufa", "--out", my); r.code != exitFailed || !strings.Contains(r.out, "缺少 70 条") {
		t.Errorf("%+v", r)
	}
	if r := runCommand(t, nil, "import-law", text, "--law", "jindufa", "--out", my, "--partial"); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	r := runCommand(t, map[string]string{"JINDU_CONTENT": my}, "ask", "禁毒法62条原文")
	if !strings.Contains(r.out, "第六十二条　样例的原文。") {
		t.Errorf("%+v", r)
	}
}
