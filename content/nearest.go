package content

import (
	"cmp"
	"maps"
	"path"
	"slices"
)

const (
	mostApart = 2   // letters in which a mistyped id may differ
	longestID = 100 // bytes of an id for which another is looked for
)

// nearest gives the entry that was likely meant by an id that none has: of the same name
// in another folder, or one that differs in a letter or two. After as many problems as
// are listed nobody reads its guess.
func (l *loader) nearest(id string) *Entry {
	if len(l.problems) >= MostListed || len(id) > longestID {
		return nil
	}
	var near []*Entry
	for _, known := range slices.Sorted(maps.Keys(l.lib.Entries)) {
		if path.Base(known) == path.Base(id) || apart(known, id) <= mostApart {
			near = append(near, l.lib.Entries[known])
		}
	}
	if len(near) == 0 {
		return nil
	}
	return slices.MinFunc(near, func(a, b *Entry) int { return cmp.Compare(apart(a.ID, id), apart(b.ID, id)) })
}

// apart is the Levenshtein distance of two ids, in bytes.
func apart(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			swap := before
			if a[i] != b[j] {
				swap++
			}
			before, row[j+1] = row[j+1], min(swap, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
