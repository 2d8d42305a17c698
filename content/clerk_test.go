package content

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// found gives the problems of the built-in content with these files in it.
func found(t *testing.T, files Folder) Problems {
	t.Helper()
	_, err := Parse(overlay(base(t), files))
	var problems Problems
	if err != nil && !errors.As(err, &problems) {
		t.Fatal(err)
	}
	return problems
}

// single wants one problem, and that it begins so and holds these words.
func single(t *testing.T, problems Problems, at string, words ...string) {
	t.Helper()
	if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), at) {
		t.Fatalf("want %s…\ngot  %s", at, problems)
	}
	for _, w := range words {
		if !strings.Contains(problems[0].Message, w) {
			t.Errorf("no %q in %s", w, problems[0])
		}
	}
}

// What neither the chat nor the pages draw is refused where it stands, in entries and
// in replies, and a table once.
func TestMarkup(t *testing.T) {
	greeting := base(t)["replies/greeting.md"]
	for _, c := range []struct{ row, col, advice string }{
		{"| 甲 | 乙 |\n|---|---|\n| 一 | 二 |", "1", "不能用表格"},
		{"这是**粗体**字", "3", "删掉"},
		{"这是*斜体*字", "3", "删掉"},
		{"这是__粗体__字", "3", "删掉"},
		{"这是~~旧的~~字", "3", "删掉"},
		{"1. 先报警", "1", "编号"},
		{"  2)再说", "3", "编号"},
		{"* 甲", "1", "“- ”"},
		{"  - 甲", "3", "顶格"},
		{"-甲", "1", "空一格"},
		{"看[这里](https://example.cn)", "2", "链接"},
		{"看![图](a.png)", "2", "链接"},
		{"打`110`", "2", "反引号"},
		{"--- ", "1", "横线"},
		{"少于<3", "3", "“少于”"},
		{"### 小标题", "1", ""},
	} {
		single(t, found(t, Folder{"drugs/shiyan.md": strings.Replace(goodDrug, "内容。", c.row+"\n内容。", 1)}), "drugs/shiyan.md:13:"+c.col+": ", c.advice)
		single(t, found(t, Folder{"replies/greeting.md": strings.Replace(greeting, "---\n您好", "---\n"+c.row+"\n您好", 1)}), "replies/greeting.md:4:"+c.col+": ", c.advice)
	}
	plain := "3.5克也算，2026年1.2万人；满足A|B其一。\n1、先报警\n温度是-5度\n-5度\n- 一\n（*见下）"
	if problems := found(t, Folder{"drugs/shiyan.md": strings.Replace(goodDrug, "内容。", plain, 1)}); problems != nil {
		t.Errorf("plain text is refused: %s", problems)
	}
}

// Each slip of a clerk is told of where it stands, in Chinese.
func TestYAMLSlips(t *testing.T) {
	long := strings.Replace(goodDrug, "sources:", "questions:\n  - 问一\n  - 问二\nsources:", 1)
	for _, c := range []struct{ name, old, new, at, advice string }{
		{"wide colon", "status: 说", "status：说", "5:7: ", "中文冒号"},
		{"wide colon in the first row", "title: 试", "title：试", "2:6: ", "中文冒号"},
		{"wide colon above a list", "questions:", "questions：", "6:10: ", "中文冒号"},
		{"no space", "status: 说", "status:说", "5:7: ", "空一格"},
		{"tab", "  - 问一", "\t- 问一", "7:1: ", "制表符"},
		{"wide space", "  - 问一", "　- 问一", "7:1: ", "全角空格"},
		{"open bracket", "[试验别名]", "[试验别名", "4:1: ", "方括号"},
		{"open quote", "status: 说", "status: \"说", "5:9: ", "引号没有成对"},
		{"words behind a quote", "status: 说明", `status: "说"明`, "5:12: ", "括住整段话"},
		{"colon in the text", "status: 说明", "status: 说: 明", "5:9: ", "中文冒号"},
		{"too far in", "status: 说", "  status: 说", "5:1: ", "空格多了"},
		{"not far enough in", "  - 问二", " - 问二", "8:2: ", "没有对齐"},
		{"key twice", "status: 说明", "status: 说明\nstatus: 又", "6:1: ", `"status" 写了两次，上一次在第 5 行`},
		{"no colon", "status: 说", "status 说", "5:1: ", "名称: 内容"},
		{"at sign", "status: 说", "status: @说", "5:9: ", "引号"},
		{"percent", "status: 说", "status: %说", "5:9: ", "引号"},
		{"hyphen", "status: 说", "status: - 说", "5:9: ", "引号"},
		{"star", "status: 说", "status: *说", "5:9: ", "引号"},
		{"list without a space", "  - 问一\n", "  -问一\n", "7:3: ", "“- ”开头（后面空一格）"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(long, c.old, c.new, 1)
			problems := found(t, Folder{"drugs/shiyan.md": text})
			single(t, problems, "drugs/shiyan.md:"+c.at, c.advice)
			if m := problems[0].Message; strings.HasPrefix(m, "YAML") && !strings.Contains(m, "写了两次") && !strings.Contains(m, "原话：") {
				t.Errorf("the parser's own words are lost: %s", m)
			}
		})
	}
	quiz := "title: 题\nquestions:\n  - {id: zz1, text：问, options: [甲, 乙], answer: A, explanation: 因为}\n"
	if problems := found(t, Folder{"quizzes/zz.yaml": quiz}); len(problems) == 0 || !strings.Contains(problems.Error(), "中文冒号") {
		t.Errorf("%s", problems)
	}
}

// A file without its head is told what to write, at the row that went wrong.
func TestHeadless(t *testing.T) {
	for text, want := range map[string]string{
		"正文\n":                      "1:1: 第一行写 ---",
		"title: 甲\n---\n正文\n":       "1:1: 第一行写 ---",
		"\n---\ntitle: 甲\n---\n":    "2:1: --- 要写在第一行",
		"---\ntitle: 甲\n--- \n正文\n": "3:1: 这一行的 --- 前后有空格",
		"---\ntitle: 甲\n———\n正文\n":  "3:1: 这一行要是三个英文的短横线",
		"---\ntitle: 甲\n\n正文\n":     "1:1: 缺少第二行 ---",
		"---\n---\n正文\n":            "2:1: 两行 --- 之间",
	} {
		single(t, found(t, Folder{"help/zz.md": text}), "help/zz.md:"+want, "下面才是正文")
	}
}

// What is there and was refused is not missing: one slip is one problem.
func TestRefusedIsNotMissing(t *testing.T) {
	files := Folder{
		"help/market.md":    "正文\n",
		"help/near.md":      "---\ntitle: 旁边\nkind: situation\nreviewed: 2026-01-01\nrelated: [help/market]\n---\n正文。\n",
		"questions/zz.txt":  "[help/market]\n菜市场有人卖那个怎么办\n",
		"quizzes/zz.yaml":   "title: 题\nquestions:\n  - {id: zz1, text: 问, options: [甲, 乙], answer: A, explanation: 因为, topic: help/market}\n",
		"replies/thanks.md": "---\nchoices: [help/market]\n---\n谢谢。\n",
	}
	single(t, found(t, files), "help/market.md:1:1: ")
	delete(files, "help/market.md")
	if problems := found(t, files); len(problems) != 4 {
		t.Errorf("of a missing entry: %s", problems)
	}
	single(t, found(t, Folder{"laws/laws.yaml": "laws：\n"}), "laws/laws.yaml:1:1: ", "中文冒号")
	single(t, found(t, Folder{"places/460107.yaml": "code：\"460107\"\nname: 区\n"}), "places/460107.yaml:1:5: ")

	dir := t.TempDir() // an entry in another encoding is there too
	write(t, dir, "help/market.md", "\xd5\xfd\xce\xc4")
	write(t, dir, "questions/zz.txt", files["questions/zz.txt"])
	if _, err := Load(dir); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("%v", err)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Of a question of no known type only that is said, and of one without options that.
func TestFirstCauseOfAQuestion(t *testing.T) {
	quiz := "title: 题\nquestions:\n  - {id: zz1, type: 判断, text: 问, answer: 错, explanation: 因为}\n"
	single(t, found(t, Folder{"quizzes/zz.yaml": quiz}), "quizzes/zz.yaml:3:21: type 应当是")
	single(t, found(t, Folder{"quizzes/zz.yaml": strings.Replace(quiz, "type: 判断, ", "", 1)}), "quizzes/zz.yaml:3:5: 选项要有 2 到 6 个")
}

// What programs leave beside the files of people keeps no folder out.
func TestStrays(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "drugs/shiyan.md", goodDrug)
	for _, name := range []string{
		"Thumbs.db", "drugs/thumbs.db", "Desktop.ini", ".DS_Store", "drugs/._shiyan.md", "~$shiyan.docx", "drugs/~$shiyan.md", ".~lock.a.xlsx#", ".~shiyan.docx",
		"drugs/shiyan.md~", "drugs/.shiyan.md.swp", "drugs/shiyan.swp", "drugs/shiyan.md.bak", "~WRL0001.tmp", "~syncthing~a.md.tmp", "__MACOSX/drugs/a.md", "@eaDir/x", ".git/config",
	} {
		write(t, dir, name, "x")
	}
	if folder, problems, err := readDir(dir); err != nil || problems != nil || len(folder) != 1 {
		t.Errorf("%d files, %s, %v", len(folder), problems, err)
	}
	write(t, dir, "drugs/shiyan.docx", "x")
	if _, problems, err := readDir(dir); err != nil || len(problems) != 1 {
		t.Errorf("%s, %v", problems, err)
	}
}

// A path that is not the whole folder is answered with the one that is.
func TestNotTheWholeFolder(t *testing.T) {
	my := filepath.Join(t.TempDir(), "my")
	write(t, my, "help/market.md", "x")
	write(t, my, "places/drugs/shiyan.md", goodDrug) // a content folder that is called as a part is
	for path, want := range map[string]string{
		"none":           "没有内容文件夹 ",
		"help":           "子文件夹：要写整个内容文件夹，也就是它的上一级 " + my,
		"help/market.md": "是一个文件：要写整个内容文件夹，也就是它的上一级 " + my,
	} {
		if _, err := Load(filepath.Join(my, filepath.FromSlash(path))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := Load(filepath.Join(my, "places")); err != nil {
		t.Error(err)
	}
}

// A heading with other brackets or without one is named where it stands, or its questions
// would be answered with the entry above.
func TestBrokenHeadings(t *testing.T) {
	for _, line := range []string{"[help/first-aid", "【help/first-aid】", "［help/first-aid］", "help/first-aid]", "[help/first-aid] 急救", "help/first-aid"} {
		_, err := Parse(overlay(base(t), Folder{"questions/own.txt": "[help/report]\n村里有人卖那个找哪个讲\n" + line + "\n人倒了第一步做啥子\n"}))
		if err == nil || !strings.Contains(err.Error(), "questions/own.txt:3:1: 条目要单独写一行") || strings.Count(err.Error(), "own.txt") != 1 {
			t.Errorf("%s: %v", line, err)
		}
	}
}
