package content

import (
	"errors"
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
		"drugs/shi-1.md:16:1: 正文里不能有",
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
		{"drugs/yituomizhi", "2023年10月1日", "公告2023年第120号"},     // a day
		{"drugs/qiatecao", "2014年", "2014年列管"},                 // a year
		{"laws/zhian-84", "3000元", "治安管理处罚法》第八十四条"},            // the entry's own article
		{"laws/jindufa-61", "1000元", "治安管理处罚法》第八十五条"},          // cited before the colon
		{"laws/xingfa-354", "2年", "法释〔2016〕8号）第十二条"},           // cited above the list
		{"laws/xingfa-351", "3万株", "法释〔2016〕8号）第九条"},           // cited in the clause
		{"laws/xingfa-351", "500株", "刑法》第三百五十一条"},              // and not in the next
		{"laws/jindufa-48", "15日", "戒毒条例》第三十八条"},               // cited behind it
		{"help/community-treatment", "15天", "禁毒法》第三十三条至第三十五条"}, // all of the entry
	} {
		if got := sources(c.entry, c.figure); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.source) }) {
			t.Errorf("%s: %s rests on %q", c.entry, c.figure, got)
		}
	}
	if got := sources("laws/zhian-84", "3000元"); len(got) != 1 {
		t.Errorf("rests on %q", got)
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
