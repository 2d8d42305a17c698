package bot

import (
	"strings"
	"unicode/utf8"
)

// MaxSize is the most that a reply may take when it is rendered, in bytes of
// UTF-8. WeChat cuts at 2,048; the rest is room for what a door adds.
const MaxSize = 2000

// What a door writes around a link and around a choice.
const (
	linkFrame   = "\n" + `<a href=""></a>`
	choiceFrame = "\n" + `<a href="weixin://bizmsgmenu?msgmenucontent=&msgmenuid="></a>`
)

// Size is the most bytes that the reply takes as WeChat gets it: the text, then
// each link and each choice on a line of its own, as
// <a href="weixin://bizmsgmenu?msgmenucontent=SEND&msgmenuid=ID">LABEL</a>,
// with the characters of markup and addresses escaped in whatever way (as
// entities, percent-encoded or written wide) and everything else as it is.
func (r Reply) Size() int {
	n := escapedLen(r.Text)
	if len(r.Links)+len(r.Choices) > 0 {
		n++ // an empty line after the text
	}
	for _, l := range r.Links {
		n += l.size()
	}
	for _, c := range r.Choices {
		n += c.size()
	}
	return n
}

func (l Link) size() int { return len(linkFrame) + escapedLen(l.URL) + escapedLen(l.Label) }

func (c Choice) size() int {
	return len(choiceFrame) + len("amp;") + escapedLen(c.Send) + escapedLen(c.ID) + escapedLen(c.Label)
}

// escapedLen is the length of s with every character that a door may have to
// escape in its longest form.
func escapedLen(s string) int {
	return len(s) + (len("&amp;")-1)*strings.Count(s, "&") +
		(len("&lt;")-1)*(strings.Count(s, "<")+strings.Count(s, ">")) + (len("&quot;")-1)*strings.Count(s, `"`)
}

// fit makes the reply no larger than MaxSize: choices go first, the last ones
// before the first, then the text is cut between sentences.
func fit(r Reply) Reply {
	for len(r.Choices) > 1 && r.Size() > MaxSize {
		r.Choices = r.Choices[:len(r.Choices)-1]
	}
	if over := r.Size() - MaxSize; over > 0 {
		r.Text = cut(r.Text, escapedLen(r.Text)-over)
	}
	return r
}

// cut shortens s to at most size escaped bytes: after a line or a sentence when
// that keeps at least half of it, else between characters. Cut text ends in "…".
func cut(s string, size int) string {
	if escapedLen(s) <= size {
		return s
	}
	size -= len("…")
	end := 0
	for taken := 0; end < len(s); {
		_, width := utf8.DecodeRuneInString(s[end:])
		if taken += escapedLen(s[end : end+width]); taken > size {
			break
		}
		end += width
	}
	s = s[:end]
	if i := strings.LastIndexAny(s, "\n。！？；"); i >= len(s)/2 {
		_, width := utf8.DecodeRuneInString(s[i:])
		s = s[:i+width]
	}
	return strings.TrimRight(s, "\n") + "…"
}
