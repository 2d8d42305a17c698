package redisstore

import (
	"context"
	"embed"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"jindu/survey"
)

//go:embed lua/*.lua
var luaFiles embed.FS

func script(name string) *redis.Script {
	text, err := luaFiles.ReadFile("lua/" + name + ".lua")
	if err != nil {
		panic(err)
	}
	return redis.NewScript(string(text))
}

var (
	submitScript = script("submit")
	stateScript  = script("state")
	freezeScript = script("freeze")
	closeScript  = script("close")
	countScript  = script("count")
	claimScript  = script("claim")
	saveScript   = script("save")
)

const (
	// settleFor is how long a write whose outcome is unknown is sent again.
	settleFor = 2 * time.Second
	// settlePause lies between the later ones.
	settlePause = 100 * time.Millisecond
)

// settle runs an idempotent write, and runs it again while its outcome is
// unknown. waiting is told when the second try has failed too; it may be nil.
func (s *Store) settle(ctx context.Context, waiting func(), write func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return unavailable(err)
	}
	doubt := classify(write(ctx))
	if !errors.Is(doubt, survey.ErrUnknown) {
		return doubt
	}
	// As a rule the connection was cut: the first time, ask at once on another.
	deadline := time.Now().Add(settleFor)
	for pause := time.Duration(0); ; pause = settlePause {
		select {
		case <-ctx.Done():
			return doubt
		case <-time.After(pause):
		}
		if classify(write(ctx)) == nil {
			return nil
		}
		// Any error leaves the doubt whether the first try was applied.
		if pause == 0 && waiting != nil {
			waiting()
		}
		if time.Now().Add(settlePause).After(deadline) {
			return doubt
		}
	}
}

// write runs an idempotent script until its outcome is known.
func (s *Store) write(ctx context.Context, script *redis.Script, keys []string, args ...any) (reply any, err error) {
	err = s.settle(ctx, nil, func(ctx context.Context) (err error) {
		reply, err = script.Run(ctx, s.client, keys, args...).Result()
		return err
	})
	return reply, err
}

// read runs what changes nothing, a second time when its connection broke.
func (s *Store) read(ctx context.Context, read func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return unavailable(err)
	}
	err := classify(read(ctx))
	if errors.Is(err, survey.ErrUnknown) && ctx.Err() == nil {
		err = classify(read(ctx))
	}
	if errors.Is(err, survey.ErrUnknown) {
		err = unavailable(err)
	}
	return err
}
