package redisstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"jindu/survey"
)

// A log entry is packed into uvarints:
//
//	version, tier, place, point, minutes since 1970,
//	number of marks, marks,
//	number of answers; per answer its choices:
//	    WORD<<2 | more<<1 | text; "more" says that another choice of the same
//	    answer follows, "text" that the length and bytes of its text follow
//
// Tier, place, point and marks are numbers of words; the word of a choice is
// QUESTION NUL OPTION, or QUESTION alone in an answer without options.
const (
	moreChoices = 1 << 1
	withText    = 1 << 0
)

// words numbers words, from 1.
type words map[string]uint64

// numbered collects the words of a response.
func numbered(r *survey.Response) []string {
	all := append([]string{r.Tier, r.Place, r.Point}, r.Marks...)
	for _, a := range r.Answers {
		all = append(all, choices(a)...)
	}
	return all
}

func choices(a survey.Answer) []string {
	if len(a.Options) == 0 {
		return []string{a.Question}
	}
	all := make([]string, len(a.Options))
	for i, o := range a.Options {
		all[i] = a.Question + "\x00" + o
	}
	return all
}

// pack a response, all of whose words have numbers.
func pack(r *survey.Response, numbers words) []byte {
	e := binary.AppendUvarint(make([]byte, 0, 64), uint64(r.Version))
	word := func(w string) { e = binary.AppendUvarint(e, numbers[w]) }
	word(r.Tier)
	word(r.Place)
	word(r.Point)
	e = binary.AppendUvarint(e, uint64(max(0, r.At.Unix()/60)))
	e = binary.AppendUvarint(e, uint64(len(r.Marks)))
	for _, m := range r.Marks {
		word(m)
	}
	e = binary.AppendUvarint(e, uint64(len(r.Answers)))
	for _, a := range r.Answers {
		all := choices(a)
		for i, c := range all {
			n := numbers[c] << 2
			if i < len(all)-1 {
				n |= moreChoices
			} else if a.Text != "" {
				n |= withText
			}
			e = binary.AppendUvarint(e, n)
		}
		if a.Text != "" {
			e = binary.AppendUvarint(e, uint64(len(a.Text)))
			e = append(e, a.Text...)
		}
	}
	return e
}

var errEntry = errors.New("packed log entry is damaged")

// unpacker reads one packed entry; after its first error it gives nothing.
type unpacker struct {
	rest  []byte
	words map[uint64]string
	err   error
}

func (u *unpacker) number() uint64 {
	n, size := binary.Uvarint(u.rest)
	if size <= 0 {
		u.err = errEntry
		u.rest = nil
		return 0
	}
	u.rest = u.rest[size:]
	return n
}

// count of things of at least one byte each.
func (u *unpacker) count() int {
	n := u.number()
	if n > uint64(len(u.rest)) {
		u.err = errEntry
		return 0
	}
	return int(n)
}

func (u *unpacker) word(n uint64) string {
	w, ok := u.words[n]
	if !ok && u.err == nil {
		u.err = fmt.Errorf("%w: no word %d", errEntry, n)
	}
	return w
}

func unpack(entry []byte, words map[uint64]string) (e survey.LogEntry, err error) {
	u := &unpacker{rest: entry, words: words}
	e.Version = int(u.number())
	e.Tier, e.Place, e.Point = u.word(u.number()), u.word(u.number()), u.word(u.number())
	e.At = time.Unix(int64(u.number())*60, 0)
	for range u.count() {
		e.Marks = append(e.Marks, u.word(u.number()))
	}
	for range u.count() {
		e.Answers = append(e.Answers, u.answer())
	}
	if u.err == nil && len(u.rest) > 0 {
		u.err = errEntry
	}
	return e, u.err
}

func (u *unpacker) answer() (a survey.Answer) {
	for u.err == nil {
		n := u.number()
		question, option, chosen := strings.Cut(u.word(n>>2), "\x00")
		a.Question = question
		if chosen {
			a.Options = append(a.Options, option)
		}
		if n&withText != 0 {
			size := u.count()
			a.Text = string(u.rest[:size])
			u.rest = u.rest[size:]
		}
		if n&moreChoices == 0 {
			break
		}
	}
	return a
}
