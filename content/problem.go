package content

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing to mend in a content file.
type Problem struct {
	File    string // path inside the content folder, with "/"
	Line    int    // from 1
	Column  int    // from 1, in characters
	Message string // Chinese: editors read it
}

// String gives file:line:column: message, as compilers do, so that editors can jump to it.
func (p Problem) String() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Problems is every problem of one content folder, in the order of its files.
type Problems []Problem

// Error lists all problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return ps
}

// position is where something stands, for problems that are found later.
type position struct {
	file      string
	line, col int
}

func (p position) String() string { return fmt.Sprintf("%s:%d", p.file, p.line) }
