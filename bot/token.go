package bot

import (
	"strings"

	"jindu/content"
)

// token is a message that may answer a quiz question: a letter, a number, "I
// don't know", or an option's own words.
type token struct {
	folded string
	option int  // index of the option; noOption, unknown
	bare   bool // a letter or number: it can mean nothing else
}

const (
	notKnown = -1
	noOption = 99 // beyond every question
)

var notKnownWords = map[string]bool{"不知道": true, "不会": true, "不懂": true, "不清楚": true, "跳过": true, "下一题": true, "pass": true}

// tokenOf reads what may be an answer; a tapped choice of something else is none.
func (e *edition) tokenOf(text, menuID string) (token, bool) {
	t := token{folded: fold(text), option: noOption}
	if option, ok := letter(t.folded); ok {
		t.option, t.bare = option, true
		return t, true
	}
	if notKnownWords[t.folded] {
		t.option = notKnown
		return t, true
	}
	return t, e.options[t.folded] && (menuID == "" || strings.HasPrefix(menuID, optionID))
}

// isToken says whether a folded text is read as an answer before all else.
func isToken(folded string) bool {
	_, ok := letter(folded)
	return ok || notKnownWords[folded]
}

// choose gives the option of the question that the token means.
func (t token) choose(q *content.QuizQuestion) (option int, ok bool) {
	for i, o := range q.Options {
		if fold(o) == t.folded {
			return i, true
		}
	}
	return t.option, t.option < len(q.Options)
}

// letter reads "a", "1", "选a", "答案是b", "c项" as an index from 0.
func letter(folded string) (int, bool) {
	for _, word := range []string{"我选择", "我选", "选择", "选项", "选", "答案是", "答案", "第"} {
		if rest, found := strings.CutPrefix(folded, word); found {
			folded = rest
			break
		}
	}
	folded = strings.TrimSuffix(strings.TrimSuffix(folded, "项"), "个")
	if len(folded) != 1 {
		return 0, false
	}
	switch c := folded[0]; {
	case c >= 'a' && c <= 'z':
		return int(c - 'a'), true
	case c >= '1' && c <= '9':
		return int(c - '1'), true
	case c == '0':
		return noOption, true
	}
	return 0, false
}

// optionID begins the menu id of an option: "q:", the question's id, ":", its letter.
const optionID = "q:"

// questionOf gives the id of the question that a tapped option belongs to, or "".
func questionOf(menuID string) string {
	rest, found := strings.CutPrefix(menuID, optionID)
	if !found {
		return ""
	}
	id, _, _ := strings.Cut(rest, ":")
	return id
}
