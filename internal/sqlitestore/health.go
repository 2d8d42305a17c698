package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"jindu/survey"
)

const (
	// leastSpace is what a few batches and their WAL need on the disk.
	leastSpace = 16 << 20
	// lowSpace is when to say so: two million responses before the end.
	lowSpace = 200 << 20
	// trialSize is what is written to see whether there is room again.
	trialSize = 256 << 10
)

// ErrDiskFull says that the disk has no room for responses, or cannot be written.
var ErrDiskFull = errors.New("the disk is full or cannot be written")

// Check reads and writes once, the write as durable as any. That small write may
// find room where responses found none, so after one of them failed it tries a
// larger one; and it looks at the room that is left.
func (s *Store) Check(ctx context.Context) (survey.Health, error) {
	h := survey.Health{Engine: "sqlite", Durability: "断电不丢"}
	if err := s.read.row(ctx, "SELECT sqlite_version(), count(*) FROM health", nil, &h.Version, new(int)); err != nil {
		return survey.Health{}, unavailable(err)
	}
	free, known := s.free(filepath.Dir(s.path))
	if known && free < leastSpace {
		return survey.Health{}, unavailable(fmt.Errorf("%w: %d MB are free", ErrDiskFull, free>>20))
	}
	failed := s.writer.failed.Load()
	now := s.now().Unix()
	err := s.writer.do(ctx, func(b *batch, _ *item) error {
		if failed != nil {
			return b.exec("INSERT OR REPLACE INTO replies (message, reply, until_ms) VALUES (x'', zeroblob(?), 0)", trialSize) // ended long ago
		}
		return b.exec("INSERT OR REPLACE INTO health (id, checked_at) VALUES (1, ?)", now)
	})
	if err == nil && failed != nil {
		err = s.writer.do(ctx, func(b *batch, _ *item) error { return b.exec("DELETE FROM replies WHERE message = x''") })
		if err == nil {
			s.writer.failed.CompareAndSwap(failed, nil)
		}
	}
	if noRoom(err) {
		err = errors.Join(ErrDiskFull, err)
	}
	if err != nil {
		return survey.Health{}, err
	}
	if known && free < lowSpace {
		h.Warning = fmt.Sprintf("数据所在的磁盘只剩 %d MB", free>>20)
	}
	return h, nil
}

// noRoom says whether an error is about the disk.
func noRoom(err error) bool {
	code := sqliteCode(err)
	return code == codeFull || code == codeIO
}
