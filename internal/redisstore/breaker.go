package redisstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	probeEvery   = 100 * time.Millisecond
	probeTimeout = 500 * time.Millisecond
	reloadEvery  = time.Second // how often a Cluster is asked who stands in
)

// breaker is a hook of the client of one server. When the server refuses a
// connection or does not answer in time, it fails every call at once, until a
// probe in the background has had an answer.
type breaker struct {
	store  *Store
	client *redis.Client
	open   atomic.Bool
	cause  atomic.Pointer[error] // why it opened
}

// down is the error while the breaker is open.
func (b *breaker) down() error {
	if cause := b.cause.Load(); cause != nil {
		return fmt.Errorf("%w: %w", errDown, *cause)
	}
	return errDown
}

// guard puts a breaker before each server that the client talks to.
func (s *Store) guard() {
	add := func(c *redis.Client) { c.AddHook(&breaker{store: s, client: c}) }
	switch c := s.client.(type) {
	case *redis.ClusterClient:
		c.OnNewNode(add)
	case *redis.Client:
		add(c)
	}
}

// DialHook marks errors of dialling: nothing was sent.
func (b *breaker) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := next(ctx, network, addr)
		if err != nil {
			return nil, &dialError{err}
		}
		return conn, nil
	}
}

// ProcessHook guards a command.
func (b *breaker) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if b.open.Load() && ctx.Value(probe{}) == nil {
			err := b.down()
			cmd.SetErr(err)
			return err
		}
		err := next(ctx, cmd)
		b.judge(err)
		return err
	}
}

// ProcessPipelineHook guards a pipeline.
func (b *breaker) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if b.open.Load() {
			err := b.down()
			for _, cmd := range cmds {
				cmd.SetErr(err)
			}
			return err
		}
		err := next(ctx, cmds)
		b.judge(err)
		return err
	}
}

// judge opens the breaker on the errors of a server that is away. A connection
// that broke is none: the next call shows whether the server is there.
func (b *breaker) judge(err error) {
	if err == nil {
		return
	}
	_, dial := errors.AsType[*dialError](err)
	timeout, _ := errors.AsType[net.Error](err)
	away := dial || errors.Is(err, context.DeadlineExceeded) || timeout != nil && timeout.Timeout()
	if !away || b.open.Load() {
		return
	}
	b.cause.Store(&err)
	if !b.open.CompareAndSwap(false, true) {
		return
	}
	if b.store.opened.Load() { // else Open gives the error
		b.store.log.Warn("store: redis does not answer", "error", err)
	}
	if !b.store.background(b.probe) {
		b.open.Store(false)
	}
}

// probe marks the context of the call that may pass an open breaker.
type probe struct{}

func (b *breaker) probe(ctx context.Context) {
	began, reloaded := time.Now(), time.Time{}
	for {
		if now := time.Now(); now.Sub(reloaded) >= reloadEvery {
			b.store.reload(ctx)
			reloaded = now
		}
		err := b.ping(ctx)
		if _, answered := errors.AsType[redis.Error](err); err == nil || answered {
			b.open.Store(false)
			b.store.log.Info("store: redis answers again", "after", time.Since(began).Round(time.Millisecond))
			return
		}
		if errors.Is(err, redis.ErrClosed) { // or no longer part of the Cluster
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(probeEvery):
		}
	}
}

func (b *breaker) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, probe{}, true), probeTimeout)
	defer cancel()
	return b.client.Ping(ctx).Err()
}

// reload asks a Cluster who serves which slots now.
func (s *Store) reload(ctx context.Context) {
	if c, ok := s.client.(*redis.ClusterClient); ok {
		c.ReloadState(ctx)
	}
}
