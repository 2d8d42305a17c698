package redisstore

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
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
var ErrURL = errors.New("地址不对")

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
	query, err := parse(address)
	if err != nil {
		return nil, err
	}
	switch {
	case query.Has("master_name"):
		opts, err := redis.ParseFailoverURL(address)
		if err != nil {
			return nil, errParameters
		}
		opts.Protocol, opts.DisableIdentity = 3, true
		opts.MaxRetries, opts.DialerRetries = -1, 1
		opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout = dialTimeout, replyTimeout, replyTimeout
		opts.PoolSize, opts.PoolTimeout, opts.ContextTimeoutEnabled = poolSize, poolTimeout, true
		return redis.NewFailoverClient(opts), nil
	case query.Has("addr"):
		opts, err := redis.ParseClusterURL(address)
		if err != nil {
			return nil, errParameters
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
		return nil, errParameters
	}
	opts.Protocol, opts.DisableIdentity = 3, true
	opts.MaxRetries, opts.DialerRetries = -1, 1
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout = dialTimeout, replyTimeout, replyTimeout
	opts.PoolSize, opts.PoolTimeout, opts.ContextTimeoutEnabled = poolSize, poolTimeout, true
	opts.MaintNotificationsConfig = noMaintenance()
	return redis.NewClient(opts), nil
}

// What is wrong with an address. Neither these nor the errors of go-redis are told
// together with a part of it: where a password holds a / ? # or @ that was not
// escaped, any part may be of the password.
var (
	errUnread     = fmt.Errorf("%w：读不出来，口令里的特殊字符要转写", ErrURL)
	errScheme     = fmt.Errorf("%w：开头应当是 redis:// 或 rediss://", ErrURL)
	errFragment   = fmt.Errorf("%w：里面有 #，口令里的 # 要写成 %%23", ErrURL)
	errHost       = fmt.Errorf("%w：主机和端口要写成 主机:端口，口令里的 / ? 要写成 %%2F %%3F", ErrURL)
	errPath       = fmt.Errorf("%w：端口后面的 / 之后只能是库的编号，口令里的 / 要写成 %%2F", ErrURL)
	errParameters = fmt.Errorf("%w：? 后面有不认识的项目、没有转写的 @，或者值不对；口令里的 ? 要写成 %%3F，@ 写成 %%40", ErrURL)
)

// hostName is a name or an address of IPv4.
var hostName = regexp.MustCompile(`^[0-9A-Za-z._-]*$`)

// parse gives the parameters of an address, when it has one of the forms.
func parse(address string) (url.Values, error) {
	if strings.Contains(address, "#") {
		return nil, errFragment
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errUnread
	}
	query, err := url.ParseQuery(u.RawQuery)
	switch path := strings.TrimPrefix(u.Path, "/"); {
	case u.Scheme != "redis" && u.Scheme != "rediss", u.Opaque != "":
		return nil, errScheme
	case !wellFormed(u.Hostname(), u.Port()):
		return nil, errHost
	case strings.Trim(path, "0123456789") != "" || len(path) > 9:
		return nil, errPath
	case err != nil || strings.Contains(u.RawQuery, "@"):
		return nil, errParameters
	}
	for _, server := range query["addr"] {
		if host, port, err := net.SplitHostPort(server); err != nil || port == "" || !wellFormed(host, port) {
			return nil, errHost
		}
	}
	return query, nil
}

// wellFormed says whether this may be a host, or "" for this one, and its port, or "".
func wellFormed(host, port string) bool {
	if _, err := netip.ParseAddr(host); err != nil && !hostName.MatchString(host) {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

func noMaintenance() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}
