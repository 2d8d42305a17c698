package redisstore

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"jindu/internal/office"
)

// account is an account as it is kept.
type account struct {
	Role    office.Role `json:"role"`
	Place   string      `json:"place,omitempty"`
	Hash    string      `json:"hash"`
	Created int64       `json:"created"` // unix seconds
}

func readAccount(name, text string) (office.Account, error) {
	var a account
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return office.Account{}, fmt.Errorf("account %q: %w", name, err)
	}
	return office.Account{Name: name, Role: a.Role, Place: a.Place, Hash: a.Hash, Created: time.Unix(a.Created, 0)}, nil
}

// Account gives the account with that name.
func (s *Store) Account(ctx context.Context, name string) (office.Account, error) {
	var text string
	found := true
	err := s.read(ctx, func(ctx context.Context) (err error) {
		text, err = s.client.HGet(ctx, accountsKey, name).Result()
		if errors.Is(err, redis.Nil) {
			found, err = false, nil
		}
		return err
	})
	if err != nil {
		return office.Account{}, err
	}
	if !found {
		return office.Account{}, office.ErrNoAccount
	}
	return readAccount(name, text)
}

// Accounts gives all accounts by name.
func (s *Store) Accounts(ctx context.Context) ([]office.Account, error) {
	var rows map[string]string
	err := s.read(ctx, func(ctx context.Context) (err error) {
		rows, err = s.client.HGetAll(ctx, accountsKey).Result()
		return err
	})
	if err != nil {
		return nil, err
	}
	var all []office.Account
	for name, text := range rows {
		a, err := readAccount(name, text)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b office.Account) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// PutAccount adds or replaces an account.
func (s *Store) PutAccount(ctx context.Context, a office.Account) error {
	text, err := json.Marshal(account{a.Role, a.Place, a.Hash, a.Created.Unix()})
	if err != nil {
		return err
	}
	return s.settle(ctx, nil, func(ctx context.Context) error { return s.client.HSet(ctx, accountsKey, a.Name, text).Err() })
}

// RemoveAccount removes the account with that name.
func (s *Store) RemoveAccount(ctx context.Context, name string) error {
	tries, n := 0, int64(0)
	err := s.settle(ctx, nil, func(ctx context.Context) (err error) {
		tries++
		n, err = s.client.HDel(ctx, accountsKey, name).Result()
		return err
	})
	if err == nil && n == 0 && tries == 1 { // a later try does not know what the first one did
		return office.ErrNoAccount
	}
	return err
}
