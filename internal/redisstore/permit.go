package redisstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
)

// permitKey is where permissions are tried; nothing stays there.
const permitKey = prefix + "permit"

var permitScript = script("permit")

// checkPermissions tries what an account of its own may have been denied. What it
// may not do would else be found out by residents.
func (s *Store) checkPermissions(ctx context.Context) error {
	missing := map[string]bool{}
	note := func(err error) error {
		if redis.HasErrorPrefix(err, "NOPERM") {
			missing[permission(err)] = true
			return nil
		}
		// Another try says why a transaction was given up.
		if errors.Is(err, redis.Nil) || redis.HasErrorPrefix(err, "EXECABORT") {
			return nil
		}
		return classify(err)
	}
	for _, try := range []func() error{
		func() error { return s.client.Ping(ctx).Err() },
		func() error { return s.client.Exists(ctx, permitKey).Err() },
		func() error { return s.client.HGetAll(ctx, permitKey).Err() },
		func() error { return s.client.SMembers(ctx, permitKey).Err() },
		func() error { return s.client.SMIsMember(ctx, permitKey, "m").Err() },
		func() error { return s.client.SRem(ctx, permitKey, "m").Err() },
		func() error { return s.client.XRange(ctx, permitKey, "-", "+").Err() },
		func() error { return s.client.XRevRangeN(ctx, permitKey, "+", "-", 1).Err() },
		func() error { return s.client.Unlink(ctx, permitKey).Err() },
		func() error { return s.client.Scan(ctx, 0, permitKey, 1).Err() },
		func() error { return s.client.Publish(ctx, channel, `{"from":"`+permitKey+`"}`).Err() },
		func() error {
			_, err := s.client.TxPipelined(ctx, func(tx redis.Pipeliner) error { return tx.Exists(ctx, permitKey).Err() })
			return err
		},
		func() error {
			err := permitScript.EvalSha(ctx, s.client, []string{permitKey}).Err()
			if redis.HasErrorPrefix(err, "NOSCRIPT") {
				return nil
			}
			return err
		},
		func() error {
			refused, err := permitScript.Eval(ctx, s.client, []string{permitKey}).StringSlice()
			for _, name := range refused {
				missing["+"+name] = true
			}
			return err
		},
		func() error {
			sub := s.client.Subscribe(ctx, channel)
			defer sub.Close()
			_, err := sub.Receive(ctx)
			return err
		},
	} {
		if err := note(try()); err != nil {
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &StartError{[]Problem{{
		Server:  "账号",
		Message: fmt.Sprintf("缺少权限 %s，请在 Redis 上用 ACL SETUSER 给这个账号加上", strings.Join(slices.Sorted(maps.Keys(missing)), " ")),
	}}}
}

var refusedCommand = regexp.MustCompile(`run the '([^']+)' command`)

// permission that is missing, as ACL SETUSER takes it, from Redis's refusal.
func permission(err error) string {
	text := err.Error()
	switch m := refusedCommand.FindStringSubmatch(text); {
	case m != nil:
		return "+" + m[1]
	case strings.Contains(text, "channel"):
		return "&" + prefix + "*"
	case strings.Contains(text, "key"):
		return "~" + prefix + "*"
	}
	return text
}
