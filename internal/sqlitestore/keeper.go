package sqlitestore

import (
	"context"
	"time"
)

const (
	checkpointEvery = 500 * time.Millisecond
	purgeEvery      = 30 * time.Second
	purgeRows       = 500 // of each table in one step
)

// keeper tidies up beside the writer: it folds the WAL into the file, and asks
// the writer now and then to drop what has expired.
type keeper struct {
	store  *Store
	conn   connection
	cancel context.CancelFunc
	gone   chan struct{}
}

func startKeeper(s *Store) *keeper {
	ctx, cancel := context.WithCancel(context.Background())
	k := &keeper{
		store:  s,
		conn:   connection{path: s.path},
		cancel: cancel,
		gone:   make(chan struct{}),
	}
	go k.run(ctx)
	return k
}

func (k *keeper) stop() {
	k.cancel()
	<-k.gone
}

func (k *keeper) run(ctx context.Context) {
	defer close(k.gone)
	defer k.conn.disconnect()
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	var purge time.Time // the next; the first at once, for what was left undone
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if !now.Before(purge) && !k.purge(ctx) {
				purge = now.Add(purgeEvery)
			}
			if k.store.writer.dirty.Swap(false) && !k.checkpoint(ctx) {
				k.store.writer.dirty.Store(true)
			}
		}
	}
}

// checkpoint copies what it can without making anyone wait, and says whether
// that was all.
func (k *keeper) checkpoint(ctx context.Context) bool {
	if k.conn.conn == nil {
		if err := k.conn.connect(ctx); err != nil {
			k.warn(ctx, "checkpoint", err)
			return false
		}
	}
	var busy, pages, done int
	err := k.conn.row("PRAGMA wal_checkpoint(PASSIVE)", nil, &busy, &pages, &done)
	if err != nil {
		k.warn(ctx, "checkpoint", err)
		k.conn.disconnect()
		return false
	}
	return busy == 0 && done == pages
}

// purge drops some of what has expired, and says whether there may be more.
func (k *keeper) purge(ctx context.Context) (more bool) {
	more, err := k.store.purge(ctx)
	if err != nil {
		k.warn(ctx, "purge", err)
		return false
	}
	rest, err := k.store.forgetSome(ctx)
	if err != nil {
		k.warn(ctx, "forget", err)
		return false
	}
	return more || rest
}

func (k *keeper) warn(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		k.store.log.Warn("store: keeper", "step", what, "error", err)
	}
}

var purges = []string{
	"DELETE FROM claims WHERE claim IN (SELECT claim FROM claims WHERE until_ms <= ? LIMIT ?)",
	"DELETE FROM attempts WHERE who IN (SELECT who FROM attempts WHERE until_ms <= ? LIMIT ?)",
	"DELETE FROM replies WHERE message IN (SELECT message FROM replies WHERE until_ms <= ? LIMIT ?)",
}

func (s *Store) purge(ctx context.Context) (more bool, err error) {
	now := s.now().UnixMilli()
	var full bool
	err = s.writer.do(ctx, func(b *batch, _ *item) error {
		full = false
		for _, query := range purges {
			n, err := b.changed(query, now, purgeRows)
			if err != nil {
				return err
			}
			full = full || n == purgeRows
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	return full, nil
}
