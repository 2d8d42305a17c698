package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	sharedPrefix = prefix + "shared:"
	unlockWait   = time.Second
)

var unlockScript = script("unlock")

// Shared is what the server processes have in common and can fetch anew, such as
// WeChat's access token. It is in no backup.
type Shared struct{ store *Store }

// Shared values and locks of this Redis.
func (s *Store) Shared() Shared { return Shared{s} }

// Get gives "" when there is no value.
func (s Shared) Get(ctx context.Context, key string) (value string, err error) {
	err = s.store.read(ctx, func(ctx context.Context) error {
		value, err = s.store.client.Get(ctx, sharedPrefix+key).Result()
		if errors.Is(err, redis.Nil) {
			return nil
		}
		return err
	})
	return value, err
}

// Set keeps a value for a time of at least a millisecond.
func (s Shared) Set(ctx context.Context, key, value string, ttl time.Duration) error {
	return classify(s.store.client.Set(ctx, sharedPrefix+key, value, max(ttl, time.Millisecond)).Err())
}

// Lock takes a lock that ends by itself; ok is false when another holds it. After
// an error it may be held by nobody who knows of it until then.
func (s Shared) Lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error) {
	key = sharedPrefix + "lock:" + key
	owner := rand.Text()
	err = s.store.client.SetArgs(ctx, key, owner, redis.SetArgs{Mode: "NX", TTL: max(ttl, time.Millisecond)}).Err()
	switch {
	case errors.Is(err, redis.Nil):
		return func() {}, false, nil
	case err != nil:
		return nil, false, classify(err)
	}
	return func() {
		// Also when the caller's context has ended. A lock that stays ends by itself.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unlockWait)
		defer cancel()
		if err := unlockScript.Run(ctx, s.store.client, []string{key}, owner).Err(); err != nil {
			s.store.log.Warn("store: a lock is left to end by itself", "error", err)
		}
	}, true, nil
}
