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

// spelling suggests names for what was typed by sound or mistyped.
type spelling struct {
	bySound map[string][]string // pinyin run together → entry ids
	names   []spelled
}

type spelled struct {
	runes  []rune
	sounds []string
	id     string
}

func newSpelling(entries []*content.Entry) *spelling {
	s := &spelling{bySound: map[string][]string{}}
	for _, e := range entries {
		names := append([]string{e.Title}, e.Aliases...)
		if e.Kind == content.Law {
			continue
		}
		for _, name := range names {
			runes := fold(name).runes
			if len(runes) < 2 || len(runes) > 8 {
				continue
			}
			sounds := soundsOf(runes)
			s.names = append(s.names, spelled{runes, sounds, e.ID})
			key := strings.Join(sounds, "")
			if !slices.Contains(s.bySound[key], e.ID) {
				s.bySound[key] = append(s.bySound[key], e.ID)
			}
		}
	}
	return s
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

// suggest gives up to three entries whose names sound or look like a part of the text.
func (s *spelling) suggest(runes []rune) []string {
	var ids []string
	take := func(id string) {
		if len(ids) < 3 && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	letters := strings.ReplaceAll(string(runes), " ", "")
	for _, id := range s.bySound[letters] {
		take(id)
	}
	sounds := soundsOf(runes)
	for _, n := range s.names {
		if near(runes, sounds, n) {
			take(n.id)
		}
	}
	return ids
}

// near says that some window of the text sounds like the name, or differs from it
// in one character of three or more.
func near(runes []rune, sounds []string, n spelled) bool {
	size := len(n.runes)
	for i := 0; i+size <= len(runes); i++ {
		same := 0
		for j := range n.runes {
			if runes[i+j] == n.runes[j] {
				same++
			}
		}
		if size >= 3 && same >= size-1 {
			return true
		}
		if slices.Equal(sounds[i:i+size], n.sounds) {
			return true
		}
	}
	return false
}
