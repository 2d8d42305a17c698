package importing

import (
	"strings"
	"unicode"

	"jindu/content"
)

// kinds are the names of the types of question.
var kinds = map[string]content.QuestionType{
	"单选": content.Single, "单选题": content.Single, "single": content.Single,
	"多选": content.Multiple, "多选题": content.Multiple, "multiple": content.Multiple,
	"判断": content.TrueFalse, "判断题": content.TrueFalse, "true_false": content.TrueFalse,
}

// judge settles type and answer of a question as people write them: "A、C",
// "正确", "√"; without a type the answer decides.
func (q *question) judge() {
	answer := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" 、,，;；/\n", r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, q.answer.text)
	truth := map[string]string{
		"对": "对", "正确": "对", "是": "对", "√": "对", "T": "对", "TRUE": "对", "1": "对",
		"错": "错", "错误": "错", "否": "错", "×": "错", "F": "错", "FALSE": "错", "0": "错", "X": "错",
	}[answer]
	kind := content.QuestionType(q.kind.text)
	if kind == "" {
		switch {
		case len(q.options) == 0 && truth != "":
			kind = content.TrueFalse
		case len(answer) > 1 && strings.Trim(answer, "ABCDEF") == "":
			kind = content.Multiple
		}
	}
	if kind == content.TrueFalse && truth != "" {
		answer = truth
		if len(q.options) == 2 && q.options[0].text == "对" && q.options[1].text == "错" {
			q.options = nil
		}
	}
	q.kind.text, q.answer.text = string(kind), answer
	if kind == content.Single {
		q.kind.text = ""
	}
}

// lengths refuses what does not fit on a phone, at its longest part, and gives what it
// said: the loader only warns of it, but here the text is still to be written.
func (b *Bank) lengths() (said []string) {
	refuse := func(c cell, message string) {
		if message != "" {
			b.fail(c.at, "%s", message)
			said = append(said, message)
		}
	}
	for _, q := range b.questions {
		longest, texts := q.text, []string(nil)
		for _, o := range q.options {
			texts = append(texts, o.text)
			if len(o.text) > len(longest.text) {
				longest = o
			}
		}
		refuse(longest, content.TooLongToAsk(q.text.text, texts))
		refuse(q.explanation, content.TooLongToExplain(q.explanation.text))
	}
	return said
}
