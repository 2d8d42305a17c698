package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string // on either stream
	}{
		{[]string{"version"}, exitDone, "jindu "},
		{[]string{"--help"}, exitDone, "serve"},
		{[]string{"nonsense"}, exitUsage, "--help"},
		{[]string{"serve"}, exitUsage, "JINDU_SECRET"},
		{[]string{"tally", "no-such-survey"}, exitUsage, "no-such-survey"},
		{[]string{"qr", "--survey", "qiongshan-2026", "--place", "460108", "--secret", testSecret}, exitUsage, "不在问卷的区县里"},
		{[]string{"qr", "--survey", "qiongshan-2026", "--place", "460107", "--secret", "short"}, exitUsage, "32"},
		{[]string{"demo", "--sample", "-3"}, exitUsage, "--sample"},
		{[]string{"check"}, exitDone, "没有问题"},
		{[]string{"check", "no-such-folder"}, exitFailed, "no-such-folder"},
	} {
		r := runCommand(t, map[string]string{"JINDU_DATA": t.TempDir()}, c.args...)
		if r.code != c.code || !strings.Contains(r.out+r.err, c.want) {
			t.Errorf("%v: %d, want %d and %q\n%s%s", c.args, r.code, c.code, c.want, r.out, r.err)
		}
	}
}

// serve names what is missing, one after another, and starts when all is there.
func TestServeSaysWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		change map[string]string
		want   string
	}{
		{map[string]string{"JINDU_SECRET": ""}, "JINDU_SECRET"},
		{map[string]string{"JINDU_WECHAT_TOKEN": ""}, "JINDU_WECHAT_TOKEN"},
		{map[string]string{"JINDU_WECHAT_AES_KEY": strings.Repeat("a", 43)}, "JINDU_WECHAT_APP_ID"},
		{map[string]string{"JINDU_API_TOKEN": "short"}, "JINDU_API_TOKEN"},
		{map[string]string{"JINDU_BASE_URL": "jindu.example.cn"}, "JINDU_BASE_URL"},
		{map[string]string{"JINDU_CONTENT": "no-such-folder"}, "no-such-folder"},
		{map[string]string{"JINDU_DATA": "/proc/no/such"}, "/proc/no/such"},
	} {
		r := runCommand(t, testSettings(t.TempDir(), c.change), "serve")
		if r.code == exitDone || !strings.Contains(r.err, c.want) {
			t.Errorf("%v: %d %s", c.change, r.code, r.err)
		}
		for _, secret := range []string{testSecret, testAPIToken} {
			if strings.Contains(r.out+r.err, secret) {
				t.Errorf("%v prints a secret", c.change)
			}
		}
	}
}

// Settings come from a flag, then the environment, then the file; a secret may
// stand in a file of its own.
func TestSettings(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	config := write("jindu.yaml", "base-url: https://file.example.cn\nsecret_file: "+write("secret", testSecret+"\n")+"\n")
	url := func(env map[string]string, args ...string) string {
		t.Helper()
		r := runCommand(t, env, append([]string{"--config", config, "qr", "--json", "--survey", "qiongshan-2026", "--place", "460107101"}, args...)...)
		var line qrLine
		if err := json.Unmarshal([]byte(r.out), &line); err != nil {
			t.Fatalf("%+v", r)
		}
		return line.URL
	}
	env := map[string]string{"JINDU_BASE_URL": "https://env.example.cn"}
	for want, got := range map[string]string{
		"https://file.example.cn/s/": url(nil),
		"https://env.example.cn/s/":  url(env),
		"https://flag.example.cn/s/": url(env, "--base-url", "https://flag.example.cn"),
	} {
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if r := runCommand(t, nil, "--config", write("bad.yaml", "colour: red\n"), "version"); r.code != exitUsage || !strings.Contains(r.err, "colour") {
		t.Errorf("an unknown setting: %+v", r)
	}
}

func TestAsk(t *testing.T) {
	for text, want := range map[string]struct{ topic, outcome string }{
		"依托咪酯是什么":      {"drugs/yituomizhi", "answer"},
		"禁毒法第六十二条":     {"laws/jindufa-62", "answer"},
		"今天天气怎么样":      {"", "unknown"},
		"朋友抽了上头电子烟叫不醒": {"", "crisis"},
		"怎么制作冰毒":       {"", "refused"},
		"菜单":           {"", "command"},
	} {
		r := runCommand(t, nil, "ask", "--json", text)
		var got struct{ Reply, Topic, Outcome string }
		if err := json.Unmarshal([]byte(r.out), &got); err != nil {
			t.Fatalf("%s: %+v", text, r)
		}
		if got.Outcome != want.outcome || (want.topic != "" && got.Topic != want.topic) || got.Reply == "" {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

// A folder with a fault is refused with the place of the fault.
func TestCheckFindsTheFault(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "quizzes"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := "title: 题\nquestions:\n  - id: zz1\n    text: 问\n    options: [甲, 乙]\n    explanation: 因为\n"
	if err := os.WriteFile(filepath.Join(dir, "quizzes", "zz.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := runCommand(t, nil, "check", dir); r.code != exitFailed || !strings.Contains(r.out, "quizzes/zz.yaml:3:5: ") {
		t.Errorf("%+v", r)
	}
}

// A folder with very many faults is told of in a page or two; what a file is called
// or holds does nothing to the terminal, with --trace neither.
func TestCheckOfStrangeFolders(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a\x1b[2Jb")
	if err := os.MkdirAll(filepath.Join(dir, "drugs"), 0o755); err != nil {
		t.Skip(err) // Windows has no such names
	}
	for i := range 1234 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d\n.tmp", i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := runCommand(t, nil, "check", dir)
	lines := strings.Split(strings.TrimSuffix(r.out, "\n"), "\n")
	if r.code != exitFailed || len(lines) != 201 || lines[200] != "还有 1034 处没有列出" || !strings.Contains(r.err, "有 1234 处要改") {
		t.Fatalf("%d, %d lines, the last %q, %q", r.code, len(lines), lines[len(lines)-1], r.err)
	}
	for i, line := range lines[:200] {
		if !strings.HasPrefix(line, `"`) || !strings.Contains(line, fmt.Sprintf(`/a\x1b[2Jb/%04d\n.tmp":1:1: `, i)) {
			t.Fatalf("%d: %q", i, line)
		}
	}
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "drugs"), 0o755); err != nil {
		t.Fatal(err)
	}
	entry := "---\ntitle: 试验\x1b[2J\ngroup: 伪装形态\nstatus: 说明\nsources: [\"某\\e[2J公告\"]\nreviewed: 2026-01-01\n---\n一共5种。\n"
	if err := os.WriteFile(filepath.Join(dir, "drugs", "shiyan.md"), []byte(entry), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check", dir}, {"check", "--trace", dir}} {
		if r := runCommand(t, nil, args...); !strings.Contains(r.out, "drugs/shiyan.md:") || strings.Contains(r.out+r.err, "\x1b") {
			t.Errorf("%v: %.500q", args, r.out+r.err)
		}
	}
	if r := runCommand(t, map[string]string{"JINDU_CONTENT": dir}, "ask", "试验"); r.code != exitFailed || strings.Contains(r.out+r.err, "\x1b") || !strings.Contains(r.err, "U+001B") {
		t.Errorf("%q", r.out+r.err)
	}
}

func TestAccounts(t *testing.T) {
	set := testSettings(t.TempDir(), nil)
	serve(t, set) // beside a running server
	add := func(password, name string, args ...string) result {
		t.Helper()
		c := command(set, append([]string{"account", "add", name}, args...)...)
		c.Stdin = strings.NewReader(password + "\n")
		out, _ := c.CombinedOutput()
		return result{c.ProcessState.ExitCode(), string(out), ""}
	}
	if r := add("correct horse", "li", "--role", "district", "--place", "460107"); r.code != exitDone {
		t.Errorf("%+v", r)
	}
	if r := add("correct horse", "li", "--role", "district"); r.code != exitUsage {
		t.Errorf("the same name again: %+v", r)
	}
	if r := add("short", "wang", "--role", "viewer"); r.code != exitUsage {
		t.Errorf("a short password: %+v", r)
	}
	if r := add("correct horse", "wang", "--role", "township", "--place", "460107"); r.code != exitUsage {
		t.Errorf("a township account of a county: %+v", r)
	}
	if r := runCommand(t, set, "account", "list"); !strings.Contains(r.out, "li") || strings.Contains(r.out, "argon2") {
		t.Errorf("%+v", r)
	}
	if r := runCommand(t, set, "account", "remove", "li"); r.code != exitDone {
		t.Errorf("%+v", r)
	}
	if r := runCommand(t, set, "account", "remove", "li"); r.code != exitUsage {
		t.Errorf("%+v", r)
	}
}
