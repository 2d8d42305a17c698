package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"os"
)

// connection is the one that writes, with its prepared statements. Only one
// goroutine may use it.
type connection struct {
	path  string
	file  os.FileInfo // the one that is open
	db    *sql.DB
	conn  *sql.Conn // nil: none
	stmts map[string]*sql.Stmt
}

func (c *connection) connect(ctx context.Context) (err error) {
	c.stmts = map[string]*sql.Stmt{}
	before, err := os.Stat(c.path)
	if err != nil {
		return err
	}
	if c.file == nil {
		c.file = before
	}
	c.db, c.conn, err = dial(ctx, c.path)
	return err
}

// errMoved: what is written now would be gone after a restart.
var errMoved = errors.New("the file was removed or replaced while the server runs: put it back or restart the server")

// inPlace says whether the path still leads to the file that was opened first.
func (c *connection) inPlace() error {
	if now, err := os.Stat(c.path); err != nil || !os.SameFile(now, c.file) {
		return errMoved
	}
	return nil
}

// disconnect closes the statements first: database/sql lets go of a connection,
// and of its locks, only when none of them is left.
func (c *connection) disconnect() error {
	if c.conn == nil {
		return nil
	}
	var errs []error
	for _, st := range c.stmts {
		errs = append(errs, st.Close())
	}
	errs = append(errs, c.conn.Close(), c.db.Close())
	c.conn = nil
	return errors.Join(errs...)
}

// stmt prepares a constant query once.
func (c *connection) stmt(query string) (*sql.Stmt, error) {
	if st := c.stmts[query]; st != nil {
		return st, nil
	}
	st, err := c.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = st
	return st, nil
}

func (c *connection) exec(query string, args ...any) error {
	_, err := c.run(query, args...)
	return err
}

func (c *connection) run(query string, args ...any) (sql.Result, error) {
	st, err := c.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(context.Background(), args...)
}

// changed runs a constant query and says how many rows it changed.
func (c *connection) changed(query string, args ...any) (int64, error) {
	res, err := c.run(query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// row runs a constant query and scans its one row.
func (c *connection) row(query string, args []any, dest ...any) error {
	st, err := c.stmt(query)
	if err != nil {
		return err
	}
	return st.QueryRowContext(context.Background(), args...).Scan(dest...)
}
