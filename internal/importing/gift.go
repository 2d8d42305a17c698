package importing

import (
	"html"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"jindu/content"
)

// char is a character of a GIFT text; an escaped one is no mark.
type char struct {
	r       rune
	at      place
	escaped bool
}

// gift reads Moodle's GIFT: questions parted by empty lines,
// ::title::text{=right ~wrong #feedback ####general feedback}. Of its types those
// that we have are taken: single and multiple choice (by weights), true and false.
// A line that begins with a title begins a question without an empty line too:
// nothing else can be meant by it.
func (b *Bank) gift(text string) {
	var q []char
	depth := 0
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "//") || strings.HasPrefix(trimmed, "$CATEGORY:") {
			continue
		}
		if titled := strings.HasPrefix(trimmed, "::"); titled || trimmed == "" && depth == 0 {
			b.giftQuestion(q)
			if q, depth = nil, 0; !titled {
				continue
			}
		}
		runes := []rune(line)
		for j := 0; j < len(runes); j++ {
			c := char{r: runes[j], at: place{line: i + 1, column: j + 1}}
			if c.r == '\\' && j+1 < len(runes) && strings.ContainsRune(`~=#{}:\n`, runes[j+1]) {
				j++
				if c.r, c.escaped = runes[j], true; c.r == 'n' {
					c.r = '\n'
				}
			}
			switch {
			case c.is('{'):
				depth++
			case c.is('}'):
				depth = max(depth-1, 0)
			}
			q = append(q, c)
		}
		q = append(q, char{r: '\n', at: place{line: i + 1, column: len(runes) + 1}})
	}
	b.giftQuestion(q)
}

func (c char) is(mark rune) bool { return c.r == mark && !c.escaped }

var tag = regexp.MustCompile(`<[^<>]*>`)

// plain gives the words of characters, without white space at the ends.
func plain(chars []char, asHTML bool) cell {
	for len(chars) > 0 && strings.ContainsRune(" \t\n　", chars[0].r) {
		chars = chars[1:]
	}
	var text strings.Builder
	for _, c := range chars {
		text.WriteRune(c.r)
	}
	c := cell{text: text.String()}
	if asHTML {
		c.text = html.UnescapeString(tag.ReplaceAllString(c.text, " "))
	}
	if c.text = one(c.text); len(chars) > 0 {
		c.at = chars[0].at
	}
	return c
}

func index(chars []char, mark rune) int {
	return slices.IndexFunc(chars, func(c char) bool { return c.is(mark) })
}

// repeated gives where a mark stands several times side by side.
func repeated(chars []char, mark rune, times int) int {
	for i := 0; i+times <= len(chars); i++ {
		if !slices.ContainsFunc(chars[i:i+times], func(c char) bool { return !c.is(mark) }) {
			return i
		}
	}
	return -1
}

// giftWeight is how a share of the mark is written; Go reads more than people mean by
// a number: inf, 0x1p-2.
var giftWeight = regexp.MustCompile(`^[+-]?[0-9.]+$`)

var giftID = regexp.MustCompile(`^[a-z0-9_-]{1,40}$`)

func (b *Bank) giftQuestion(chars []char) {
	start := plain(chars, false)
	if start.text == "" {
		return
	}
	q := &question{at: start.at}
	for len(chars) > 0 && chars[0].at != start.at {
		chars = chars[1:]
	}
	if repeated(chars, ':', 2) == 0 {
		end := repeated(chars[2:], ':', 2)
		if end < 0 {
			b.fail(q.at, "标题只有开头的 ::，没有结尾的 ::")
			return
		}
		if title := plain(chars[2:2+end], false); giftID.MatchString(title.text) {
			q.id = title
		}
		chars = chars[end+4:]
	}
	asHTML := false
	if format := plain(chars, false); strings.HasPrefix(format.text, "[") {
		if name, _, found := strings.Cut(format.text[1:], "]"); found && slices.Contains([]string{"html", "moodle", "plain", "markdown"}, name) {
			asHTML = name == "html" || name == "moodle"
			chars = chars[slices.IndexFunc(chars, func(c char) bool { return c.r == ']' })+1:]
		}
	}
	open, shut, ok := b.giftBraces(chars, q.at)
	if !ok {
		return
	}
	q.text = plain(chars[:open], asHTML)
	if rest := plain(chars[shut+1:], asHTML); rest.text != "" {
		q.text.text += "____" + rest.text
	}
	if q.text.at.line == 0 {
		q.text.at = q.at
	}
	body, at := chars[open+1:shut], chars[open].at
	q.answer.at, q.explanation.at = at, at
	if i := repeated(body, '#', 4); i >= 0 {
		q.explanation = plain(body[i+4:], asHTML)
		body = body[:i]
	}
	if b.giftAnswers(q, body, at, asHTML) {
		if q.explanation.at.line == 0 {
			q.explanation.at = at
		}
		b.add(q)
	}
}

// giftAnswers reads what stands between the braces; false when it was reported.
func (b *Bank) giftAnswers(q *question, body []char, at place, asHTML bool) bool {
	explain := func(chars []char) {
		if c := plain(chars, asHTML); q.explanation.text == "" && c.text != "" {
			q.explanation = c
		}
	}
	said, feedback := body, []char(nil)
	if i := index(body, '#'); i >= 0 {
		said, feedback = body[:i], body[i+1:]
	}
	answer := strings.ToUpper(plain(said, false).text)
	switch {
	case answer == "T" || answer == "TRUE" || answer == "F" || answer == "FALSE":
		q.kind.text, q.answer.text = string(content.TrueFalse), "对"
		if answer[0] == 'F' {
			q.answer.text = "错"
		}
		// The first feedback is for a wrong answer, the second for a right one.
		if i := index(feedback, '#'); i >= 0 {
			explain(feedback[i+1:])
			feedback = feedback[:i]
		}
		explain(feedback)
		return true
	case answer == "" && len(feedback) == 0:
		b.fail(at, "问答题（{ } 里空着）不能导入")
		return false
	case answer == "":
		b.fail(at, "数值题（{# }）不能导入")
		return false
	case index(body, '~') < 0:
		b.fail(at, "填空题、匹配题（没有用 ~ 写错的选项）不能导入")
		return false
	}
	var right []char
	letters, good := "", true
	for len(body) > 0 {
		mark := body[0]
		next := slices.IndexFunc(body[1:], func(c char) bool { return c.is('=') || c.is('~') }) + 1
		if next == 0 {
			next = len(body)
		}
		part := body[1:next]
		body = body[next:]
		if !mark.is('=') && !mark.is('~') {
			if strings.TrimSpace(string(mark.r)) != "" {
				b.fail(mark.at, "选项要以 = 或 ~ 开头")
				return false
			}
			body = append(slices.Clone(part), body...)
			continue
		}
		words, note := part, []char(nil)
		if i := index(part, '#'); i >= 0 {
			words, note = part[:i], part[i+1:]
		}
		isRight := mark.is('=')
		option := plain(words, asHTML)
		if weight, rest, found := strings.Cut(strings.TrimPrefix(option.text, "%"), "%"); found && strings.HasPrefix(option.text, "%") {
			share, err := strconv.ParseFloat(weight, 64)
			if err != nil || !giftWeight.MatchString(weight) || math.Abs(share) > 100 {
				b.fail(option.at, "分值 %%%s%% 不对，应当是 -100 到 100 的数", weight)
				good = false
			}
			isRight, option.text = share > 0, one(rest)
		}
		if option.at.line == 0 {
			option.at = mark.at
		}
		q.options = append(q.options, option)
		if isRight {
			letters += string(rune('A' + len(q.options) - 1))
			right = append(right, note...)
		}
	}
	q.answer.text = letters
	if len(letters) > 1 {
		q.kind.text = string(content.Multiple)
	}
	explain(right)
	return good
}
