package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"jindu/survey"
)

// checkLimit bounds the check of a very large file at start.
const checkLimit = 20 * time.Second

// startCheck finds damage (an error) and surveys whose counts disagree (logged).
func (s *Store) startCheck(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	started := time.Now()
	err := s.quickCheck(ctx)
	if err == nil {
		err = s.compareCounts(ctx)
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
		s.log.Warn("store: the check at start was cut short; run jindu audit", "file", s.path, "after", checkLimit)
		return nil
	}
	if err == nil {
		s.log.Debug("store: checked", "file", s.path, "took", time.Since(started))
	}
	return err
}

// quickCheck reads every page. The first complaint is enough to refuse the file.
func (s *Store) quickCheck(ctx context.Context) error {
	said, err := scanOne[string](ctx, s.read.db, "PRAGMA quick_check(1)")
	if err != nil {
		return err
	}
	if said != "ok" {
		return fmt.Errorf("the file is damaged; put it aside and restore a backup: %s", said)
	}
	return nil
}

// compareCounts checks that each survey has as many log entries as counted
// responses and, unless it was closed for good, as many respondents.
func (s *Store) compareCounts(ctx context.Context) error {
	rows, err := s.read.db.QueryContext(ctx, `
		SELECT id, closed_at IS NOT NULL,
			(SELECT count(*) FROM dedup WHERE survey = id),
			(SELECT count(*) FROM log WHERE survey = id),
			(SELECT coalesce(sum(n), 0) FROM tally WHERE survey = id AND cell = ?)
		FROM surveys`, survey.CellResponses)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var closed bool
		var dedup, log, tally int64
		if err := rows.Scan(&id, &closed, &dedup, &log, &tally); err != nil {
			return err
		}
		if log != tally || !closed && dedup != log {
			s.log.Error("store: counts of a survey disagree; run jindu audit",
				"survey", id, "dedup", dedup, "log", log, "tally", tally)
		}
	}
	return rows.Err()
}
