package redisstore

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"jindu/survey"
)

// hashesAtOnce is how many hashes one pipeline reads.
const hashesAtOnce = 128

// cellsOfPlace is about how many counts a place has.
const cellsOfPlace = 48

type rowKey struct{ place, point string }

// Tally sums the counts by place. Each response is in it whole or not at all.
func (s *Store) Tally(ctx context.Context, id string, f survey.Filter) (survey.Tally, error) {
	if f.Level != survey.ByTownship && f.Level != survey.ByVillage && f.Level != survey.ByPoint {
		return survey.Tally{}, fmt.Errorf("tally level %q", f.Level)
	}
	parts, err := s.partsOf(ctx, id)
	if err == nil {
		err = s.whole(id)
	}
	if err != nil {
		return survey.Tally{}, err
	}
	rows := map[rowKey]map[string]int64{}
	if f.Level == survey.ByTownship {
		err = s.rollUp(ctx, id, parts, f.Townships, rows)
	} else {
		err = s.places(ctx, id, parts, f, rows)
	}
	if err == nil && len(rows) == 0 {
		_, err = s.State(ctx, id) // none yet, or Redis was emptied
	}
	if err != nil {
		return survey.Tally{}, err
	}
	t := survey.Tally{Rows: make([]survey.Row, 0, len(rows))}
	for k, counts := range rows {
		t.Rows = append(t.Rows, survey.Row{Place: k.place, Point: k.point, Counts: counts})
	}
	slices.SortFunc(t.Rows, func(a, b survey.Row) int {
		return cmp.Or(strings.Compare(a.Place, b.Place), strings.Compare(a.Point, b.Point))
	})
	return t, nil
}

// rollUp reads the counts by township.
func (s *Store) rollUp(ctx context.Context, id string, parts int, towns []string, rows map[rowKey]map[string]int64) error {
	var keys []string
	for _, p := range allParts(id, parts) {
		keys = append(keys, p.rollUp())
	}
	return s.counts(ctx, keys, 2, func(name []string, n int64) {
		if len(towns) == 0 || slices.Contains(towns, name[0]) {
			add(rows, rowKey{place: name[0]}, name[1], n)
		}
	})
}

// places reads the counts by place, and by point.
func (s *Store) places(ctx context.Context, id string, parts int, f survey.Filter, rows map[rowKey]map[string]int64) error {
	towns := slices.Compact(slices.Sorted(slices.Values(f.Townships)))
	if len(towns) == 0 {
		known := map[rowKey]map[string]int64{}
		if err := s.rollUp(ctx, id, parts, nil, known); err != nil {
			return err
		}
		for k := range maps.Keys(known) {
			towns = append(towns, k.place)
		}
	}
	var keys []string
	for _, p := range allParts(id, parts) {
		for _, t := range towns {
			keys = append(keys, p.township(t))
		}
	}
	for some := range slices.Chunk(keys, hashesAtOnce) {
		err := s.counts(ctx, some, 3, func(name []string, n int64) {
			k := rowKey{place: name[0]}
			if f.Level == survey.ByPoint {
				k.point = name[1]
			}
			add(rows, k, name[2], n)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func add(rows map[rowKey]map[string]int64, k rowKey, cell string, n int64) {
	counts := rows[k]
	if counts == nil {
		counts = make(map[string]int64, cellsOfPlace)
		rows[k] = counts
	}
	counts[cell] += n
}

// counts gives every count of those hashes with the parts of its name.
func (s *Store) counts(ctx context.Context, keys []string, names int, each func(name []string, n int64)) error {
	hashes, err := s.hashes(ctx, keys)
	if err != nil {
		return err
	}
	for i, fields := range hashes {
		if err := eachCount(fields, names, each); err != nil {
			return fmt.Errorf("%s: %w", keys[i], err)
		}
	}
	return nil
}

// eachCount gives every count of a hash with the parts of its name, in a slice that
// is used again.
func eachCount(fields map[string]string, names int, each func(name []string, n int64)) error {
	name := make([]string, names)
	for field, text := range fields {
		rest, whole := field, true
		for i := range names - 1 {
			var cut bool
			name[i], rest, cut = strings.Cut(rest, "\x00")
			whole = whole && cut
		}
		name[names-1] = rest
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || !whole {
			return fmt.Errorf("count %q of %q", text, field)
		}
		each(name, n)
	}
	return nil
}

// hashes reads the hashes with those keys, all in one pipeline.
func (s *Store) hashes(ctx context.Context, keys []string) ([]map[string]string, error) {
	cmds := make([]*redis.MapStringStringCmd, len(keys))
	err := s.read(ctx, func(ctx context.Context) error {
		_, err := s.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			for i, key := range keys {
				cmds[i] = pipe.HGetAll(ctx, key)
			}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make([]map[string]string, len(cmds))
	for i, cmd := range cmds {
		all[i] = cmd.Val()
	}
	return all, nil
}
