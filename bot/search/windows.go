package search

import "iter"

// windows gives the stretches of a text that are read at once, each beginning in the one
// before: who is afraid may tell much before the point.
func windows(s string) iter.Seq[string] {
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

// How much of a text is read for dangers: more than the 2,048 bytes that a message of
// WeChat may have.
const (
	mostWindows = 5
	overlap     = 60
)
