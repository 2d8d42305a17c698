package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"jindu/survey"
)

// logPage is how many entries are read at a time.
const logPage = 500

// Log calls fn for the entries that were there when it was called: those of each
// part in their order, one part after the other.
func (s *Store) Log(ctx context.Context, id string, after survey.Cursor, fn func(survey.LogEntry) error) error {
	parts, err := s.partsOf(ctx, id)
	if err != nil {
		return err
	}
	read, err := parseCursor(after, parts)
	if err != nil {
		return err
	}
	all := allParts(id, parts)
	last, err := s.logEnds(ctx, all)
	if err != nil {
		return err
	}
	for i, p := range all {
		for read[i] < last[i] {
			page, err := s.logPage(ctx, p, read[i], last[i])
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break // someone took entries out by hand
			}
			for _, e := range page {
				read[i] = e.seq
				e.entry.Cursor = formatCursor(read)
				if err := fn(e.entry); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// A cursor is the number of the last entry read in each part, joined by dots.
func parseCursor(c survey.Cursor, parts int) ([]uint64, error) {
	read := make([]uint64, parts)
	if c == "" {
		return read, nil
	}
	fields := strings.Split(string(c), ".")
	if len(fields) != parts {
		return nil, fmt.Errorf("log cursor %q is not of this survey", c)
	}
	for i, f := range fields {
		var err error
		if read[i], err = strconv.ParseUint(f, 10, 64); err != nil {
			return nil, fmt.Errorf("log cursor %q is not of this store", c)
		}
	}
	return read, nil
}

func formatCursor(read []uint64) survey.Cursor {
	var b []byte
	for i, n := range read {
		if i > 0 {
			b = append(b, '.')
		}
		b = strconv.AppendUint(b, n, 10)
	}
	return survey.Cursor(b)
}

// logEnds gives the number of the last entry of each part, 0 where there is none.
func (s *Store) logEnds(ctx context.Context, all []part) ([]uint64, error) {
	ends := make([]uint64, len(all))
	cmds := make([]*redis.XMessageSliceCmd, len(all))
	err := s.read(ctx, func(ctx context.Context) error {
		_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for i, p := range all {
				cmds[i] = pipe.XRevRangeN(ctx, p.log(), "+", "-", 1)
			}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, cmd := range cmds {
		if list := cmd.Val(); len(list) > 0 {
			if ends[i], err = parseSeq(list[0].ID); err != nil {
				return nil, err
			}
		}
	}
	return ends, nil
}

// parseSeq reads the number of an entry from its id, 0-NUMBER: an id of Redis's
// own making would tell the millisecond.
func parseSeq(id string) (uint64, error) {
	text, ok := strings.CutPrefix(id, "0-")
	if !ok {
		return 0, fmt.Errorf("log entry with id %q", id)
	}
	return strconv.ParseUint(text, 10, 64)
}

type numberedEntry struct {
	seq   uint64
	entry survey.LogEntry
}

// logPage reads entries, and the words after them: a word is always older than
// the entry it is in.
func (s *Store) logPage(ctx context.Context, p part, after, last uint64) ([]numberedEntry, error) {
	var entries *redis.XMessageSliceCmd
	var words *redis.MapStringStringCmd
	err := s.read(ctx, func(ctx context.Context) error {
		_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			entries = pipe.XRangeN(ctx, p.log(), fmt.Sprint("(0-", after), fmt.Sprint("0-", last), logPage)
			words = pipe.HGetAll(ctx, p.words())
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	byNumber := make(map[uint64]string, len(words.Val()))
	for w, n := range words.Val() {
		number, err := strconv.ParseUint(n, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("words of %s: %w", p.survey, err)
		}
		byNumber[number] = w
	}
	page := make([]numberedEntry, 0, len(entries.Val()))
	for _, m := range entries.Val() {
		seq, err := parseSeq(m.ID)
		if err != nil {
			return nil, err
		}
		packed, ok := m.Values["e"].(string)
		if !ok {
			return nil, fmt.Errorf("log entry %s of %s: %w", m.ID, p.survey, errors.New("it has no field e"))
		}
		e, err := unpack([]byte(packed), byNumber)
		if err != nil {
			return nil, fmt.Errorf("log entry %s of %s: %w", m.ID, p.survey, err)
		}
		page = append(page, numberedEntry{seq, e})
	}
	return page, nil
}
