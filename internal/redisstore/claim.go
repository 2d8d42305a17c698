package redisstore

import (
	"context"
	"fmt"
	"time"
)

// Claim gives the owner of a claim. Asking again changes nothing, not even for
// the owner.
func (s *Store) Claim(ctx context.Context, claim, owner [16]byte, until time.Time) ([16]byte, error) {
	reply, err := s.write(ctx, claimScript, []string{claimKey(claim)}, owner[:], s.now().UnixMilli(), until.UnixMilli())
	if err != nil {
		return [16]byte{}, err
	}
	held, ok := reply.(string)
	if !ok || len(held) != len(owner) {
		return [16]byte{}, fmt.Errorf("claim owner of %d bytes", len(held))
	}
	return [16]byte([]byte(held)), nil
}
