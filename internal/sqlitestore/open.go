package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"jindu/bot/quiz"
	"jindu/internal/notice"
	"jindu/internal/office"
	"jindu/survey"
)

var (
	_ survey.Store    = (*Store)(nil)
	_ quiz.Store      = (*Store)(nil)
	_ office.Accounts = (*Store)(nil)
)

// Options of Open. The zero value is good.
type Options struct {
	Now    func() time.Time // by which claims, attempts and replies expire; time.Now
	Logger *slog.Logger     // slog.Default()
	Free   FreeSpace        // room left on the disk of a folder; that of the system
}

// FreeSpace gives the bytes left on the disk of a folder, and false where that
// cannot be known.
type FreeSpace func(folder string) (bytes int64, known bool)

// Store is one SQLite file. Every method is safe for use by many goroutines.
type Store struct {
	path   string
	now    func() time.Time
	log    *slog.Logger
	free   FreeSpace
	lock   *folderLock // nil beside a server
	read   *reader
	writer *writer
	keeper *keeper // nil beside a server
	hub    *notice.Hub
	close  func() error
}

// Open opens the file for a server, and makes it when there is none. It takes
// the lock of the folder it lies in (ErrLocked when another server has it, ErrRestoring
// when a restore into it broke off), brings the tables up to date and checks the file: damage is an error, a survey
// whose counts disagree is logged, so that the town can go on answering while
// `jindu audit` shows what is wrong.
func Open(ctx context.Context, path string, opts Options) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := expectNoRestore(path); err != nil {
		return nil, err
	}
	if err := createFile(path); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	lock, err := lockFolder(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, path, opts, lock)
	if err != nil {
		return nil, errors.Join(err, lock.release())
	}
	return s, nil
}

// OpenReader opens the file for a command that reads, or writes little, beside
// a server or without one. It takes no lock, makes no file and changes no tables.
// Its Watch tells of its own writes only.
func OpenReader(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("no store here yet (the server makes it at its first start): %w", err)
		}
		return nil, err
	}
	return open(ctx, path, Options{}, nil)
}

// open opens everything but the folder's lock; without one it is beside a server.
func open(ctx context.Context, path string, opts Options, lock *folderLock) (_ *Store, err error) {
	s := &Store{path: path, now: opts.Now, log: opts.Logger, free: opts.Free, lock: lock, hub: notice.NewHub()}
	if s.now == nil {
		s.now = time.Now
	}
	if s.free == nil {
		s.free = freeSpace
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.writer = newWriter(path, s.now, s.log, s.hub)
	s.read = newReader(path)
	s.close = sync.OnceValue(s.shut)
	defer func() {
		if err != nil {
			err = fmt.Errorf("store %s: %w", path, errors.Join(explain(err), s.writer.disconnect(), s.read.close()))
		}
	}()

	if err := s.writer.connect(ctx); err != nil {
		return nil, err
	}
	if lock == nil {
		if err := checkVersion(ctx, s.writer.conn); err != nil {
			return nil, err
		}
		s.writer.start()
		return s, nil
	}
	if err := migrate(ctx, s.writer.conn); err != nil {
		return nil, err
	}
	if err := s.startCheck(ctx); err != nil {
		return nil, err
	}
	s.writer.start()
	s.keeper = startKeeper(s)
	return s, nil
}

// Close answers what is queued and closes the file. It may be called again.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	if s.keeper != nil { // first, for it writes too
		s.keeper.stop()
	}
	s.writer.stop()
	s.hub.Close()
	// The reader first: the last connection to close folds the WAL into the file.
	err := errors.Join(s.read.close(), s.writer.disconnect())
	if s.lock != nil {
		err = errors.Join(err, s.lock.release())
	}
	return err
}

// createFile makes an empty file, and its folder, that only this user may read:
// it will hold the surveys' keys. A file that is there is left alone and not even
// opened, for closing it would drop the POSIX locks of every SQLite connection
// this process has on it.
func createFile(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), syncFolder(dir))
}

// explain says in words what an operator can do about an error at start.
func explain(err error) error {
	switch code := sqliteCode(err); code {
	case codeNotADB, codeCorrupt:
		return fmt.Errorf("the file is damaged or no jindu store; put it aside and restore a backup: %w", err)
	case codeCantOpen, codeReadOnly, codePerm:
		return fmt.Errorf("the file or its folder cannot be written by this user: %w", err)
	}
	return err
}
