package content

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var today = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

// The folder holds one fault of every kind; each must be found where it stands,
// and nothing else.
func TestSeededFaults(t *testing.T) {
	const dir = "testdata/faults"
	folder, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := Warnings(folder, Rules{Today: today})
	var problems Problems
	if _, err := Load(dir); !errors.As(err, &problems) {
		t.Fatal(err)
	}
	found = append(found, problems...).sorted()
	want := []string{
		"drugs/shi-1.md:3:15: “冰毒”已被",
		"drugs/shi-1.md:4:1: 不认识的项目",
		"drugs/shi-1.md:6:12: “2019年3月3日”在 sources 里找不到",
		"drugs/shi-1.md:8:11: 上次复核已过去 1065 天",
		"drugs/shi-1.md:9:24: 没有 \"help/nowhere\"",
		"drugs/shi-1.md:11:13: 治安管理处罚法没有第150条",
		"drugs/shi-1.md:14:17: “2000元以下”：像是治安管理处罚法2012年",
		"drugs/shi-1.md:15:6: “第一类精神药品”",
		"drugs/shi-1.md:16:4: 正文里不能有",
		"drugs/shi-2.md:2:1: 缺少必填项 reviewed",
		"drugs/shi-2.md:3:8: group 应当是",
		"drugs/shi-2.md:5:15: status_since 应当是",
		"drugs/shi-2.md:8:12: “1000倍”",
		"drugs/shi-2.md:11:2: 《海南经济特区禁毒条例》已不再用",
		"drugs/shi-2.md:12:1: 这句话长 66 个字",
		"help/epsilon.md:3:7: kind 应当是",
		"help/epsilon.md:6:1: 正文有",
		"help/epsilon.md:7:3: “3天”没有出处",
		"laws/delta.md:2:6: laws.yaml 里没有 \"minfa\"",
		"laws/delta.md:6:11: 复核日期还没有到",
		"laws/gamma.md:3:12: 没有这一条：72",
		"laws/gamma.md:8:15: 刑法没有第453条",
		"questions/xi.txt:2:1: 先写一行 [条目]",
		"questions/xi.txt:4:1: 没有 \"help/nowhere\" 这个条目",
		"questions/xi.txt:8:3: “冰毒会上瘾吗”已被",
		"questions/xi.txt:9:1: 一个问法最多 120 个字",
		"quizzes/zeta.yaml:2:22: 没有 \"cats\" 这个对象",
		"quizzes/zeta.yaml:4:5: 这道题没有正确答案",
		"quizzes/zeta.yaml:11:13: 有几个正确答案的题",
		"quizzes/zeta.yaml:17:13: 多选题至少有两个正确答案",
		"quizzes/zeta.yaml:19:17: difficulty 应当是",
		"quizzes/zeta.yaml:23:14: 判断题不写 options",
		"quizzes/zeta.yaml:25:25: 治安管理处罚法第72条像是旧版条号，现在是第84条",
		"quizzes/zeta.yaml:26:9: “b01”已被",
		"quizzes/zeta.yaml:28:18: 选项“甲”写了两次",
		"quizzes/zeta.yaml:31:12: 没有 \"drugs/nowhere\"",
		"quizzes/zeta.yaml:36:18: 解释里有数字",
		"replies/greeting.md:1:1: 不认识的占位",
		"surveys/eta.yaml:1:8: YAML 格式有误",
	}
	for i := range max(len(want), len(found)) {
		switch {
		case i >= len(want):
			t.Errorf("not seeded: %s", found[i])
		case i >= len(found):
			t.Errorf("not found: %s", want[i])
		case !strings.HasPrefix(found[i].String(), want[i]):
			t.Errorf("want %s…\ngot  %s", want[i], found[i])
		}
	}
}

// What we ship gives an editor nothing to look at again, and every figure in it
// rests on a source.
func TestDefaultContentHasNoWarnings(t *testing.T) {
	folder := base(t)
	if found := Warnings(folder, Rules{Today: today}); len(found) > 0 {
		t.Error(found)
	}
	figures := Trace(folder)
	if len(figures) < 300 {
		t.Errorf("%d figures", len(figures))
	}
	for _, f := range figures {
		if len(f.Sources) == 0 {
			t.Errorf("%s:%d:%d: %s rests on nothing", f.File, f.Line, f.Column, f.Text)
		}
		for _, s := range f.Sources {
			if strings.Contains(s, "未证实") || strings.Contains(s, unreviewed) {
				t.Errorf("%s rests on %s", f.Text, s)
			}
		}
	}
}

func TestReviewAge(t *testing.T) {
	folder := base(t)
	if found := Warnings(folder, Rules{Today: today, MaxAge: 1}); len(found) < 100 || !strings.Contains(found[0].Message, "超过 1 天") {
		t.Errorf("%d warnings", len(found))
	}
}

func TestTrace(t *testing.T) {
	figures := Trace(base(t))
	sources := func(entry, text string) []string {
		t.Helper()
		for _, f := range figures {
			if f.Entry == entry && f.Text == text {
				return f.Sources
			}
		}
		t.Fatalf("%s does not state %s", entry, text)
		return nil
	}
	for _, c := range []struct{ entry, figure, source string }{
		{"drugs/yituomizhi", "2023年10月1日", "公告2023年第120号"}, // a day
		{"drugs/qiatecao", "2014年", "2014年列管"},             // a year
		{"laws/zhian-84", "3000元", "治安管理处罚法》第八十四条"},        // the entry's own article
		{"laws/jindufa-61", "1000元", "治安管理处罚法》第八十五条"},      // cited before the colon
		{"laws/xingfa-354", "2年", "法释〔2016〕8号）第十二条"},       // cited above the list
		{"laws/xingfa-351", "3万株", "法释〔2016〕8号）第九条"},       // cited in the clause
		{"laws/xingfa-351", "500株", "刑法》第三百五十一条"},          // and not in the next
		{"laws/jindufa-48", "15日", "戒毒条例》第三十八条"},           // cited behind it
		{"laws/yizhidu-34", "1万元", "第四十条第（五）项"},            // cited in the sentence
		{"laws/mazui-3", "2023年10月1日", "公告2023年第120号"},     // no part of the invented story
		{"help/can-quit", "433.9万人", "全国数字"},               // people are counted too
		{"help/can-quit", "71万", "全国数字"},
		{"help/community-treatment", "15天", "禁毒法》第三十三条至第三十五条"}, // all of the entry
	} {
		if got := sources(c.entry, c.figure); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.source) }) {
			t.Errorf("%s: %s rests on %q", c.entry, c.figure, got)
		}
	}
	if got := sources("laws/yizhidu-34", "1万元"); len(got) != 1 { // article 40 alone, cited in the sentence
		t.Errorf("rests on %q", got)
	}
	if got := sources("laws/zhian-84", "3000元"); len(got) != 1 {
		t.Errorf("rests on %q", got)
	}
}

// warned gives what is warned of in one file that is added to the folder.
func warned(t *testing.T, name, text string) (lines []string) {
	t.Helper()
	folder := Folder{name: text}
	for other, text := range base(t) {
		if other != name && !strings.HasSuffix(other, ".md") { // other entries have no say in it
			folder[other] = text
		}
	}
	for _, w := range Warnings(folder, Rules{Today: today}) {
		if w.File == name {
			lines = append(lines, w.String())
		}
	}
	return lines
}

const helpHead = "---\ntitle: 试验\nkind: situation\nreviewed: 2026-11-30\nsources:\n"

// A number that another article had before is doubtful, unless the text names the
// version that it cites.
func TestOldNumber(t *testing.T) {
	for source, old := range map[string]bool{
		"《中华人民共和国治安管理处罚法》第七十二条":                             true,
		"《中华人民共和国治安管理处罚法》第七十二条（2012年10月26日修正，2013年1月1日起施行）": true,
		"《中华人民共和国治安管理处罚法》第七十二条（2025年6月27日修订，2026年1月1日起施行）":  false,
	} {
		found := warned(t, "help/number.md", helpHead+"  - "+source+"\n---\n讲假话要受罚。\n")
		if got := len(found) == 1 && strings.Contains(found[0], "旧版条号"); got != old || !old && len(found) > 0 {
			t.Errorf("%s: %q", source, found)
		}
	}
}

// A fine of the version of 2012 is found however it is worded, where the text is
// about the drug articles; the fines of other articles and laws are left alone.
func TestOldFines(t *testing.T) {
	law := base(t)["laws/zhian-84.md"]
	if found := warned(t, "laws/zhian-84.md", strings.ReplaceAll(law, "3000元", "2000元")); len(found) == 0 || !strings.Contains(found[0], "“2000元”：像是治安管理处罚法2012年") {
		t.Errorf("laws/zhian-84: %q", found)
	}
	drugs := "  - 《中华人民共和国治安管理处罚法》第八十四条、第八十五条（2026年1月1日起施行）\n"
	inn := "  - 《中华人民共和国治安管理处罚法》第八十七条（2026年1月1日起施行）\n"
	for _, c := range []struct {
		sources, sentence string
		old               bool
	}{
		{drugs, "拘留10日到15日，可以并处罚款，最高2000元。", true},
		{drugs, "罚款2000元。", true},
		{drugs, "情节较轻的，罚两千元。", true},
		{inn, "按治安管理处罚法第八十四条，罚款2000元。", true},
		{inn, "罚款500元，见治安管理处罚法第85条。", true},
		{inn, "治安管理处罚法说，吸毒的罚款2,000元。", true},
		{inn, "吸毒的，罚款2000元以下。", true},
		{drugs, "拘留10日到15日，可以并处罚款，最高3000元。", false},
		{drugs, "罚款12000元。", false},
		{drugs, "报信的，罚款1000元到2000元。", false},
		{drugs, "按治安管理处罚法第八十七条，罚款1000元到2000元。", false},
		{drugs, "按禁毒法第六十一条，罚款500元。", false},
		{drugs, "捡到500元，交给警察。", false},
		{inn, "情节较轻的，罚款1000元到2000元。", false},
	} {
		found := warned(t, "help/fine.md", helpHead+c.sources+"---\n"+c.sentence+"\n")
		if got := len(found) == 1 && strings.Contains(found[0], "2012年旧版的罚款数"); got != c.old || (!c.old && len(found) > 0) {
			t.Errorf("%s %s: %q", c.sources, c.sentence, found)
		}
	}
}

// Counts of people are figures like any other.
func TestCountsOfPeople(t *testing.T) {
	for _, figure := range []string{"433.9万人", "71万", "5000多人", "3名"} {
		found := warned(t, "help/count.md", helpHead+"  - 一般常识，待医生审阅\nreview_note: 待医生审阅\n---\n去年有"+figure+"，今年少了。\n")
		if len(found) != 1 || !strings.Contains(found[0], "“"+figure+"”没有出处") {
			t.Errorf("%s: %q", figure, found)
		}
	}
	if found := warned(t, "help/count.md", helpHead+"  - 新华社报道\n---\n去年有71万人，一个人也不能少。\n"); found != nil {
		t.Error(found)
	}
}

// What waits for a doctor says so to the reader, of a drug too.
func TestUnreviewedIsMarked(t *testing.T) {
	text := base(t)["drugs/mafei.md"]
	if _, err := Parse(base(t)); err != nil || !strings.Contains(text, "\nreview_note: ") {
		t.Fatal(err)
	}
	lib, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if note := lib.Entries["drugs/mafei"].ReviewNote; !strings.Contains(note, unreviewed) {
		t.Errorf("note %q", note)
	}
	var bare []string
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "review_note:") {
			bare = append(bare, line)
		}
	}
	if found := warned(t, "drugs/mafei.md", strings.Join(bare, "\n")); len(found) != 1 || !strings.Contains(found[0], "请加一行 review_note") {
		t.Error(found)
	}
}

// The quiz in the handbooks can be copied as it stands: its ids are free.
func TestDocumentedQuizLoads(t *testing.T) {
	for _, doc := range []string{"../docs/content.zh-CN.md", "../docs/content.md"} {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		_, quiz, _ := strings.Cut(string(text), "```yaml\ntitle: ")
		quiz, _, found := strings.Cut(quiz, "```")
		if !found {
			t.Fatalf("%s has no quiz", doc)
		}
		folder := Folder{"quizzes/documented.yaml": "title: " + quiz}
		for name, text := range base(t) {
			folder[name] = text
		}
		if _, err := Parse(folder); err != nil {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func TestCitations(t *testing.T) {
	lib, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	cites := newCiter(lib.Laws)
	for text, want := range map[string]string{
		"《中华人民共和国禁毒法》第六十一条、第六十二条": "jindufa 61, jindufa 62",
		"禁毒法62条":      "jindufa 62",
		"刑法第一百三十三条之一": "xingfa 133之一",
		"《戒毒条例》第十四条、第十七条至第二十条":               "jiedu 14, jiedu 17, jiedu 20",
		"（法释〔2016〕8号）第一条、第二条（2016年4月11日起施行）": "jieshi 1, jieshi 2",
		"预防未成年人犯罪法第三十八条第一款第七项":               "yufang 38",
		"刑法第三百零四条和治安管理处罚法第84条":               "xingfa 304, zhian 84",
		"刑法修正案（十二）第三条":                       "",
		"第八十四条":                              "",
	} {
		var got []string
		for _, c := range cites.find(text) {
			got = append(got, c.book.ID+" "+c.article)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}
