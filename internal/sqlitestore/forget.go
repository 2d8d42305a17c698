package sqlitestore

import (
	"context"
	"errors"
	"time"
)

// forgetRows is how many dedup rows one transaction destroys, so that other
// surveys' responses do not wait long.
const forgetRows = 2000

// Forget closes a survey for good. Its key goes first, in one step with the
// closing; then the dedup rows, in small steps, which the server takes up again
// when this is interrupted. Claims do not say whose survey they are for, so all
// of them go: a link of another survey is then bound to the next browser. Last,
// the WAL is folded into the file and cut, for it holds old copies.
func (s *Store) Forget(ctx context.Context, id string) error {
	closed := s.now().Unix()
	err := s.writer.do(ctx, func(b *batch, _ *item) error {
		if _, err := b.survey(id); err != nil {
			return err
		}
		delete(b.surveys, id) // to be read anew
		if err := b.exec("UPDATE surveys SET key = NULL, closed_at = coalesce(closed_at, ?) WHERE id = ?", closed, id); err != nil {
			return err
		}
		return b.exec("DELETE FROM claims")
	})
	if err != nil {
		return err
	}
	for {
		more, err := s.forgetSome(ctx)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if err := s.cutWAL(ctx); err != nil {
		s.log.Warn("store: old copies of a closed survey's key stay in the -wal file until it is next cut", "survey", id, "error", err)
	}
	return nil
}

// forgetSome destroys some dedup rows of surveys that were closed for good, and
// says whether there may be more.
func (s *Store) forgetSome(ctx context.Context) (more bool, err error) {
	var n int64
	err = s.writer.do(ctx, func(b *batch, _ *item) (err error) {
		n, err = b.changed(`DELETE FROM dedup WHERE (survey, who) IN (
			SELECT dedup.survey, dedup.who FROM surveys JOIN dedup ON dedup.survey = surveys.id
			WHERE surveys.closed_at IS NOT NULL LIMIT ?)`, forgetRows)
		return err
	})
	if err != nil {
		return false, err
	}
	return n == forgetRows, nil
}

// cutWAL folds the whole WAL into the file and cuts it to nothing, which has to
// wait for a moment without readers.
func (s *Store) cutWAL(ctx context.Context) error {
	db, conn, err := dial(ctx, s.path)
	if err != nil {
		return err
	}
	defer db.Close()
	defer conn.Close()
	for range 5 {
		var busy, pages, done int
		err := conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done)
		if err != nil {
			return err
		}
		if busy == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("checkpoint: readers are in the way")
}
