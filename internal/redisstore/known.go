package redisstore

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/redis/go-redis/v9"

	"jindu/survey"
)

// ErrLost says that Redis no longer holds what this process knows of a survey: it
// was emptied or replaced. Who has answered could answer again, so nothing is taken
// until the survey's key is back (a backup was restored) or the process starts
// anew, and with it the survey.
var ErrLost = errors.New("redis was emptied or replaced: it does not hold the key of a survey that this server knows")

// known is what this process knows of a survey.
type known struct {
	parts  int
	marked bool   // its parts bear the mark
	mark   string // of its key; "" once it was closed for good
	frozen string // its fingerprint, of a survey of several parts
}

// mark tells a survey's key from others, and nothing of it: it is in arguments of
// scripts, which Redis may log. Lua has this hash.
func mark(key []byte) string {
	sum := sha1.Sum(key)
	return hex.EncodeToString(sum[:])
}

// compare what Redis has of a survey with what this process knows, and learn it.
// key is "" where there is none.
func (s *Store) compare(id, key string, closed bool) error {
	now := ""
	if !closed && key != "" {
		now = mark([]byte(key))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.known[id]
	if ok && !closed && (now == "" || now != k.mark) {
		return s.lose(home(id))
	}
	s.regain(home(id))
	if ok || closed || now != "" {
		k.mark = now
		s.known[id] = k
	}
	return nil
}

// noteClosed notes that a survey was closed for good.
func (s *Store) noteClosed(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.known[id]
	k.mark = ""
	s.known[id] = k
}

// lose notes that a part of a survey is not what it was. s.mu is held.
func (s *Store) lose(p part) error {
	if !s.lost[p] {
		s.lost[p] = true
		if s.anyLost.CompareAndSwap(false, true) {
			s.log.Error("store: Redis was emptied or replaced; no answers are taken until a backup is restored, or every server was restarted to begin anew", "first_seen_at", p.survey)
		}
	}
	return unavailable(fmt.Errorf("%w (%s)", ErrLost, p.survey))
}

// regain notes that a part is what it was. s.mu is held.
func (s *Store) regain(p part) {
	if !s.lost[p] {
		return
	}
	delete(s.lost, p)
	if len(s.lost) == 0 {
		s.anyLost.Store(false)
		s.log.Info("store: Redis holds again what this server knows; answers are taken")
	}
}

func (s *Store) partLost(p part) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lose(p)
}

// whole fails when a survey is not what it was.
func (s *Store) whole(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.lost {
		if p.survey == id {
			return unavailable(fmt.Errorf("%w (%s)", ErrLost, id))
		}
	}
	return nil
}

// lookAround compares all that this process knows with what Redis has.
func (s *Store) lookAround(ctx context.Context) error {
	s.mu.Lock()
	ids := slices.Collect(maps.Keys(s.known))
	var others []part // that bear a mark
	for id, k := range s.known {
		if k.marked && !s.looking { // a command says it its own way
			others = append(others, allParts(id, k.parts)[1:]...)
		}
	}
	s.mu.Unlock()
	if len(ids) == 0 {
		return nil
	}
	states := make([]*redis.SliceCmd, len(ids))
	marks := make([]*redis.SliceCmd, len(others))
	err := s.read(ctx, func(ctx context.Context) error {
		_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for i, id := range ids {
				states[i] = pipe.HMGet(ctx, home(id).state(), "key", "closed")
			}
			for i, p := range others {
				marks[i] = pipe.HMGet(ctx, p.state(), "of", "closed")
			}
			return nil
		})
		return err
	})
	if err != nil {
		return err
	}
	var lost error
	for i, id := range ids {
		key, closed := held(states[i])
		if err := s.compare(id, key, closed); err != nil {
			lost = err
		}
	}
	for i, p := range others {
		of, closed := held(marks[i])
		if err := s.comparePart(p, of, closed); err != nil {
			lost = err
		}
	}
	return lost
}

// held reads a part's state as it was asked for: its key or mark, "" where there is
// none, and whether the survey was closed for good.
func held(state *redis.SliceCmd) (value string, closed bool) {
	value, _ = state.Val()[0].(string)
	return value, state.Val()[1] != nil
}

// comparePart compares the mark that a part other than the first bears.
func (s *Store) comparePart(p part, of string, closed bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if closed || of == s.known[p.survey].mark {
		s.regain(p)
		return nil
	}
	return s.lose(p)
}

// markOf gives the mark of a survey's key. A survey whose key is gone was closed
// for good.
func (s *Store) markOf(id string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.known[id]; k.mark != "" {
		return k.mark, nil
	}
	return "", fmt.Errorf("%w: %s", survey.ErrClosed, id)
}
