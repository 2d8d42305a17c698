package bot

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"jindu/content"
)

// From "满意度" to the personal link, by tapping and by typing.
func TestSurvey(t *testing.T) {
	f := newFixture(t)
	r := f.say("满意度")
	f.expect(r, "琼山区", "美兰区")
	r = f.tap(r.Choices[0])
	f.expect(r, "龙塘镇", "府城街道")
	for _, text := range []string{"龙塘镇", "满意度 龙塘镇", "满意度龙塘", "龙塘", "琼山区龙塘镇", "海口市琼山区龙塘镇"} {
		r := f.say(text)
		if len(r.Links) != 1 || !strings.HasPrefix(r.Links[0].URL, "https://jindu.example/s/qiongshan-2026/460107101?as=oAlice") {
			t.Errorf("%s: %+v", text, r)
		}
		f.expect(r, "琼山区龙塘镇", "请别转发")
	}
	r = f.say("美兰区")
	f.expect(r, "桂林洋经济开发区", "灵山镇")
	units := 0
	for _, c := range r.Choices {
		if strings.Contains(c.Label, "镇") || strings.Contains(c.Label, "街道") || strings.Contains(c.Label, "开发区") {
			units++
			if got := f.tap(c); len(got.Links) != 1 || !strings.Contains(got.Links[0].URL, "/meilan-2026/460108") {
				t.Errorf("%s: %+v", c.Send, got)
			}
		}
	}
	if units != 14 {
		t.Errorf("%d townships and units", units)
	}
	if r := f.say("桂林洋经济开发区"); len(r.Links) != 1 || !strings.Contains(r.Links[0].URL, "/460108400?") {
		t.Errorf("%+v", r)
	}
	if r := f.say("调查组是干什么的"); r.Outcome == Command {
		t.Errorf("%+v", r)
	}
	if f.store.Loads() != 0 {
		t.Errorf("state was asked for %d times", f.store.Loads())
	}
}

// Who names a place that is not there chooses among those that are.
func TestSurveyOfAnUnknownPlace(t *testing.T) {
	f := newFixture(t)
	for text, offered := range map[string]string{
		"满意度 火星镇": "琼山区", "满意度火星街道": "美兰区", "问卷 文昌市": "琼山区", "满意度 琼山区火星镇": "龙塘镇", "满意度 海口市美兰区月球社区": "灵山镇",
	} {
		r := f.say(text)
		_, name, _ := strings.Cut(strings.Replace(text, "满意度火", "满意度 火", 1), " ")
		f.expect(r, "没有找到“"+name+"”", offered)
		if r.Outcome != Command || len(f.tap(r.Choices[0]).Choices) == 0 {
			t.Errorf("%s: %+v", text, r)
		}
	}
	for _, text := range []string{"调查一下我们村", "满意度是什么", "满意度 这是一句很长的话说的不是什么地方而是别的事情的村", "问卷怎么填"} {
		if r := f.say(text); strings.Contains(r.Text, "没有找到") {
			t.Errorf("%s: %s", text, r.Text)
		}
	}
}

// A village is found by its name; one name of several is asked about.
func TestSurveyVillage(t *testing.T) {
	f := newFixture(t)
	byName := map[string][]*content.Place{}
	for _, p := range f.lib.Load().Places {
		byName[p.Name] = append(byName[p.Name], p)
	}
	one, several := false, false
	for name, places := range byName {
		if places[0].Level != content.Village {
			continue
		}
		r := f.say("满意度 " + name)
		if len(places) == 1 {
			one = true
			if len(r.Links) != 1 || !strings.Contains(r.Links[0].URL, "/"+places[0].Code+"?") {
				t.Errorf("%s: %+v", name, r)
			}
			continue
		}
		several = true
		for _, c := range r.Choices[:len(places)] {
			if got := f.tap(c); len(got.Links) != 1 || !strings.Contains(got.Text, strings.TrimPrefix(c.Label, "满意度 ")) {
				t.Errorf("%s: %+v", c.Send, got)
			}
		}
	}
	if !one || !several {
		t.Error("the content has no such villages")
	}
}

func TestSurveyNotOpen(t *testing.T) {
	f := newFixture(t)
	f.surveys.closed["qiongshan-2026"] = true
	f.expect(f.say("满意度 琼山区"), "现在不能填")
	if r := f.say("满意度 龙塘镇"); len(r.Links) != 0 {
		t.Errorf("%+v", r)
	}
	if r := f.say("满意度 灵山镇"); len(r.Links) != 1 {
		t.Errorf("the other one is open: %+v", r)
	}
	f.surveys.err = ErrClosed
	f.expect(f.say("满意度 灵山镇"), "现在不能填")

	day := func(s string) content.Date {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return content.Date{Time: d}
	}
	e := f.bot.edition.Load()
	f.expect(e.closed(&content.Questionnaire{Title: "调查", Opens: day("2026-12-01"), Closes: day("2026-12-31")}),
		"“调查”现在不能填（开放时间：2026年12月1日至2026年12月31日）")

	f.surveys.err = errors.New("the store is away")
	r, err := f.bot.Answer(t.Context(), f.message(Text, "满意度 灵山镇", ""))
	if err == nil || !strings.Contains(r.Text, "过一会儿") {
		t.Errorf("%+v, %v", r, err)
	}
}

// In a terminal nobody has an openid.
func TestSurveyInTerminal(t *testing.T) {
	f := newFixture(t)
	m := f.message(Text, "满意度 龙塘镇", "")
	m.From = ""
	r := f.answer(m)
	f.expect(r, "在微信里给公众号发“满意度”", "琼山区龙塘镇")
	if len(r.Links) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestScenes(t *testing.T) {
	f := newFixture(t)
	for scene, part := range map[string]string{
		"460107101":                          "/qiongshan-2026/460107101?",
		"survey:qiongshan-2026:460107101":    "/qiongshan-2026/460107101?",
		"survey:qiongshan-2026:460107101001": "/qiongshan-2026/460107101001?",
		"460107":                             "龙塘镇",
		"survey:meilan-2026:460108":          "灵山镇",
		"quiz":                               "第 1 题",
		"quiz:campus":                        "第 1 题",
	} {
		f.expect(f.answer(f.message(Scan, scene, "")), part)
		f.say("退出")
		r := f.answer(f.message(Subscribe, scene, ""))
		f.expect(r, part, "请勿在此留下姓名、住址或线索")
		f.say("退出")
	}
	// A code that leads nowhere any more says so, and goes on.
	for scene, next := range map[string]string{
		"survey:meilan-2026:460107101": "满意度 琼山区龙塘镇", "survey:no:460107": "满意度 琼山区",
		"survey:no:999999": "满意度 美兰区", "quiz:no": "答题", "999999": "满意度 琼山区", "460107999": "满意度 琼山区",
	} {
		r := f.answer(f.message(Scan, scene, ""))
		f.expect(r, "这个二维码已经停用")
		if !slices.ContainsFunc(r.Choices, func(c Choice) bool { return c.Send == next }) {
			t.Errorf("%s: no %s in %+v", scene, next, r.Choices)
		}
		f.expect(f.answer(f.message(Subscribe, scene, "")), "您好", "这个二维码已经停用")
	}
	// A code of the office's own greets, and says nothing of that.
	for _, scene := range []string{strings.Repeat("9", 65), "poster", "12345"} {
		if r := f.answer(f.message(Subscribe, scene, "")); !strings.Contains(r.Text, "您好") || strings.Contains(r.Text, "停用") {
			t.Errorf("%s: %s", scene, r.PlainText())
		}
	}
	// The greeting comes although the store is away.
	f.surveys.err = errors.New("away")
	f.expect(f.answer(f.message(Subscribe, "460107101", "")), "您好", "满意度")
}
