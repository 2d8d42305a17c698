package redisstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"
)

// A survey of several parts has its key in the first. The others bear the mark of
// that key from the moment when it opens, used or not: a part without it was on a
// server that was emptied, whoever finds it so, also a process that was just started.

// markParts has every part bear the survey's mark, then says in the first part that
// all do: from then on none is given it again. A mark that is there stays.
func (s *Store) markParts(ctx context.Context, id string, parts int, mark string) error {
	others := allParts(id, parts)[1:]
	err := s.settle(ctx, nil, func(ctx context.Context) error {
		_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for _, p := range others {
				pipe.HSetNX(ctx, p.state(), "of", mark)
			}
			return nil
		})
		return err
	})
	if err != nil {
		return err
	}
	return s.settle(ctx, nil, func(ctx context.Context) error {
		return s.client.HSet(ctx, home(id).state(), "marked", 1).Err()
	})
}

// partMark is what a part other than the first bears.
type partMark struct {
	part   part
	of     string // "": nothing
	closed bool
}

func (s *Store) marks(ctx context.Context, id string, parts int) ([]partMark, error) {
	others := allParts(id, parts)[1:]
	rows := make([]*redis.SliceCmd, len(others))
	err := s.read(ctx, func(ctx context.Context) error {
		_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for i, p := range others {
				rows[i] = pipe.HMGet(ctx, p.state(), "of", "closed")
			}
			return nil
		})
		return err
	})
	if err != nil || len(others) == 0 {
		return nil, err
	}
	all := make([]partMark, len(others))
	for i, p := range others {
		of, closed := held(rows[i])
		all[i] = partMark{p, of, closed}
	}
	return all, nil
}

// makeState makes a survey whose first part is not there. Where others are, it is not
// new: the server that held the first part was emptied (ErrLost).
func (s *Store) makeState(ctx context.Context, id string) ([]string, error) {
	all, err := s.marks(ctx, id, s.newParts())
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(all, func(m partMark) bool { return m.of != "" || m.closed }) {
		return s.stateRow(ctx, id, "make")
	}
	row, err := s.stateRow(ctx, id, "look") // another process may have made it meanwhile
	if err == nil && row[3] == "" {
		err = s.partLost(home(id))
	}
	return row, err
}

// LostParts counts the parts of a survey, and those of them that a server lost: who
// answered there could answer again, and their answers are missing.
func (s *Store) LostParts(ctx context.Context, id string) (lost, parts int, err error) {
	row, err := s.stateRow(ctx, id, "look")
	if err != nil {
		return 0, 0, err
	}
	parts = s.newParts()
	if row[3] != "" {
		if _, err := fmt.Sscan(row[3], &parts); err != nil || parts < 1 || parts > maxParts {
			return 0, 0, fmt.Errorf("state of %s: %q parts", id, row[3])
		}
	}
	all, err := s.marks(ctx, id, parts)
	if err != nil {
		return 0, 0, err
	}
	home := row[3] != ""
	for _, m := range all {
		switch {
		case !home && (m.of != "" || m.closed): // all of it hangs on the first part
			return parts, parts, nil
		case home && row[4] != "" && row[2] == "" && m.of != mark([]byte(row[0])):
			lost++
		case home && row[2] != "" && !m.closed && row[4] != "":
			lost++
		}
	}
	return lost, parts, nil
}
