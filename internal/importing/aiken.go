package importing

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Aiken is Moodle's simplest format: the question on a line, options "A. …" or
// "A) …", then "ANSWER: B". It has no explanation, which we need: lines that begin
// with EXPLANATION: or 解释： (and TOPIC: or 条目：) may follow the answer.
var (
	aikenAnswer = regexp.MustCompile(`(?m)^\s*(?i:ANSWER|答案)\s*[:：]\s*(.*)$`)
	aikenOption = regexp.MustCompile(`^\s*([A-Za-z])\s*[.)、．）]\s*(.*)$`)
	aikenNote   = regexp.MustCompile(`^\s*(?i:(EXPLANATION|FEEDBACK|解释|解析)|(TOPIC|条目)|(DIFFICULTY|难度))\s*[:：]\s*(.*)$`)
)

func (b *Bank) aiken(text string) {
	var q *question
	answered := false
	end := func() {
		if q == nil {
			return
		}
		if !answered {
			b.fail(q.at, "这道题没有 ANSWER: 这一行")
		} else {
			q.judge()
			b.add(q)
		}
		q, answered = nil, false
	}
	for i, line := range strings.Split(text, "\n") {
		at := func(part string) place {
			return place{line: i + 1, column: utf8.RuneCountInString(line[:len(line)-len(part)]) + 1}
		}
		start := at(strings.TrimLeft(line, " \t　"))
		note := aikenNote.FindStringSubmatch(line)
		option := aikenOption.FindStringSubmatch(line)
		answer := aikenAnswer.FindStringSubmatch(line)
		switch {
		case strings.TrimSpace(line) == "":
		case answered && note != nil:
			c := cell{one(note[4]), at(note[4])}
			switch {
			case note[1] != "":
				q.explanation = c
			case note[2] != "":
				q.topic = c
			default:
				q.difficulty = c
			}
		case answer != nil && q == nil:
			b.fail(start, "这行答案前面没有题目")
		case answer != nil && answered:
			b.fail(start, "这道题有两行答案")
		case answer != nil:
			q.answer, answered = cell{one(answer[1]), at(answer[1])}, true
			q.explanation.at = q.answer.at // where it is missed
		case option != nil && q != nil && !answered:
			if want := rune('A' + len(q.options)); rune(strings.ToUpper(option[1])[0]) != want {
				b.fail(start, "选项要按 A、B、C 的次序写，这里应当是 %c", want)
			}
			q.options = append(q.options, cell{one(option[2]), at(option[2])})
		default:
			if q != nil && !answered && len(q.options) == 0 {
				q.text.text = one(q.text.text + " " + line) // a question of several lines
				continue
			}
			end()
			q = &question{at: start, text: cell{one(line), start}}
		}
	}
	end()
}
