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
	shortestName = 2
	longestName  = 8
	shortestTypo = 3
	maxGuesses   = 3

	// sureSound is from which length on what sounds like a name can hardly be another
	// word. What only looks like one may be another substance: 美托咪定.
	sureSound = 3
)

// spelling knows the names that may be meant by what was typed by sound or mistyped.
type spelling struct {
	names   []spelled
	bySound map[string][]int32 // syllables run together → names
	byHole  map[uint64][]int32 // name with one character left open, hashed → names
}

type spelled struct {
	runes []rune
	entry string // id
}

func newSpelling(entries []*content.Entry) *spelling {
	s := &spelling{bySound: map[string][]int32{}, byHole: map[uint64][]int32{}}
	for _, e := range entries {
		if e.Kind == content.Law {
			continue
		}
		for _, name := range append([]string{e.Title}, e.Aliases...) {
			runes := fold(name).runes
			if len(runes) < shortestName || len(runes) > longestName {
				continue
			}
			at := int32(len(s.names))
			s.names = append(s.names, spelled{runes, e.ID})
			key := strings.Join(soundsOf(runes), "")
			s.bySound[key] = append(s.bySound[key], at)
			for i := range runes {
				if len(runes) >= shortestTypo && e.Kind == content.Drug && han(runes[i]) { // 有人吸毒 is not 家人吸毒 mistyped
					s.byHole[hole(runes, i)] = append(s.byHole[hole(runes, i)], at)
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

// guess is a part of a text that is nearly a name.
type guess struct {
	from, end int
	name      spelled
	sound     bool // it sounds the same
}

// sure says that hardly anything else can be meant.
func (g guess) sure() bool {
	return g.sound && len(g.name.runes) >= sureSound
}

// in gives the text with the name put right.
func (g guess) in(runes []rune) []rune {
	return slices.Concat(runes[:g.from], g.name.runes, runes[g.end:])
}

// guesses gives up to three names of different entries that sound or look like a part of
// the text, the longest part first. What is a name already is none.
func (s *spelling) guesses(runes []rune, mentions []mention) []guess {
	var all []guess
	take := func(found []int32, from, end int, sound bool) {
		for _, at := range found {
			name := s.names[at]
			if len(all) < maxGuesses && !slices.ContainsFunc(all, func(g guess) bool { return g.name.entry == name.entry }) {
				all = append(all, guess{from, end, name, sound})
			}
		}
	}
	take(s.bySound[strings.ReplaceAll(string(runes), " ", "")], 0, len(runes), true) // bing du
	sounds := soundsOf(runes)
	for size := min(longestName, len(runes)); size >= shortestName; size-- {
		for i := 0; i+size <= len(runes); i++ {
			if slices.ContainsFunc(mentions, func(m mention) bool { return m.spoils(i, i+size) }) {
				continue
			}
			take(s.bySound[strings.Join(sounds[i:i+size], "")], i, i+size, true)
			for j := 0; j < size && size >= shortestTypo; j++ {
				take(s.byHole[hole(runes[i:i+size], j)], i, i+size, false)
			}
		}
	}
	return all
}
