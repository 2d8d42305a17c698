package bot

import (
	"slices"
	"strings"
	"unicode/utf8"

	"jindu/bot/quiz"
	"jindu/content"
)

// token is a message that may answer a quiz question: letters, numbers, "I don't
// know", 对 or 错, or an option's own words.
type token struct {
	folded   string
	options  []int // indexes of the letters or numbers, each once; noOption when beyond all
	drop     bool  // they are not to be chosen any more
	done     bool  // all is chosen
	notKnown bool
	truth    int  // index among 对 and 错; noOption when it is neither
	bare     bool // it can mean nothing else
	likely   bool // it means nothing else while a quiz runs
}

const noOption = 99 // beyond every question

var (
	notKnownWords = wordSet("不知道 不会 不懂 不清楚 跳过 下一题 pass")
	doneWords     = wordSet("选好了 选完了 我选好了 提交")
	trueWords     = wordSet("对 对的 是 是的 正确 没错 √ ✓ ✔ ☑ ⭕ ○")
	falseWords    = wordSet("错 错的 错误 不是 不对 不正确 × ✗ ✘ ✖ ❌")
)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}

// tokenOf reads what may be an answer, as it was sent and folded; a tapped choice of
// something else is none.
func (e *edition) tokenOf(text, folded, menuID string) (token, bool) {
	t := token{folded: folded, truth: noOption}
	mark := strings.TrimSuffix(strings.TrimSpace(text), "\ufe0f") // which asks for an emoji's colours
	switch {
	case trueWords[t.folded] || trueWords[mark]:
		t.truth = 0
	case falseWords[t.folded] || falseWords[mark]:
		t.truth = 1
	}
	if option, ok := letter(t.folded); ok {
		t.options, t.bare = []int{option}, true
		return t, true
	}
	if doneWords[t.folded] {
		t.done, t.bare = true, true
		return t, true
	}
	if notKnownWords[t.folded] {
		t.notKnown = true
		return t, true
	}
	if rest, found := strings.CutPrefix(t.folded, dropWord); found {
		if option, ok := letter(rest); ok {
			t.options, t.drop, t.likely = []int{option}, true, true
			return t, true
		}
	}
	if options := letters(t.folded); options != nil {
		t.options, t.likely = options, true
		return t, true
	}
	return t, t.truth != noOption || (e.options[t.folded] && (menuID == "" || strings.HasPrefix(menuID, optionID)))
}

// onlyWords says whether a token is nothing but an option's own words, typed: 冰毒 may be
// an answer, and is as often a question.
func (t token) onlyWords(menuID string) bool {
	return !t.bare && !t.likely && !t.notKnown && t.truth == noOption && questionOf(menuID) == ""
}

// isToken says whether a folded text is read as an answer before all else.
func isToken(folded string) bool {
	_, ok := letter(folded)
	return ok || notKnownWords[folded] || doneWords[folded]
}

// choose gives what the token means of the question's options, when those in
// picked were chosen before.
func (t token) choose(q *content.QuizQuestion, picked []int) (quiz.Choice, bool) {
	if t.notKnown {
		return quiz.Choice{}, true
	}
	options := t.named(q)
	if slices.ContainsFunc(options, func(i int) bool { return i >= len(q.Options) }) {
		return quiz.Choice{}, false
	}
	slices.Sort(options)
	if q.Type != content.Multiple {
		return quiz.Choice{Options: options}, len(options) == 1 && !t.drop
	}
	switch {
	case t.done:
		return quiz.Choice{Options: picked, Partial: len(picked) == 0}, true
	case len(options) == 0:
		return quiz.Choice{}, false
	case t.drop:
		left := slices.DeleteFunc(slices.Clone(picked), func(i int) bool { return slices.Contains(options, i) })
		return quiz.Choice{Options: left, Partial: true}, true
	case len(options) == 1: // no question has a single right option among several
		options = append(options, picked...)
		slices.Sort(options)
		return quiz.Choice{Options: slices.Compact(options), Partial: true}, true
	}
	return quiz.Choice{Options: options}, true
}

// named gives the options that the token names, in the person's order.
func (t token) named(q *content.QuizQuestion) []int {
	for i, o := range q.Options {
		if fold(o) == t.folded {
			return []int{i}
		}
	}
	if q.Type == content.TrueFalse {
		if t.truth != noOption {
			return []int{t.truth}
		}
		switch t.folded { // as people type a tick and a cross
		case "v":
			return []int{0}
		case "x":
			return []int{1}
		}
	}
	return slices.Clone(t.options)
}

// afterChoose gives what stands behind "我选", "答案是" and the like.
func afterChoose(folded string) string {
	for _, word := range []string{"我选择", "我选", "选择", "选项", "选", "答案是", "答案", "第"} {
		if rest, found := strings.CutPrefix(folded, word); found {
			return rest
		}
	}
	return folded
}

// letter reads "a", "1", "选a", "答案是b", "c项" as an index from 0.
func letter(folded string) (int, bool) {
	folded = afterChoose(folded)
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

var betweenLetters = strings.NewReplacer("和", "", "跟", "", "与", "")

// letters reads two or more different letters or numbers of options, which fold
// has joined: "abd", "选13", "a和c". It gives nil for anything else, as 110 and 347 are.
func letters(folded string) []int {
	folded = afterChoose(folded)
	if folded == "" || folded[0] >= utf8.RuneSelf { // as most messages do; the rest costs more
		return nil
	}
	folded = betweenLetters.Replace(folded)
	const most = 6 // options that a question may have
	if len(folded) < 2 || len(folded) > most {
		return nil
	}
	first := byte('a')
	if folded[0] <= '9' {
		first = '1'
	}
	var options []int
	for i := range len(folded) {
		option := int(folded[i]) - int(first)
		if option < 0 || option >= most || slices.Contains(options, option) {
			return nil
		}
		options = append(options, option)
	}
	return options
}

const (
	// optionID begins the menu id of an option: "q:", the question's id, ":", its letter.
	optionID = "q:"
	dropWord = "不选"
	doneWord = "选好了"
)

// questionOf gives the id of the question that a tapped option belongs to, or "".
func questionOf(menuID string) string {
	rest, found := strings.CutPrefix(menuID, optionID)
	if !found {
		return ""
	}
	id, _, _ := strings.Cut(rest, ":")
	return id
}
