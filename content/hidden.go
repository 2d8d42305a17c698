package content

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// Hidden says that a character does something to a terminal, or to the order of the
// words around it, that nobody sees who reads the file. Line feed and tab are none.
func Hidden(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control))
}

// WithoutHidden leaves the hidden characters of a text out.
func WithoutHidden(text string) string {
	return strings.Map(func(r rune) rune {
		if Hidden(r) {
			return -1
		}
		return r
	}, text)
}

// HiddenProblem tells an editor of a hidden character.
const HiddenProblem = "这里有看不见的控制字符 U+%04X，请删掉"

// visible reports the first hidden character of each line, and gives the text with
// others in their place, so that the rest of the file is checked as well.
func (d *document) visible(text string) string {
	if !strings.ContainsFunc(text, Hidden) {
		return text
	}
	line := 0
	for row := range strings.Lines(text) {
		line++
		if i := strings.IndexFunc(row, Hidden); i >= 0 {
			r, _ := utf8.DecodeRuneInString(row[i:])
			d.report(line, column(row, i), HiddenProblem, r)
		}
	}
	return strings.Map(func(r rune) rune {
		if Hidden(r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

// Visit reports the hidden characters that YAML writes as escapes: "\e[2J".
func (d *document) Visit(n ast.Node) ast.Visitor {
	if s, ok := n.(*ast.StringNode); ok {
		if i := strings.IndexFunc(s.Value, Hidden); i >= 0 {
			r, _ := utf8.DecodeRuneInString(s.Value[i:])
			d.at(n, HiddenProblem, r)
		}
	}
	return d
}

// onOneLine writes what is hidden, or would begin another line, as an escape.
func onOneLine(text string) string {
	special := func(r rune) bool { return r == '\n' || r == '\t' || Hidden(r) }
	if !strings.ContainsFunc(text, special) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if special(r) {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// fileName quotes a name that would not be read as it is.
func fileName(name string) string {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}
