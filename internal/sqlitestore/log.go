package sqlitestore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"jindu/survey"
)

// logPage is how many entries are read at a time: the caller's fn runs outside
// the read, so that a slow one does not hold a snapshot, which would keep the
// WAL from being folded into the file.
const logPage = 500

// Log calls fn for the entries that were there when it was called.
func (s *Store) Log(ctx context.Context, id string, after survey.Cursor, fn func(survey.LogEntry) error) error {
	seq, err := parseCursor(after)
	if err != nil {
		return err
	}
	var last int64
	err = s.read.row(ctx, "SELECT coalesce(max(seq), 0) FROM log WHERE survey = ?", []any{id}, &last)
	if err != nil {
		return unavailable(err)
	}
	page := make([]survey.LogEntry, 0, logPage)
	for seq < last {
		page, err = s.logPage(ctx, page[:0], id, seq, last)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return nil // someone took rows out by hand
		}
		for i := range page {
			if err := fn(page[i]); err != nil {
				return err
			}
		}
		if seq, err = parseCursor(page[len(page)-1].Cursor); err != nil {
			return err
		}
	}
	return nil
}

func parseCursor(c survey.Cursor) (int64, error) {
	if c == "" {
		return 0, nil
	}
	seq, err := strconv.ParseInt(string(c), 10, 64)
	if err != nil || seq < 0 {
		return 0, fmt.Errorf("log cursor %q is not of this store", c)
	}
	return seq, nil
}

func (s *Store) logPage(ctx context.Context, page []survey.LogEntry, id string, after, last int64) ([]survey.LogEntry, error) {
	st, err := s.read.stmt(ctx, `SELECT seq, version, tier, place, point, marks, answers, minute
		FROM log WHERE survey = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`)
	if err != nil {
		return nil, unavailable(err)
	}
	rows, err := st.QueryContext(ctx, id, after, last, logPage)
	if err != nil {
		return nil, unavailable(err)
	}
	defer rows.Close()
	for rows.Next() {
		var e survey.LogEntry
		var marks, answers []byte
		var seq, minute int64
		err := rows.Scan(&seq, &e.Version, &e.Tier, &e.Place, &e.Point, &marks, &answers, &minute)
		if err != nil {
			return nil, unavailable(err)
		}
		e.Cursor = survey.Cursor(strconv.FormatInt(seq, 10))
		if len(marks) > 0 {
			err = json.Unmarshal(marks, &e.Marks)
		}
		if err == nil {
			err = json.Unmarshal(answers, &e.Answers)
		}
		if err != nil {
			return nil, fmt.Errorf("log entry %s of %s: %w", e.Cursor, id, err)
		}
		e.At = time.Unix(minute, 0)
		page = append(page, e)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable(err)
	}
	return page, nil
}
