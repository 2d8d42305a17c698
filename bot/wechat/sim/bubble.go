package sim

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// bubble is one line of the conversation.
type bubble struct {
	Mine  bool
	Note  bool // a grey line in the middle
	Parts []part
	Foot  string // what an editor wants to know of a reply
}

// part of a bubble: text, a link, or a choice to tap.
type part struct {
	Text string
	URL  string // of a link
	Tap  bool
	Send string
	ID   string
}

var anchor = regexp.MustCompile(`<a href="([^"]*)">([^<]*)</a>`)

// received is how the window shows what came back.
func received(content string, problem error, took time.Duration) bubble {
	if problem != nil {
		return bubble{Note: true, Parts: []part{{Text: problem.Error()}}}
	}
	return bubble{Parts: parts(content), Foot: fmt.Sprintf("%d 字节 · %.1f 毫秒", len(content), float64(took.Microseconds())/1000)}
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
