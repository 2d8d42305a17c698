package sqlitestore

import (
	"context"
	"time"

	"jindu/internal/office"
)

const selectAccounts = "SELECT name, role, place, hash, created FROM accounts"

// Account gives the account with that name.
func (s *Store) Account(ctx context.Context, name string) (office.Account, error) {
	st, err := s.read.stmt(ctx, selectAccounts+" WHERE name = ?")
	if err != nil {
		return office.Account{}, unavailable(err)
	}
	a, err := scanAccount(st.QueryRowContext(ctx, name))
	switch {
	case isNoRows(err):
		return office.Account{}, office.ErrNoAccount
	case err != nil:
		return office.Account{}, unavailable(err)
	}
	return a, nil
}

// Accounts gives all accounts by name.
func (s *Store) Accounts(ctx context.Context) ([]office.Account, error) {
	rows, err := s.read.db.QueryContext(ctx, selectAccounts+" ORDER BY name")
	if err != nil {
		return nil, unavailable(err)
	}
	defer rows.Close()
	var all []office.Account
	for rows.Next() {
		a, err := scanAccount(rows)
		if err != nil {
			return nil, unavailable(err)
		}
		all = append(all, a)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable(err)
	}
	return all, nil
}

func scanAccount(row interface{ Scan(...any) error }) (a office.Account, err error) {
	var created int64
	if err := row.Scan(&a.Name, &a.Role, &a.Place, &a.Hash, &created); err != nil {
		return office.Account{}, err
	}
	a.Created = time.Unix(created, 0)
	return a, nil
}

// PutAccount adds or replaces an account.
func (s *Store) PutAccount(ctx context.Context, a office.Account) error {
	return s.writer.do(ctx, func(b *batch, _ *item) error {
		return b.exec("INSERT OR REPLACE INTO accounts (name, role, place, hash, created) VALUES (?, ?, ?, ?, ?)",
			a.Name, string(a.Role), a.Place, a.Hash, a.Created.Unix())
	})
}

// RemoveAccount removes the account with that name.
func (s *Store) RemoveAccount(ctx context.Context, name string) error {
	return s.writer.do(ctx, func(b *batch, it *item) error {
		n, err := b.changed("DELETE FROM accounts WHERE name = ?", name)
		if err == nil && n == 0 {
			it.err = office.ErrNoAccount
		}
		return err
	})
}
