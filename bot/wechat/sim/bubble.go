package sim

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// bubble is one line of the conversation.
type bubble struct {
	Mine    bool
	Note    bool // a grey line in the middle
	Parts   []part
	Card    *card
	Picture string // address of a picture that came as a message
	Foot    string // what an editor wants to know of a reply
}

// part of a bubble: text, a link, or a choice to tap.
type part struct {
	Text string
	URL  string // of a link
	Tap  bool
	Send string
	ID   string
}

// card is a news reply: it opens a page.
type card struct{ Title, Description, Image, URL string }

// newCard takes the picture from this server, which has it whatever its public
// name is.
func newCard(a *article) *card {
	c := &card{a.Title, a.Description, "", a.Url}
	if u, err := url.Parse(a.PicUrl); err == nil {
		c.Image = u.RequestURI()
	}
	return c
}

var anchor = regexp.MustCompile(`<a href="([^"]*)">([^<]*)</a>`)

// received is how the window shows what came back.
func received(a answer, problem error, took time.Duration) bubble {
	if problem != nil {
		return bubble{Note: true, Parts: []part{{Text: problem.Error()}}}
	}
	b := bubble{Foot: fmt.Sprintf("%d 字节 · %.1f 毫秒", a.size, float64(took.Microseconds())/1000)}
	if a.Article != nil {
		b.Card = newCard(a.Article)
	} else {
		b.Parts = parts(a.Content)
	}
	return b
}

// parts reads a text reply as WeChat does: <a href="…">…</a> is a tag and all
// else is text. Links and choices stand on lines of their own.
func parts(content string) []part {
	var all []part
	text := func(s string) {
		if s = strings.Trim(s, "\n"); s != "" {
			all = append(all, part{Text: s})
		}
	}
	end := 0
	for _, at := range anchor.FindAllStringSubmatchIndex(content, -1) {
		text(content[end:at[0]])
		end = at[1]
		href, label := content[at[2]:at[3]], content[at[4]:at[5]]
		if query, ok := strings.CutPrefix(href, "weixin://bizmsgmenu?msgmenucontent="); ok {
			send, id, _ := strings.Cut(query, "&msgmenuid=")
			all = append(all, part{Text: label, Tap: true, Send: send, ID: id})
		} else {
			all = append(all, part{Text: label, URL: href})
		}
	}
	text(content[end:])
	return all
}
