package wechat

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"jindu/bot"
)

func TestRender(t *testing.T) {
	got, cut := render(bot.Reply{
		Text:    "1 < 2 & 3 > 2\x00]]>",
		Links:   []bot.Link{{Label: "填写问卷", URL: `https://x.example/s/a?as=b&c="d"`}},
		Choices: []bot.Choice{{Label: "A. 是<否>", Send: "A", ID: "q:7:A"}, {Label: "龙塘镇", Send: "满意度 龙塘镇", ID: ""}, {Label: "x", Send: `a&b="100%"#`, ID: "1"}},
	})
	want := "1 ＜ 2 & 3 > 2]]>\n\n" +
		`<a href="https://x.example/s/a?as=b&c=%22d%22">填写问卷</a>` + "\n" +
		`<a href="weixin://bizmsgmenu?msgmenucontent=A&msgmenuid=q:7:A">A. 是＜否></a>` + "\n" +
		`<a href="weixin://bizmsgmenu?msgmenucontent=满意度 龙塘镇&msgmenuid=">龙塘镇</a>` + "\n" +
		`<a href="weixin://bizmsgmenu?msgmenucontent=a＆b=＂100％＂＃&msgmenuid=1">x</a>`
	if got != want || cut {
		t.Errorf("%v\n%s\n%s", cut, got, want)
	}
	if got, _ := render(bot.Reply{}); got != "" {
		t.Errorf("%q for nothing to say", got)
	}
}

var tag = regexp.MustCompile(`<a href="[^"<>]*">[^<]*</a>`)

// However long, a reply fits, has whole tags and whole runes, and loses choices
// before links and links before words.
func TestCut(t *testing.T) {
	link := bot.Link{Label: "填写问卷", URL: "https://x.example/s/" + strings.Repeat("t", 200)}
	for _, c := range []struct {
		length, links, choices int
		wantLinks              int
		wantAll                bool
	}{
		{100, 1, 5, 1, true}, {1800, 1, 5, 1, false}, {2048, 0, 0, 0, true}, {2049, 0, 0, 0, false}, {5000, 1, 20, 1, false},
		{10_000, 0, 0, 0, false}, {0, 0, 100, 0, false}, {500, 50, 0, 3, false}, {50_000, 50, 50, 3, false},
	} {
		for _, filler := range []string{"这是一句话。", "毒", "😀", "x", "𠀀\n"} {
			r := bot.Reply{Text: cutRune(strings.Repeat(filler, c.length), c.length)}
			for range c.links {
				r.Links = append(r.Links, link)
			}
			for i := range c.choices {
				r.Choices = append(r.Choices, bot.Choice{Label: fmt.Sprint("选项 ", i), Send: fmt.Sprint("选 ", i), ID: "x"})
			}
			got, cut := render(r)
			if len(got) > maxContent || !utf8.ValidString(got) {
				t.Fatalf("%+v %q: %d bytes", c, filler, len(got))
			}
			if rest := tag.ReplaceAllString(got, ""); strings.ContainsAny(rest, "<") {
				t.Errorf("%+v: a broken tag in %q", c, rest)
			}
			if n := strings.Count(got, "https://"); n < c.wantLinks {
				t.Errorf("%+v %q: %d links", c, filler, n)
			}
			if filler == "x" && cut == c.wantAll {
				t.Errorf("%+v: cut %v", c, cut)
			}
			if filler == "这是一句话。" && cut && c.length > 2048 && !strings.Contains(got+between, "。"+between) {
				t.Errorf("%+v: not cut between sentences: %q", c, got)
			}
		}
	}
}

// Any text comes out of the XML as it went in.
func FuzzReply(f *testing.F) {
	for _, seed := range []string{"", "]]>", "]]]]>>", "]]", "😀𠀀", "\x00\x1b\ufffe\xff", "<a href=", "\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		content, _ := render(bot.Reply{Text: text, Choices: []bot.Choice{{Label: text, Send: text, ID: text}}})
		if len(content) > maxContent || !utf8.ValidString(content) {
			t.Fatalf("%d bytes of %q", len(content), content)
		}
		var r reply
		if err := xml.Unmarshal(appendReply(nil, "to", "from", time.Now(), said{text: content}), &r); err != nil {
			t.Fatal(err)
		}
		if r.Content != content || r.ToUserName != "to" || r.FromUserName != "from" {
			t.Fatalf("%q, not %q", r.Content, content)
		}
	})
}
