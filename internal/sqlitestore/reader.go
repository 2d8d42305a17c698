package sqlitestore

import (
	"context"
	"database/sql"
	"sync"
)

// reader is the pool of connections that read, with statements prepared once.
type reader struct {
	db *sql.DB

	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
}

func newReader(path string) *reader {
	// Open only checks the name of the driver.
	db, err := sql.Open("sqlite", dataSource(path, readPragmas))
	if err != nil {
		panic(err)
	}
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	return &reader{db: db, stmts: map[string]*sql.Stmt{}}
}

func (r *reader) close() error { return r.db.Close() }

// stmt gives the prepared statement of a constant query.
func (r *reader) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	r.mu.RLock()
	st := r.stmts[query]
	r.mu.RUnlock()
	if st != nil {
		return st, nil
	}
	st, err := r.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if old := r.stmts[query]; old != nil {
		st.Close()
		return old, nil
	}
	r.stmts[query] = st
	return st, nil
}

// row runs a constant query and scans its one row.
func (r *reader) row(ctx context.Context, query string, args []any, dest ...any) error {
	st, err := r.stmt(ctx, query)
	if err != nil {
		return err
	}
	return st.QueryRowContext(ctx, args...).Scan(dest...)
}
