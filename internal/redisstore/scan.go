package redisstore

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"jindu/internal/backup"
)

// scanPage is how many keys Redis looks at in one step.
const scanPage = 1000

// scan calls each with the keys of every server that match a pattern, some at a
// time and never two at once. A key may come twice.
func (s *Store) scan(ctx context.Context, pattern string, each func(keys []string) error) error {
	var one sync.Mutex
	return s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		for cursor, first := uint64(0), true; first || cursor != 0; first = false {
			keys, next, err := c.Scan(ctx, cursor, pattern, scanPage).Result()
			if err != nil {
				return unavailable(err)
			}
			cursor = next
			if len(keys) == 0 {
				continue
			}
			one.Lock()
			err = each(keys)
			one.Unlock()
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// surveys gives the ids of all surveys, sorted.
func (s *Store) surveys(ctx context.Context) ([]string, error) {
	const before, after = prefix + "{", ":0}:state"
	var ids []string
	err := s.scan(ctx, before+"*"+after, func(keys []string) error {
		for _, key := range keys {
			id, err := url.QueryUnescape(strings.TrimSuffix(strings.TrimPrefix(key, before), after))
			if err != nil {
				return fmt.Errorf("key %q: %w", key, err)
			}
			ids = append(ids, id)
		}
		return nil
	})
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// dumpPassing gives the claims, attempts and replies that have not ended.
func (s *Store) dumpPassing(ctx context.Context, put func(backup.Record) error) error {
	now := s.now().UnixMilli()
	err := s.scanHashes(ctx, claimPrefix+"*", func(key string, fields map[string]string) error {
		id, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(key, claimPrefix))
		if err != nil {
			return err
		}
		until, err := strconv.ParseInt(fields["until"], 10, 64)
		if err != nil || until <= now {
			return err
		}
		return put(backup.Record{Claim: &backup.Claim{Claim: id, Owner: []byte(fields["owner"]), Until: until}})
	})
	if err != nil {
		return err
	}
	// As long as a pseudonym: a survey with the id q has keys that begin like this.
	anyone := strings.Repeat("?", len(token([16]byte{})))
	return s.scanHashes(ctx, quizPrefix+anyone+"}*", func(key string, fields map[string]string) error {
		who, message, err := parseQuizKey(key)
		if err != nil {
			return err
		}
		until, err := strconv.ParseInt(fields["until"], 10, 64)
		if err != nil || until <= now {
			return err
		}
		if len(message) > 0 {
			return put(backup.Record{Reply: &backup.Reply{Who: who, Message: message, Reply: []byte(fields["reply"]), Until: until}})
		}
		version, err := strconv.ParseInt(fields["version"], 10, 64)
		if err != nil {
			return err
		}
		return put(backup.Record{Attempt: &backup.Attempt{Who: who, Version: version, State: []byte(fields["state"]), Until: until}})
	})
}

// scanHashes reads the hashes whose keys match a pattern, and are still there.
func (s *Store) scanHashes(ctx context.Context, pattern string, each func(key string, fields map[string]string) error) error {
	return s.scan(ctx, pattern, func(keys []string) error {
		for some := range slices.Chunk(keys, hashesAtOnce) {
			all, err := s.hashes(ctx, some)
			if err != nil {
				return err
			}
			for i, fields := range all {
				if len(fields) == 0 {
					continue
				}
				if err := each(some[i], fields); err != nil {
					return fmt.Errorf("%s: %w", some[i], err)
				}
			}
		}
		return nil
	})
}

// parseQuizKey reads what attemptKey and replyKey make; an attempt has no message.
func parseQuizKey(key string) (who, message []byte, err error) {
	first, second, _ := strings.Cut(strings.TrimPrefix(key, quizPrefix), "}")
	if who, err = base64.RawURLEncoding.DecodeString(first); err != nil {
		return nil, nil, err
	}
	message, err = base64.RawURLEncoding.DecodeString(strings.TrimPrefix(second, ":"))
	return who, message, err
}
