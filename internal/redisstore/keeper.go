package redisstore

import (
	"context"
	"time"
)

const keepEvery = 10 * time.Second

// keep tidies up: it takes up the closings that were interrupted, and looks whether
// there are replicas.
func (s *Store) keep(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		if err := s.finishClosings(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("store: closing a survey for good", "error", err)
		}
		if _, err := s.servers(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("store: looking at the servers", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Store) finishClosings(ctx context.Context) error {
	var ids []string
	err := s.read(ctx, func(ctx context.Context) (err error) {
		ids, err = s.client.SMembers(ctx, closingKey).Result()
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		parts, err := s.partsOf(ctx, id)
		if err != nil {
			return err
		}
		st, err := s.State(ctx, id)
		if err != nil {
			return err
		}
		if st.Closed {
			err = s.destroy(ctx, id, parts)
		} else { // it failed before the survey was closed, and its caller knows
			err = s.client.SRem(ctx, closingKey, id).Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}
