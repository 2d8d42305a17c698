package sqlitestore

import (
	"context"

	"jindu/survey"
)

// Check reads and writes once, the write as durable as any.
func (s *Store) Check(ctx context.Context) (survey.Health, error) {
	h := survey.Health{Engine: "sqlite", Durability: "断电不丢"}
	if err := s.read.row(ctx, "SELECT sqlite_version(), count(*) FROM health", nil, &h.Version, new(int)); err != nil {
		return survey.Health{}, unavailable(err)
	}
	now := s.now().Unix()
	err := s.writer.do(ctx, func(b *batch, _ *item) error {
		return b.exec("INSERT OR REPLACE INTO health (id, checked_at) VALUES (1, ?)", now)
	})
	if err != nil {
		return survey.Health{}, err
	}
	return h, nil
}
