package content

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// parseYAML turns a panic of the parser into an error: a file under an editor's
// hands may hold anything, and must not end the server.
func parseYAML(text string) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("无法读取（%v）", r)
		}
	}()
	if tooDeep(text) {
		return nil, errors.New("嵌套太深：内容文件用不到这么多层")
	}
	if marks(text) > mostMarks {
		return nil, errors.New("一个文件里的内容太多，请分成几个文件")
	}
	return parser.ParseBytes([]byte(text), 0)
}

// Bounds before the parser, whose memory grows with the square of the depth, and its
// time with that of the length: a file of 20 kB can take a gigabyte, one of 1 MB
// minutes. Content nests about five deep; a bank of 1,000 questions has 20,000 marks,
// with all its texts in quotes 32,000.
const (
	mostDepth  = 32
	mostIndent = 120
	mostMarks  = 40000
)

// marks counts what may be structure in a text, and its lines.
func marks(text string) int {
	n := 0
	for i := range len(text) {
		switch text[i] {
		case ',', ':', '-', '&', '*', '?', '[', ']', '{', '}', '!', '"', '\'', '\n':
			n++
		}
	}
	return n
}

// tooDeep says whether a text nests deeper than content ever does, by brackets,
// by indents, or by several list marks on one line. It may take a text full of
// open brackets for nested, and never the other way round.
func tooDeep(text string) bool {
	depth := 0
	for line := range strings.Lines(text) {
		rest, marks := strings.TrimLeft(line, " \t"), 0
		if len(line)-len(rest) > mostIndent {
			return true
		}
		for len(rest) > 1 && strings.ContainsRune("-?:", rune(rest[0])) && strings.ContainsRune(" \t", rune(rest[1])) {
			rest = strings.TrimLeft(rest[1:], " \t")
			marks++
		}
		if marks > mostDepth {
			return true
		}
		for _, r := range rest {
			switch r {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(depth-1, 0)
			}
			if depth > mostDepth {
				return true
			}
		}
	}
	return false
}
