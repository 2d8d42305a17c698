package sqlitestore

import (
	"bytes"
	"context"
	"math/rand/v2"
	"time"

	"jindu/bot/quiz"
	"jindu/internal/respondent"
)

// Load gives a respondent's state and, when the message was committed before, its reply.
func (s *Store) Load(ctx context.Context, who respondent.Pseudonym, msg quiz.MessageKey) (quiz.Saved, []byte, bool, error) {
	now := s.now().UnixMilli()
	var saved quiz.Saved
	var reply []byte
	var found bool
	// One statement is one snapshot.
	err := s.read.row(ctx, `SELECT coalesce(a.version, 0), a.state, r.message IS NOT NULL, r.reply FROM (SELECT 1)
		LEFT JOIN attempts a ON a.who = ?1 AND a.until_ms > ?3
		LEFT JOIN replies r ON r.message = ?2 AND r.until_ms > ?3`,
		[]any{who[:], msg[:], now}, &saved.Version, &saved.State, &found, &reply)
	if err != nil {
		return quiz.Saved{}, nil, false, unavailable(err)
	}
	return saved, reply, found, nil
}

// Save replaces a respondent's state and keeps the reply, in one transaction.
// Versions are random, not counted, so that one from before an attempt ended
// never fits the next attempt.
func (s *Store) Save(ctx context.Context, who respondent.Pseudonym, msg quiz.MessageKey, version int64, state []byte, stateUntil time.Time, reply []byte, replyUntil time.Time) error {
	now := s.now().UnixMilli()
	// The caller may leave, and use its slices again, before the writer reads them.
	keep := state != nil
	state, reply = notNil(bytes.Clone(state)), notNil(bytes.Clone(reply))
	return s.writer.do(ctx, func(b *batch, it *item) error {
		var current int64
		var committed bool
		err := b.row(`SELECT
			coalesce((SELECT version FROM attempts WHERE who = ?1 AND until_ms > ?3), 0),
			EXISTS (SELECT 1 FROM replies WHERE message = ?2 AND until_ms > ?3)`,
			[]any{who[:], msg[:], now}, &current, &committed)
		if err != nil {
			return err
		}
		if committed || current != version {
			it.err = quiz.ErrConflict
			return nil
		}
		if keep {
			err = b.exec("INSERT OR REPLACE INTO attempts (who, version, state, until_ms) VALUES (?, ?, ?, ?)",
				who[:], newVersion(version), state, stateUntil.UnixMilli())
		} else {
			err = b.exec("DELETE FROM attempts WHERE who = ?", who[:])
		}
		if err != nil {
			return err
		}
		return b.exec("INSERT OR REPLACE INTO replies (message, who, reply, until_ms) VALUES (?, ?, ?, ?)",
			msg[:], who[:], reply, replyUntil.UnixMilli())
	})
}

// newVersion is a version that is neither none (0) nor the old one.
func newVersion(old int64) int64 {
	for {
		if v := rand.Int64(); v != 0 && v != old {
			return v
		}
	}
}

// notNil makes an empty blob of nil, which would be NULL.
func notNil(p []byte) []byte {
	if p == nil {
		return []byte{}
	}
	return p
}
