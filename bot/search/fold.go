package search

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxRunes bounds a question; what follows is not read.
const maxRunes = 200

//go:embed data/traditional.txt
var traditionalTable string

// simplified gives the simplified form of a traditional character of the basic
// plane; 0: the character is its own.
var simplified = func() []rune {
	table := make([]rune, 1<<16)
	for _, line := range dataLines(traditionalTable) {
		row := []rune(line)
		for i := 0; i+1 < len(row); i += 2 {
			table[row[i]] = row[i+1]
		}
	}
	return table
}()

// text is a folded question: letters and digits only, lower case, simplified.
type text struct {
	runes []rune
	cuts  []int // ascending positions in runes at which a new clause begins
}

func (t text) String() string { return string(t.runes) }

// chinese says that it has Chinese characters.
func (t text) chinese() bool { return slices.ContainsFunc(t.runes, han) }

// clauses gives the parts between punctuation marks.
func (t text) clauses() [][]rune {
	var parts [][]rune
	from := 0
	for _, cut := range append(t.cuts[:len(t.cuts):len(t.cuts)], len(t.runes)) {
		if cut > from {
			parts = append(parts, t.runes[from:cut])
			from = cut
		}
	}
	return parts
}

// fold brings the ways to write the same thing to one: width, case, traditional
// characters, spaces, punctuation and emoji. One space stays between two Latin
// words or numbers, which would else run together.
func fold(s string) text { return foldIn(make([]rune, 0, len(s)/2), s) }

// foldIn does so in the given room.
func foldIn(room []rune, s string) text {
	if s = cut(s, maxRunes); !usual(s) && !norm.NFKC.IsNormalString(s) {
		s = norm.NFKC.String(s)
	}
	t := text{runes: room}
	gap := false
	for _, r := range s {
		r = narrow(r)
		switch {
		case han(r) || unicode.IsLetter(r) || unicode.IsDigit(r):
			if !han(r) {
				r = unicode.ToLower(r)
			}
			if r < 1<<16 && simplified[r] != 0 {
				r = simplified[r]
			}
			if n := len(t.runes); gap && n > 0 && latin(r) && latin(t.runes[n-1]) {
				t.runes = append(t.runes, ' ')
			}
			t.runes, gap = append(t.runes, r), false
		default:
			gap = true
			n := len(t.runes)
			spaced := unicode.IsSpace(r) && n > 0 && han(t.runes[n-1]) // many write a space for a comma
			if (spaced || endsClause(r)) && (len(t.cuts) == 0 || t.cuts[len(t.cuts)-1] != n) {
				t.cuts = append(t.cuts, n)
			}
		}
	}
	if len(t.runes) > maxRunes { // compatibility forms may unfold to several
		t.runes = t.runes[:maxRunes]
	}
	t = spellOut(t)
	plainHow(t.runes)
	for len(t.cuts) > 0 && t.cuts[len(t.cuts)-1] >= len(t.runes) {
		t.cuts = t.cuts[:len(t.cuts)-1]
	}
	return t
}

// with gives the text with another word from one position up to another.
func (t text) with(word []rune, from, end int) text {
	longer := len(word) - (end - from)
	t.runes = slices.Concat(t.runes[:from], word, t.runes[end:])
	t.cuts = slices.Clone(t.cuts)
	for c := range t.cuts {
		if t.cuts[c] >= end {
			t.cuts[c] += longer
		}
	}
	return t
}

// spellOut writes 毒 for a lone "du" beside a Chinese character, as in 冰du and
// 戒du, by which people get round word filters.
func spellOut(t text) text {
	for i := 0; i+1 < len(t.runes); i++ {
		if t.runes[i] != 'd' || t.runes[i+1] != 'u' {
			continue
		}
		before := i > 0 && han(t.runes[i-1])
		after := i+2 < len(t.runes) && han(t.runes[i+2])
		if (before || after) && (i == 0 || before) && (i+2 == len(t.runes) || after) {
			t = t.with([]rune("毒"), i, i+2)
		}
	}
	return t
}

// plainHow writes 怎么 for 如何, 咋样 and 怎样; 会怎样 asks for no method and stays.
func plainHow(runes []rune) {
	for i := 0; i+1 < len(runes); i++ {
		switch [2]rune{runes[i], runes[i+1]} {
		case [2]rune{'怎', '样'}:
			if i > 0 && (runes[i-1] == '会' || runes[i-1] == '将') {
				continue
			}
			fallthrough
		case [2]rune{'如', '何'}, [2]rune{'咋', '样'}:
			runes[i], runes[i+1] = '怎', '么'
		}
	}
}

// usual says that a text holds only what fold can bring to one form by itself; it
// spares nearly all texts the general normalization.
func usual(s string) bool {
	for _, r := range s {
		if r >= 0x80 && !han(r) && !wide(r) && !strings.ContainsRune("、。“”‘’《》—·", r) {
			return false
		}
	}
	return true
}

// narrow gives the ASCII character of a full-width form; every other rune is its own.
func narrow(r rune) rune {
	if wide(r) {
		return r - ('！' - '!')
	}
	return r
}

// endsClause says that a mark, not in full width, ends a clause.
func endsClause(r rune) bool { return strings.ContainsRune("。,!?;、…~", r) }

// wide says that the rune is the full-width form of an ASCII character.
func wide(r rune) bool { return r >= '！' && r <= '～' }

// han says that the character is of the block that nearly all text is of.
func han(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }

func latin(r rune) bool { return r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// cut keeps the first n runes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// dataLines gives the lines of an embedded table without comments and blank lines.
func dataLines(table string) []string {
	var lines []string
	for line := range strings.Lines(table) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines
}
