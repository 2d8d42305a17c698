package redisstore

import (
	"context"
	"errors"
	"strings"
)

// ErrNotEmpty says that Redis holds something of ours that a restore would replace.
var ErrNotEmpty = errors.New("this Redis has a store in it already")

// ErrRestoring says that an archive is being restored, or that this broke off.
var ErrRestoring = errors.New("里面有一次正在进行或中断了的恢复：请等它完成；若已中断，请清空（redis-cli FLUSHDB，集群则在每个主节点上 FLUSHALL）后重新恢复")

// checkRestore refuses a Redis whose restore is not finished.
func (s *Store) checkRestore(ctx context.Context) error {
	n, err := s.client.Exists(ctx, restoreKey).Result()
	if err == nil && n > 0 {
		err = ErrRestoring
	}
	return err
}

// kept says whether a key may be there before a restore, and stays when one is aborted.
func kept(key string) bool {
	return key == restoreKey || key == healthKey || strings.HasPrefix(key, sharedPrefix) || strings.HasPrefix(key, ratePrefix)
}

// passing says whether a key ends by itself and says nothing of who answered: those of
// a server at work come also into a Redis that was emptied. What the archive has of
// them replaces them.
func passing(key string) bool {
	if strings.HasPrefix(key, claimPrefix) {
		return true
	}
	who, _, _ := strings.Cut(strings.TrimPrefix(key, quizPrefix), "}")
	return strings.HasPrefix(key, quizPrefix) && len(who) == len(token([16]byte{})) // else of a survey with the id q
}

func (s *Store) expectEmpty(ctx context.Context) error {
	return s.scan(ctx, prefix+"*", func(keys []string) error {
		for _, key := range keys {
			if !kept(key) && !passing(key) {
				return ErrNotEmpty
			}
		}
		return nil
	})
}
