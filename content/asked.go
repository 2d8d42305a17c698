package content

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// longestQuestion bounds an everyday question, in characters; longer is a story that
// nobody writes again.
const longestQuestion = 120

// asked reads a file of everyday questions: below a heading [help/report] one question a
// line, all answered by that entry. Lines that begin with # are notes. It is for the
// many wordings of which an entry's own file would be too full.
func (l *loader) asked(d *document, text string) {
	var e *Entry
	headed := false
	for i, line := range strings.Split(text, "\n") {
		question := strings.TrimSpace(line)
		at := position{d.file, i + 1, 1 + utf8.RuneCountInString(line) - utf8.RuneCountInString(strings.TrimLeft(line, " \t\u3000"))}
		if question == "" || question[0] == '#' {
			continue
		}
		if id, ok := heading(question); ok {
			headed = true
			e = l.findEntry(at, id)
			continue
		}
		switch {
		case brokenHeading(question): // else its questions would go to the entry before
			l.report(at, "条目要单独写一行，用英文方括号，如 [help/report]")
			headed, e = true, nil
		case !headed:
			l.report(at, "先写一行 [条目]，如 [help/report]，下面再写问法")
			headed = true
		case e == nil: // said at the heading, or in its own file
		case utf8.RuneCountInString(question) > longestQuestion:
			l.report(at, "一个问法最多 %d 个字", longestQuestion)
		default:
			l.claimAt(at, e.ID, "question", question)
			e.Questions = append(e.Questions, question)
		}
	}
}

// brokenHeading says that a line was meant as a heading: other brackets, or one missing.
func brokenHeading(line string) bool {
	return slices.ContainsFunc([]string{"[", "【", "［", "drugs/", "laws/", "help/"}, func(begins string) bool { return strings.HasPrefix(line, begins) })
}

// heading gives the id of a line such as [help/report].
func heading(line string) (id string, ok bool) {
	id, ok = strings.CutPrefix(line, "[")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(id, "]")
}
