package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"jindu/content"
)

// squeezed is a text without white space, to compare across line and page breaks.
func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

// Every entry is told whole: page after page, by "更多" typed or tapped, each with
// its sources and date, none too large for a message.
func TestEveryEntryIsToldWhole(t *testing.T) {
	f := newFixture(t)
	e := f.bot.edition.Load()
	long := 0
	for id, entry := range e.lib.Entries {
		r := f.say(e.sends[id])
		told := ""
		for page := 1; ; page++ {
			if r.Topic != id || r.Outcome != Answered {
				t.Fatalf("%s, page %d: %s %s", id, page, r.Outcome, r.Topic)
			}
			f.expect(r, "核对："+entry.Reviewed.Chinese())
			for _, source := range entry.Sources {
				name, _, _ := strings.Cut(source, " http")
				f.expect(r, name)
			}
			if len(r.Choices) == 0 {
				t.Errorf("%s has no next step", id)
			}
			told += strings.TrimSuffix(r.Text, footing(entry))
			if r.Choices[0].Label != "更多" {
				break
			}
			long++
			typed, tapped := f.say(r.Choices[0].Send), f.tap(r.Choices[0])
			if typed.Text != tapped.Text || typed.Text == r.Text {
				t.Fatalf("%s, page %d: “更多” typed and tapped differ, or stand still", id, page)
			}
			r = typed
		}
		for _, section := range entry.Body {
			for _, line := range strings.Split(section.Heading+"\n"+bullets(section.Text), "\n") {
				if !strings.Contains(squeezed(told), squeezed(line)) {
					t.Errorf("%s does not tell %q", id, line)
				}
			}
		}
	}
	t.Logf("%d entries, %d continued pages", len(e.lib.Entries), long)
}

// An entry far larger than any office writes is told whole as well.
func TestLongEntry(t *testing.T) {
	f := newFixture(t)
	e := f.bot.edition.Load()
	var text strings.Builder
	for i := range 300 {
		fmt.Fprintf(&text, "第%d句话，讲一件事&另一件\"事\"。", i)
		if i%40 == 39 {
			text.WriteString("\n- ")
		}
	}
	entry := &content.Entry{
		ID: "help/long", Kind: content.Help, Title: "很长的条目", Reviewed: content.Date{Time: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)},
		Body: []content.Section{{Text: "开头。"}, {Heading: "没有标点", Text: strings.Repeat("长", 1500)}, {Heading: "很多句", Text: text.String()}},
	}
	pages := e.pagesOf(entry)
	if len(pages) < 5 {
		t.Fatalf("%d pages", len(pages))
	}
	told := ""
	for i, page := range pages {
		if page.Size() > MaxSize {
			t.Errorf("page %d of %d bytes", i+1, page.Size())
		}
		body, found := strings.CutPrefix(page.Text, e.heading(entry, i+1, len(pages)))
		if !found {
			t.Errorf("page %d: %.60s", i+1, page.Text)
		}
		told += strings.TrimSuffix(body, footing(entry))
		if more := page.Choices[0]; i+1 < len(pages) && more.Label != "更多" {
			t.Errorf("page %d goes on with %q", i+1, more.Label)
		}
	}
	want := "开头。▍没有标点" + strings.Repeat("长", 1500) + "▍很多句" + bullets(text.String())
	if squeezed(told) != squeezed(want) {
		t.Error("something was lost or told twice")
	}
	// Where there are sentences, pages end with one.
	for _, page := range pages[len(pages)-4 : len(pages)-1] {
		body := strings.TrimSpace(strings.TrimSuffix(page.Text, footing(entry)))
		if !strings.HasSuffix(body, "。") {
			t.Errorf("cut in a sentence: …%s", body[len(body)-30:])
		}
	}
}

func TestFilledInStation(t *testing.T) {
	f := newFixture(t)
	entry := *f.lib.Load().Entries["help/station-qiongshan"]
	entry.Address, entry.Phone, entry.Hours = "府城街道某路1号", "0898-00000000", ""
	f.expect(f.bot.edition.Load().pagesOf(&entry)[0], "地址：府城街道某路1号", "电话：0898-00000000")
	report := *f.lib.Load().Entries["help/report"]
	if r := f.bot.edition.Load().pagesOf(&report)[0]; strings.Contains(r.Text, "电话：") {
		t.Errorf("a number that nobody gave:\n%s", r.Text)
	}
	report.Phone = "0898-11111111"
	f.expect(f.bot.edition.Load().pagesOf(&report)[0], "电话：0898-11111111")
}

// Two topics in one question are both answered, with their sources.
func TestTwoTopics(t *testing.T) {
	f := newFixture(t)
	e := f.bot.edition.Load()
	r := fit(e.both([]string{"drugs/yituomizhi", "drugs/kfen"}))
	f.expect(r, "【依托咪酯】", "【K粉】", "2023年10月1日起")
	if strings.Count(r.Text, "来源：") != 2 || strings.Count(r.Text, "以最新公告为准") != 2 || r.Topic != "drugs/yituomizhi" {
		t.Errorf("%+v", r)
	}
	r = e.both([]string{"laws/xingfa-347", "laws/xingfa-348"}) // too long for one reply
	for i, c := range r.Choices {
		if slices.Contains(r.Choices[:i], c) {
			t.Errorf("%s is offered twice", c.Label)
		}
	}
}

func TestSize(t *testing.T) {
	r := Reply{Text: "字&", Links: []Link{{"去<看>", "https://x/?a=1&b=2"}}, Choices: []Choice{{"甲", "乙", "q:1:A"}}}
	rendered := "字&amp;\n\n<a href=\"https://x/?a=1&amp;b=2\">去&lt;看&gt;</a>\n" +
		`<a href="weixin://bizmsgmenu?msgmenucontent=乙&amp;msgmenuid=q:1:A">甲</a>`
	if over := r.Size() - len(rendered); over < 0 || over > 3 {
		t.Errorf("%d bytes, rendered %d", r.Size(), len(rendered))
	}
}

func TestFit(t *testing.T) {
	var many []Choice
	for range 40 {
		many = append(many, say("一个选择"))
	}
	r := fit(Reply{Text: "正文。", Choices: many})
	if r.Text != "正文。" || len(r.Choices) < 10 || r.Size() > MaxSize || r.Size() < MaxSize-200 {
		t.Errorf("%d choices, %d bytes", len(r.Choices), r.Size())
	}
	r = fit(Reply{Text: strings.Repeat("一句话。", 400), Choices: many[:2]})
	if !strings.HasSuffix(r.Text, "话。…") || r.Size() > MaxSize || r.Size() < MaxSize-200 || len(r.Choices) != 1 {
		t.Errorf("%d bytes, %d choices, …%s", r.Size(), len(r.Choices), r.Text[len(r.Text)-20:])
	}
	if r := fit(Reply{Text: strings.Repeat("\xff&", 3000)}); r.Size() > MaxSize {
		t.Errorf("%d bytes", r.Size())
	}
}

func TestPlainText(t *testing.T) {
	r := Reply{
		Text: "正文", Links: []Link{{"填写", "https://x"}},
		Choices: []Choice{say("菜单"), {"A. 甲", "A", "q:1:A"}, {"更多", "更多 冰毒", "go"}},
	}
	want := "正文\n\n填写：https://x\n\n  · 菜单\n  · A. 甲\n  · 更多（打“更多 冰毒”）"
	if got := r.PlainText(); got != want {
		t.Errorf("%q", got)
	}
}
