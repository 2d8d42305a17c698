package wechat

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"jindu/bot"
)

// maxContent is the most of a text reply, in bytes of UTF-8.
const maxContent = 2048

// Bounds of a card, in bytes of UTF-8: what a phone shows of it.
const (
	maxTitle       = 96
	maxDescription = 360
)

// said is a reply as WeChat gets it: the text, or the card that stands for it. No
// text means that nothing is said.
type said struct {
	text string
	news *bot.News
}

// card gives a card whose parts fit and hold nothing that XML cannot.
func card(n *bot.News) *bot.News {
	if n == nil || n.URL == "" {
		return nil
	}
	return &bot.News{
		Title:       shorten(legal(oneLine.Replace(n.Title)), maxTitle),
		Description: shorten(newlines(legal(n.Description)), maxDescription),
		Picture:     address(n.Picture), URL: address(n.URL),
	}
}

var oneLine = strings.NewReplacer("\r", "", "\n", " ")

// render gives a reply as the text that WeChat shows: the words, then a line for
// each link and for each choice to tap. WeChat reads <a href="…">…</a> and
// nothing else as a tag, and knows no entities, so a < of ours is written wide.
// cut says that the reply was too long: choices go first, from the last on, then
// links, then the end of the text.
func render(r bot.Reply) (text string, cut bool) {
	lines := make([]string, 0, len(r.Links)+len(r.Choices))
	for _, l := range r.Links {
		lines = append(lines, `<a href="`+address(l.URL)+`">`+label(l.Label)+`</a>`)
	}
	for _, c := range r.Choices {
		lines = append(lines, `<a href="weixin://bizmsgmenu?msgmenucontent=`+parameter(c.Send)+`&msgmenuid=`+parameter(c.ID)+`">`+label(c.Label)+`</a>`)
	}
	text = words(r.Text)
	if whole := join(text, lines); len(whole) <= maxContent {
		return whole, false
	}
	for len(lines) > len(r.Links) && len(join(text, lines)) > maxContent {
		lines = lines[:len(lines)-1]
	}
	for len(lines) > 0 && len(join("", lines)) > maxContent/2 {
		lines = lines[:len(lines)-1]
	}
	return join(shorten(text, maxContent-len(join("", lines))-len(between)), lines), true
}

const between = "\n\n"

func join(text string, lines []string) string {
	rest := strings.Join(lines, "\n")
	if text == "" || rest == "" {
		return text + rest
	}
	return text + between + rest
}

// shorten gives the whole sentences in the first n bytes, or, when there is no
// whole one, as many whole runes as there is room for.
func shorten(text string, n int) string {
	if len(text) <= n {
		return text
	}
	head := cutRune(text, n)
	if i := strings.LastIndexAny(head, "。！？；\n"); i > 0 {
		_, size := utf8.DecodeRuneInString(head[i:])
		return strings.TrimRight(head[:i+size], "\n")
	}
	return cutRune(text, n-len("…")) + "…"
}

// Tapping a choice sends its parameter as it stands, so it is not
// percent-encoded; what would end it is written wide, which the bot reads the same.
var (
	wide       = strings.NewReplacer("<", "＜")
	wideLabel  = strings.NewReplacer("<", "＜", "\r", "", "\n", " ")
	wideQuery  = strings.NewReplacer("<", "＜", ">", "＞", `"`, "＂", "&", "＆", "#", "＃", "%", "％", "+", "＋", "\r", "", "\n", " ")
	percentURL = strings.NewReplacer("<", "%3C", ">", "%3E", `"`, "%22", " ", "%20", "\t", "", "\r", "", "\n", "")
)

func words(text string) string     { return wide.Replace(newlines(legal(text))) }
func label(text string) string     { return wideLabel.Replace(legal(text)) }
func parameter(text string) string { return wideQuery.Replace(legal(text)) }
func address(url string) string    { return percentURL.Replace(legal(url)) }

// success is WeChat's word for "received, nothing to say".
const success = "success"

// appendReply writes a reply as XML: a text, or news of one article.
func appendReply(b []byte, to, from string, now time.Time, out said) []byte {
	b = appendCDATA(append(b, "<xml><ToUserName>"...), to)
	b = appendCDATA(append(b, "</ToUserName><FromUserName>"...), from)
	b = append(b, "</FromUserName><CreateTime>"...)
	b = strconv.AppendInt(b, now.Unix(), 10)
	b = append(b, "</CreateTime><MsgType><![CDATA["...)
	if out.news == nil {
		b = append(b, "text]]></MsgType><Content>"...)
		return append(appendCDATA(b, out.text), "</Content></xml>"...)
	}
	b = append(b, "news]]></MsgType><ArticleCount>1</ArticleCount><Articles><item><Title>"...)
	b = appendCDATA(b, out.news.Title)
	b = append(b, "</Title><Description>"...)
	b = appendCDATA(b, out.news.Description)
	b = append(b, "</Description><PicUrl>"...)
	b = appendCDATA(b, out.news.Picture)
	b = append(b, "</PicUrl><Url>"...)
	b = appendCDATA(b, out.news.URL)
	return append(b, "</Url></item></Articles></xml>"...)
}

// appendCDATA writes a section that holds any legal text: "]]>" would end it, so
// it is parted over two.
func appendCDATA(b []byte, text string) []byte {
	b = append(b, "<![CDATA["...)
	for {
		before, after, found := strings.Cut(text, "]]>")
		b = append(b, before...)
		if !found {
			return append(b, "]]>"...)
		}
		b = append(b, "]]]]><![CDATA[>"...)
		text = after
	}
}
