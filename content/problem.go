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
	return fmt.Sprintf("%s:%d:%d: %s", fileName(p.File), p.Line, p.Column, onOneLine(p.Message))
}

// Problems is every problem of one content folder, in the order of its files; of a
// folder with very many, the first MostProblems that were found.
type Problems []Problem

// MostProblems is how many problems of a folder are kept: a stray folder, or one file
// full of them, must not take the memory of the server.
const MostProblems = 10_000

// MostListed is how many problems are listed at once: nobody mends more in one go.
const MostListed = 200

// Error lists the problems, one a line, up to MostListed.
func (ps Problems) Error() string { return strings.Join(ps.Lines(MostListed), "\n") }

// Lines gives a line for each of the first problems, and one for how many are left.
func (ps Problems) Lines(most int) []string {
	var lines []string
	for _, p := range ps[:min(len(ps), most)] {
		lines = append(lines, p.String())
	}
	if more := len(ps) - most; more > 0 {
		least := ""
		if len(ps) >= MostProblems {
			least = "至少"
		}
		lines = append(lines, fmt.Sprintf("%s还有 %d 处没有列出", least, more))
	}
	return lines
}

// Add keeps a problem while there is room.
func (ps *Problems) Add(p Problem) {
	if len(*ps) < MostProblems {
		*ps = append(*ps, p)
	}
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

func (p position) String() string { return fmt.Sprintf("%s:%d", fileName(p.file), p.line) }
