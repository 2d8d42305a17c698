package sqlitestore

import (
	"context"
	"fmt"
	"time"
)

const selectClaim = "SELECT owner FROM claims WHERE claim = ? AND until_ms > ?"

// Claim gives the owner of a claim. Asking again changes nothing, not even for
// the owner, and so writes nothing.
func (s *Store) Claim(ctx context.Context, claim, owner [16]byte, until time.Time) ([16]byte, error) {
	now := s.now().UnixMilli()
	var held []byte
	err := s.read.row(ctx, selectClaim, []any{claim[:], now}, &held)
	if isNoRows(err) {
		held, err = s.takeClaim(ctx, claim, owner, now, until.UnixMilli())
	} else if err != nil {
		err = unavailable(err)
	}
	if err == nil && len(held) != len(owner) {
		err = fmt.Errorf("claim owner of %d bytes", len(held))
	}
	if err != nil {
		return [16]byte{}, err
	}
	return [16]byte(held), nil
}

func (s *Store) takeClaim(ctx context.Context, claim, owner [16]byte, now, until int64) ([]byte, error) {
	var held []byte
	err := s.writer.do(ctx, func(b *batch, _ *item) error {
		err := b.row(selectClaim, []any{claim[:], now}, &held)
		if !isNoRows(err) {
			return err
		}
		held = owner[:]
		return b.exec("INSERT OR REPLACE INTO claims (claim, owner, until_ms) VALUES (?, ?, ?)", claim[:], owner[:], until)
	})
	if err != nil {
		return nil, err // and leaves held to the writer, which may still be at it
	}
	return held, nil
}
