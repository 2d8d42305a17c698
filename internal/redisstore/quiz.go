package redisstore

import (
	"context"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"jindu/bot/quiz"
	"jindu/internal/respondent"
)

// Load gives a respondent's state and, when the message was committed before, its reply.
func (s *Store) Load(ctx context.Context, who respondent.Pseudonym, msg quiz.MessageKey) (quiz.Saved, []byte, bool, error) {
	var attempt, committed *redis.SliceCmd
	err := s.read(ctx, func(ctx context.Context) error {
		// One transaction is one snapshot; both keys are in one slot.
		_, err := s.client.TxPipelined(ctx, func(tx redis.Pipeliner) error {
			attempt = tx.HMGet(ctx, attemptKey(who), "until", "version", "state")
			committed = tx.HMGet(ctx, replyKey(who, msg), "until", "reply")
			return nil
		})
		return err
	})
	if err != nil {
		return quiz.Saved{}, nil, false, err
	}
	now := s.now()
	var saved quiz.Saved
	if row, ok := alive(attempt, now); ok {
		if saved.Version, err = strconv.ParseInt(row[1], 10, 64); err != nil {
			return quiz.Saved{}, nil, false, err
		}
		saved.State = []byte(row[2])
	}
	if row, ok := alive(committed, now); ok {
		return saved, []byte(row[1]), true, nil
	}
	return saved, nil, false, nil
}

// alive gives the fields of a hash, the first of which is its end, before that end.
func alive(cmd *redis.SliceCmd, now time.Time) ([]string, bool) {
	row, ok := texts(cmd.Val(), len(cmd.Val()))
	if !ok {
		return nil, false
	}
	until, err := strconv.ParseInt(row[0], 10, 64)
	return row, err == nil && until > now.UnixMilli()
}

// Save replaces a respondent's state and keeps the reply, in one script. Versions
// are random, not counted, so that one from before an attempt ended never fits the
// next attempt.
func (s *Store) Save(ctx context.Context, who respondent.Pseudonym, msg quiz.MessageKey, version int64, state []byte, stateUntil time.Time, reply []byte, replyUntil time.Time) error {
	end := ""
	if state != nil {
		end = strconv.FormatInt(stateUntil.UnixMilli(), 10)
	}
	done, err := s.write(ctx, saveScript, []string{attemptKey(who), replyKey(who, msg)},
		s.now().UnixMilli(), version, newVersion(version), state, end, reply, replyUntil.UnixMilli())
	if err != nil {
		return err
	}
	if done != int64(1) {
		return quiz.ErrConflict
	}
	return nil
}

// newVersion is a version that is neither none (0) nor the old one.
func newVersion(old int64) int64 {
	for {
		if v := rand.Int64(); v != 0 && v != old {
			return v
		}
	}
}
