package search

import (
	"iter"
	"strings"
	"unicode"
)

// windows gives the stretches of a text that are read at once, each beginning in the one
// before: who is afraid may tell much before the point.
func windows(s string) iter.Seq[string] {
	if len(s) > maxRunes {
		s = squeeze(s)
	}
	return func(yield func(string) bool) {
		for range mostWindows {
			part := cut(s, maxRunes)
			if !yield(part) || len(part) == len(s) {
				return
			}
			s = s[len(cut(s, maxRunes-overlap)):]
		}
	}
}

// How much of a text is read for dangers: what a message of WeChat may have, 2,048 bytes,
// be they all Latin letters.
const (
	mostWindows = 15
	overlap     = 60
)

// squeeze leaves one of the characters between words, of which any number says no more:
// one that ends a clause, if any does.
func squeeze(s string) string {
	var b strings.Builder
	between := rune(0)
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if between != 0 {
				b.WriteRune(between)
				between = 0
			}
			b.WriteRune(r)
		case between == 0 || endsClause(narrow(r)) && !endsClause(narrow(between)):
			between = r
		}
	}
	return b.String()
}
