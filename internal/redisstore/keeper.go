package redisstore

import (
	"context"
	"fmt"
	"time"
)

const keepEvery = 10 * time.Second

// keep tidies up: it takes up the closings that were interrupted, and looks whether
// there are replicas, and whether the servers still keep what they acknowledge: a
// restart or CONFIG SET may have changed that since the start.
func (s *Store) keep(ctx context.Context) {
	said := ""
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		if err := s.finishClosings(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("store: closing a survey for good", "error", err)
		}
		switch all, err := s.servers(ctx); {
		case err == nil:
			said = s.sayProblems(all, said)
		case ctx.Err() == nil:
			s.log.Warn("store: looking at the servers", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// sayProblems logs what is wrong with the servers when it is not what was said last.
func (s *Store) sayProblems(all []server, said string) string {
	now := ""
	for _, v := range all {
		for _, p := range v.problems(s.cluster) {
			now += fmt.Sprintf("%s：%s；", p.Server, p.Message)
		}
	}
	switch {
	case now == said:
	case now == "":
		s.log.Info("store: Redis is well again")
	default:
		s.log.Error("store: answers may be lost, mend Redis now", "problems", now)
	}
	return now
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
