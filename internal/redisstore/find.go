package redisstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"jindu/internal/dedup"
	"jindu/internal/respondent"
	"jindu/survey"
)

// Find looks a respondent up in the dedup table, and whether what holds it is what
// this process knows: else nobody can tell (ErrLost).
func (s *Store) Find(ctx context.Context, id string, who respondent.Pseudonym) (survey.Result, bool, error) {
	parts, err := s.partsOf(ctx, id)
	if err != nil {
		return survey.Result{}, false, err
	}
	mask := dedup.NewMask(id, who)
	number, bucket := locate(mask.Who(), parts)
	p := newPart(id, number)
	var state, own *redis.SliceCmd
	var row *redis.StringCmd
	err = s.read(ctx, func(ctx context.Context) error {
		_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			state = pipe.HMGet(ctx, home(id).state(), "key", "closed")
			own = pipe.HMGet(ctx, p.state(), "of", "closed")
			row = pipe.HGet(ctx, p.bucket(bucket), string(mask.Who()))
			return nil
		})
		if errors.Is(err, redis.Nil) { // no such row
			return nil
		}
		return err
	})
	if err != nil {
		return survey.Result{}, false, err
	}
	key, closed := held(state)
	if err := s.compare(id, key, closed); err != nil {
		return survey.Result{}, false, err
	}
	if closed {
		return survey.Result{}, false, fmt.Errorf("%w: %s", survey.ErrClosed, id)
	}
	if number > 0 {
		of, closed := held(own)
		if err := s.comparePart(p, of, closed); err != nil {
			return survey.Result{}, false, err
		}
	}
	first, err := row.Bytes()
	if errors.Is(err, redis.Nil) {
		return survey.Result{}, false, nil
	}
	if err != nil {
		return survey.Result{}, false, err
	}
	submission, at, err := mask.Reveal(first)
	return survey.Result{Outcome: survey.Duplicate, FirstID: submission, At: at}, err == nil, err
}
