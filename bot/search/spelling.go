package search

import (
	_ "embed"
	"slices"
	"strings"

	"jindu/content"
)

//go:embed data/pinyin.txt
var pinyinTable string

// reading maps a character to its usual syllable, without tone.
var reading = func() map[rune]string {
	syllables := make(map[rune]string, 7000)
	for _, line := range dataLines(pinyinTable) {
		syllable, chars, _ := strings.Cut(line, " ")
		for _, r := range chars {
			syllables[r] = syllable
		}
	}
	return syllables
}()

// Lengths of the names that spelling looks for, in characters; a name with one
// wrong character must be longer, or half of it is wrong.
const (
	shortestName  = 2
	longestName   = 8
	shortestTypo  = 3
	maxSuggestion = 3
)

// spelling suggests names for what was typed by sound or mistyped.
type spelling struct {
	bySound map[string][]string // syllables run together → entry ids
	byHole  map[uint64][]string // name with one character left open, hashed → entry ids
}

func newSpelling(entries []*content.Entry) *spelling {
	s := &spelling{bySound: map[string][]string{}, byHole: map[uint64][]string{}}
	for _, e := range entries {
		if e.Kind == content.Law {
			continue
		}
		for _, name := range append([]string{e.Title}, e.Aliases...) {
			runes := fold(name).runes
			if len(runes) < shortestName || len(runes) > longestName {
				continue
			}
			key := strings.Join(soundsOf(runes), "")
			if !slices.Contains(s.bySound[key], e.ID) {
				s.bySound[key] = append(s.bySound[key], e.ID)
			}
			for i := range runes {
				if key := hole(runes, i); len(runes) >= shortestTypo && !slices.Contains(s.byHole[key], e.ID) {
					s.byHole[key] = append(s.byHole[key], e.ID)
				}
			}
		}
	}
	return s
}

// hole hashes a name with the character at i left open.
func hole(runes []rune, i int) uint64 {
	open := [longestName]rune{}
	n := copy(open[:], runes)
	open[i] = 0
	return hash(open[:n])
}

// soundsOf gives the syllable of each character; Latin letters stand for themselves.
func soundsOf(runes []rune) []string {
	sounds := make([]string, 0, len(runes))
	for _, r := range runes {
		if s, ok := reading[r]; ok {
			sounds = append(sounds, s)
		} else {
			sounds = append(sounds, string(r))
		}
	}
	return sounds
}

// spoils says that a part of a text that looks like a name only does so because the
// name mentioned is in it.
func (m mention) spoils(from, end int) bool {
	inside := from <= m.from && m.end <= end
	return m.from < end && from < m.end && (!inside || end-from < m.end-m.from+2)
}

// suggest gives up to three entries whose names sound or look like a part of the text,
// the longest part first, and how long that is. What is a name already suggests none.
func (s *spelling) suggest(runes []rune, mentions []mention) (ids []string, length int) {
	take := func(found []string, size int) {
		for _, id := range found {
			if len(ids) < maxSuggestion && !slices.Contains(ids, id) {
				ids, length = append(ids, id), max(length, size)
			}
		}
	}
	take(s.bySound[strings.ReplaceAll(string(runes), " ", "")], len(runes)) // bing du
	sounds := soundsOf(runes)
	for size := min(longestName, len(runes)); size >= shortestName; size-- {
		for i := 0; i+size <= len(runes); i++ {
			if slices.ContainsFunc(mentions, func(m mention) bool { return m.spoils(i, i+size) }) {
				continue
			}
			take(s.bySound[strings.Join(sounds[i:i+size], "")], size)
			for j := 0; j < size && size >= shortestTypo; j++ {
				take(s.byHole[hole(runes[i:i+size], j)], size)
			}
		}
	}
	return ids, length
}
