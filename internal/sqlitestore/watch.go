package sqlitestore

import (
	"context"

	"jindu/survey"
)

// Watch tells of this process's commits: what others write beside a server is
// no response.
func (s *Store) Watch(ctx context.Context, id string) (<-chan survey.Dirty, error) {
	if err := ctx.Err(); err != nil {
		return nil, unavailable(err)
	}
	notices, ok := s.hub.Watch(ctx, id)
	if !ok {
		return nil, unavailable(errClosed)
	}
	return notices, nil
}
