package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
)

// SQLite's primary result codes that an operator can do something about.
const (
	codePerm     = 3
	codeReadOnly = 8
	codeIO       = 10
	codeCorrupt  = 11
	codeFull     = 13
	codeCantOpen = 14
	codeNotADB   = 26
)

// sqliteCode is the primary result code of an error, 0 when it has none.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// Pragmas of a connection that writes. The autocheckpoint is a backstop: the
// keeper checkpoints long before, on a connection of its own, so that no commit
// waits for it. The cache holds the dedup table's and tallies' hot pages.
var writePragmas = []string{
	"busy_timeout(5000)",
	"journal_mode(WAL)",
	"synchronous(FULL)",
	"secure_delete(ON)", // keys and dedup rows must really go
	"wal_autocheckpoint(20000)",
	"cache_size(-65536)",
}

var readPragmas = []string{
	"busy_timeout(5000)",
	"query_only(ON)",
	"cache_size(-16384)",
}

// dataSource names the file to the driver, whatever characters its path has. It
// never makes the file.
func dataSource(path string, pragmas []string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // file:///C:/…
	}
	u := url.URL{
		Scheme:   "file",
		Path:     slashed,
		RawQuery: url.Values{"_pragma": pragmas, "mode": {"rw"}}.Encode(),
	}
	return u.String()
}

// dial opens one connection that writes, in a pool of its own so that it can be
// thrown away.
func dial(ctx context.Context, path string) (*sql.DB, *sql.Conn, error) {
	db, err := sql.Open("sqlite", dataSource(path, writePragmas))
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err == nil {
		if err = checkDurability(ctx, conn); err == nil {
			return db, conn, nil
		}
		conn.Close()
	}
	db.Close()
	return nil, nil, err
}

// checkDurability reads back what SQLite made of the pragmas: it keeps silent
// when it cannot have them, as where the file system has no shared memory.
func checkDurability(ctx context.Context, conn *sql.Conn) error {
	mode, err := scanOne[string](ctx, conn, "PRAGMA journal_mode")
	if err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("journal_mode is %q, not wal: is the data folder on a network file system?", mode)
	}
	sync, err := scanOne[int](ctx, conn, "PRAGMA synchronous")
	if err != nil {
		return err
	}
	if sync != 2 {
		return fmt.Errorf("synchronous is %d, not 2 (FULL)", sync)
	}
	return nil
}

// scanOne reads one row of one value.
func scanOne[T any](ctx context.Context, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, query string, args ...any) (v T, err error) {
	err = q.QueryRowContext(ctx, query, args...).Scan(&v)
	return v, err
}
