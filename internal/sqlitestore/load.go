package sqlitestore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"jindu/internal/backup"
	"jindu/survey"
)

// ErrNotEmpty says that a store has something in it that a restore would replace.
var ErrNotEmpty = errors.New("the store is not empty")

// ErrRestoring says that a restore into the folder broke off.
var ErrRestoring = errors.New("a restore broke off")

// restoreEnding is that of the file which a restore fills.
const restoreEnding = ".restore"

// expectNoRestore gives ErrRestoring when a restore left its file behind, and ErrLocked
// while one is at work: a server that began with an empty store meanwhile would let
// everybody answer again.
func expectNoRestore(path string) error {
	if _, err := os.Stat(path + restoreEnding); err != nil {
		return nil // there is none, or opening the store will say what is wrong
	}
	lock, err := lockFolder(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(fmt.Errorf("%w: %s", ErrRestoring, path+restoreEnding), lock.release())
}

// loadRows is how many rows one transaction takes in.
const loadRows = 10_000

// Loader fills a new file beside the one of the store, and puts it in its place
// when it is complete: a restore that breaks off leaves nothing behind that a
// server could take for a store.
type Loader struct {
	path   string
	lock   *folderLock
	conn   connection // to the new file
	rows   int        // in the transaction at hand
	survey string
	seq    int64 // of its last log entry
}

// Load begins to fill the store at that path. There must be none, or one in which
// nobody has answered and that has no accounts (ErrNotEmpty), and no server may
// use it (ErrLocked).
func Load(ctx context.Context, path string) (_ *Loader, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	l := &Loader{path: path, conn: connection{path: path + restoreEnding}}
	if l.lock, err = lockFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Abort(ctx))
		}
	}()
	if err := expectEmpty(ctx, path); err != nil {
		return nil, err
	}
	if err := l.removeNew(); err != nil { // of a restore that was killed
		return nil, err
	}
	if err := createFile(l.conn.path); err != nil {
		return nil, err
	}
	if err := l.conn.connect(ctx); err != nil {
		return nil, err
	}
	// Rows come in any order; the file's own cache is more than a command may take.
	if err := l.conn.exec("PRAGMA cache_size = -32768"); err != nil {
		return nil, err
	}
	if err := migrate(ctx, l.conn.conn); err != nil {
		return nil, err
	}
	return l, l.conn.exec("BEGIN IMMEDIATE")
}

// expectEmpty gives ErrNotEmpty for a store that has something in it. A survey
// without answers is nothing: a server makes it as it starts.
func expectEmpty(ctx context.Context, path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s, err := OpenReader(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	var full bool
	err = s.read.row(ctx, `SELECT EXISTS (SELECT 1 FROM surveys WHERE fingerprint <> '' OR closed_at IS NOT NULL)
		OR EXISTS (SELECT 1 FROM dedup) OR EXISTS (SELECT 1 FROM log) OR EXISTS (SELECT 1 FROM tally)
		OR EXISTS (SELECT 1 FROM attempts) OR EXISTS (SELECT 1 FROM accounts)`, nil, &full)
	if err == nil && full {
		return fmt.Errorf("%w: %s", ErrNotEmpty, path)
	}
	return err
}

// Put takes in one record.
func (l *Loader) Put(ctx context.Context, r backup.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := l.insert(r); err != nil {
		return err
	}
	if l.rows++; l.rows < loadRows {
		return nil
	}
	l.rows = 0
	if err := l.conn.exec("COMMIT"); err != nil {
		return err
	}
	return l.conn.exec("BEGIN IMMEDIATE")
}

func (l *Loader) insert(r backup.Record) error {
	switch {
	case r.Survey != nil:
		var closed any
		if r.Survey.Closed != 0 {
			closed = r.Survey.Closed
		}
		l.survey, l.seq = r.Survey.ID, 0
		return l.conn.exec("INSERT INTO surveys (id, key, fingerprint, closed_at) VALUES (?, ?, ?, ?)",
			r.Survey.ID, r.Survey.Key, r.Survey.Fingerprint, closed)
	case r.Respondent != nil:
		return l.conn.exec("INSERT INTO dedup (survey, who, first) VALUES (?, ?, ?)", l.survey, r.Respondent.Who, r.Respondent.First)
	case r.Entry != nil:
		return l.entry(r.Entry)
	case r.Count != nil:
		// A Cluster keeps a count in several parts.
		return l.conn.exec("INSERT INTO tally (survey, place, point, cell, n) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
			l.survey, r.Count.Place, r.Count.Point, r.Count.Cell, r.Count.N)
	case r.Claim != nil:
		return l.conn.exec("INSERT OR REPLACE INTO claims (claim, owner, until_ms) VALUES (?, ?, ?)",
			r.Claim.Claim, r.Claim.Owner, r.Claim.Until)
	case r.Attempt != nil:
		return l.conn.exec("INSERT OR REPLACE INTO attempts (who, version, state, until_ms) VALUES (?, ?, ?, ?)",
			r.Attempt.Who, r.Attempt.Version, notNil(r.Attempt.State), r.Attempt.Until)
	case r.Reply != nil:
		return l.conn.exec("INSERT OR REPLACE INTO replies (message, who, reply, until_ms) VALUES (?, ?, ?, ?)",
			r.Reply.Message, notNil(r.Reply.Who), notNil(r.Reply.Reply), r.Reply.Until)
	case r.Account != nil:
		return l.conn.exec("INSERT OR REPLACE INTO accounts (name, role, place, hash, created) VALUES (?, ?, ?, ?, ?)",
			r.Account.Name, r.Account.Role, r.Account.Place, r.Account.Hash, r.Account.Created)
	}
	return nil
}

func (l *Loader) entry(e *backup.Entry) error {
	answers, err := json.Marshal(e.Answers)
	if err != nil {
		return err
	}
	marks := ""
	if len(e.Marks) > 0 {
		text, err := json.Marshal(e.Marks)
		if err != nil {
			return err
		}
		marks = string(text)
	}
	l.seq++
	return l.conn.exec(`INSERT INTO log (survey, seq, version, tier, place, point, marks, answers, minute)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.survey, l.seq, e.Version, e.Tier, e.Place, e.Point, marks, string(answers), e.Minute*60)
}

// Count what is there of a survey.
func (l *Loader) Count(ctx context.Context, id string) (c backup.Counts, err error) {
	if err := ctx.Err(); err != nil {
		return c, err
	}
	err = l.conn.row(`SELECT (SELECT count(*) FROM dedup WHERE survey = ?1), (SELECT count(*) FROM log WHERE survey = ?1),
		(SELECT coalesce(sum(n), 0) FROM tally WHERE survey = ?1 AND cell = ?2)`,
		[]any{id, survey.CellResponses}, &c.Respondents, &c.Entries, &c.Counted)
	return c, err
}

// Commit makes the new file durable and puts it in the place of the old one.
func (l *Loader) Commit(ctx context.Context) error {
	if err := l.conn.exec("COMMIT"); err != nil {
		return err
	}
	// A file of its own from here on: nothing of it may be left in a WAL.
	var busy, pages, done int
	if err := l.conn.row("PRAGMA wal_checkpoint(TRUNCATE)", nil, &busy, &pages, &done); err != nil {
		return err
	}
	if busy != 0 {
		return errors.New("the new file is in use")
	}
	if err := l.conn.disconnect(); err != nil {
		return err
	}
	// An account may have been added meanwhile; and the new file must not meet the
	// WAL of another, which a command that has the old one open would keep.
	if err := expectEmpty(ctx, l.path); err != nil {
		return err
	}
	if _, err := os.Stat(l.path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is in use by another program: %w", l.path, errors.Join(err, fs.ErrExist))
	}
	if err := os.Rename(l.conn.path, l.path); err != nil {
		return err
	}
	return errors.Join(syncFolder(filepath.Dir(l.path)), l.unlock())
}

// Abort leaves the store as it was.
func (l *Loader) Abort(context.Context) error {
	return errors.Join(l.conn.disconnect(), l.removeNew(), l.unlock())
}

func (l *Loader) unlock() error {
	lock := l.lock
	l.lock = nil
	if lock == nil {
		return nil
	}
	return lock.release()
}

func (l *Loader) removeNew() error {
	for _, ending := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(l.conn.path + ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
