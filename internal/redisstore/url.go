package redisstore

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Bounds of a connection. A script waits for the disk (appendfsync always), so a
// reply may take a while; nothing takes two seconds on a server that is well.
const (
	dialTimeout  = time.Second
	replyTimeout = 2 * time.Second
	poolTimeout  = time.Second
	poolSize     = 32 // connections to each server
	maxRedirects = 3
)

// ErrURL says that the address of Redis cannot be understood. It never holds the
// address, which has the password in it.
var ErrURL = errors.New("address of Redis")

// newClient makes the client of one of the three forms of address, and connects
// to nothing yet:
//
//	redis://user:password@host:6379/0                                one server
//	redis://user:password@host:6379?addr=host2:6379&addr=host3:6379  Cluster
//	redis://user:password@host:26379/0?master_name=m&addr=host2:26379  Sentinel
//
// rediss:// uses TLS. Other settings of go-redis may follow as parameters; those
// that bound a call are ours.
func newClient(address string) (redis.UniversalClient, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%w: cannot be read as a URL", ErrURL) // url.Error repeats it
	}
	switch query := u.Query(); {
	case query.Has("master_name"):
		opts, err := redis.ParseFailoverURL(address)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrURL, hide(err))
		}
		opts.Protocol, opts.DisableIdentity = 3, true
		opts.MaxRetries, opts.DialerRetries = -1, 1
		opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout = dialTimeout, replyTimeout, replyTimeout
		opts.PoolSize, opts.PoolTimeout, opts.ContextTimeoutEnabled = poolSize, poolTimeout, true
		return redis.NewFailoverClient(opts), nil
	case query.Has("addr"):
		opts, err := redis.ParseClusterURL(address)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrURL, hide(err))
		}
		opts.Protocol, opts.DisableIdentity = 3, true
		opts.MaxRetries, opts.DialerRetries, opts.MaxRedirects = -1, 1, maxRedirects
		opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout = dialTimeout, replyTimeout, replyTimeout
		opts.PoolSize, opts.PoolTimeout, opts.ContextTimeoutEnabled = poolSize, poolTimeout, true
		opts.MaintNotificationsConfig, opts.DisableRoutingPolicies = noMaintenance(), true
		return redis.NewClusterClient(opts), nil
	}
	opts, err := redis.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrURL, hide(err))
	}
	opts.Protocol, opts.DisableIdentity = 3, true
	opts.MaxRetries, opts.DialerRetries = -1, 1
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout = dialTimeout, replyTimeout, replyTimeout
	opts.PoolSize, opts.PoolTimeout, opts.ContextTimeoutEnabled = poolSize, poolTimeout, true
	opts.MaintNotificationsConfig = noMaintenance()
	return redis.NewClient(opts), nil
}

// hide drops the address from an error of parsing.
func hide(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

func noMaintenance() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}
