package redisstore

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const keepEvery = 10 * time.Second

// keep tidies up: it takes up the closings that were interrupted, and looks whether
// there are replicas, whether Redis still holds what this process knows, and whether
// the servers still keep what they acknowledge: a restart or CONFIG SET may have
// changed that since the start.
func (s *Store) keep(ctx context.Context) {
	said := ""
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		s.tried("finishing the closings of surveys that were interrupted, if any", s.finishClosings(ctx))
		s.tried("comparing surveys", s.lookAround(ctx))
		all, err := s.servers(ctx)
		if s.tried("looking at the servers", err); err == nil {
			said = s.sayProblems(all, said)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// tried logs what failed, unless the breaker or lookAround has said so already.
func (s *Store) tried(what string, err error) {
	if err != nil && s.ctx.Err() == nil && !errors.Is(err, errDown) && !errors.Is(err, ErrLost) {
		s.log.Warn("store: "+what, "error", err)
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
