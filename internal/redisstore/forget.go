package redisstore

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// forgetBuckets is how many buckets are destroyed at once, so that no one waits long.
const forgetBuckets = 256

// ErrNoSurvey says that there is no such survey in this Redis.
var ErrNoSurvey = errors.New("no such survey in this Redis")

// Forget closes a survey for good. Its key goes first, in one step with the
// closing; then each part is closed and its dedup rows destroyed, in small steps,
// which a server takes up again when this is interrupted. Claims do not say whose
// survey they are for, so all of them go: a link of another survey is then bound
// to the next browser. Last, Redis writes its files anew, for the old ones hold
// copies (see Remains); backups that were taken before are the operator's to destroy.
func (s *Store) Forget(ctx context.Context, id string) error {
	parts, err := s.partsOf(ctx, id)
	if err != nil {
		return err
	}
	if s.looking && s.knownParts(id) == 0 {
		return ErrNoSurvey
	}
	err = s.settle(ctx, nil, func(ctx context.Context) error { return s.client.SAdd(ctx, closingKey, id).Err() })
	if err != nil {
		return err
	}
	if err := s.closePart(ctx, home(id), parts); err != nil {
		return err
	}
	s.noteClosed(id)
	return s.destroy(ctx, id, parts)
}

func (s *Store) closePart(ctx context.Context, p part, parts int) error {
	_, err := s.write(ctx, closeScript, []string{p.state()}, s.now().Unix(), parts)
	return err
}

// destroy what is left of who answered a survey that was closed for good.
func (s *Store) destroy(ctx context.Context, id string, parts int) error {
	for _, p := range allParts(id, parts) {
		if err := s.closePart(ctx, p, parts); err != nil {
			return err
		}
		err := s.settle(ctx, nil, func(ctx context.Context) error { return s.client.Unlink(ctx, p.late()).Err() })
		if err != nil {
			return err
		}
		for keys := range p.bucketKeys(parts, forgetBuckets) {
			err := s.settle(ctx, nil, func(ctx context.Context) error { return s.client.Unlink(ctx, keys...).Err() })
			if err != nil {
				return err
			}
		}
	}
	if err := classify(s.eachMaster(ctx, dropClaims)); err != nil {
		return err
	}
	if err := s.eachMaster(ctx, s.renew); err != nil {
		s.log.Warn("store: old copies of a closed survey's key stay in Redis's files until they are next rewritten", "survey", id, "error", err)
	}
	return s.settle(ctx, nil, func(ctx context.Context) error { return s.client.SRem(ctx, closingKey, id).Err() })
}

// eachMaster runs f on every server that writes.
func (s *Store) eachMaster(ctx context.Context, f func(context.Context, *redis.Client) error) error {
	switch c := s.client.(type) {
	case *redis.ClusterClient:
		return c.ForEachMaster(ctx, f)
	case *redis.Client:
		return f(ctx, c)
	}
	return nil
}

// dropClaims of one server.
func dropClaims(ctx context.Context, c *redis.Client) error {
	all := c.Scan(ctx, 0, claimPrefix+"*", 1000).Iterator()
	for all.Next(ctx) {
		if err := c.Unlink(ctx, all.Val()).Err(); err != nil {
			return err
		}
	}
	return all.Err()
}
