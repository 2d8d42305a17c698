package sqlitestore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"jindu/survey"
)

// places bounds the places that begin with a prefix: no text sorts after U+10FFFF.
const places = "survey = ?1 AND place >= ?2 AND place < ?2 || char(0x10FFFF)"

// tallyQueries sum the counts at each level, in the order of place and point.
var tallyQueries = map[survey.Level]string{
	survey.ByTownship: "SELECT substr(place, 1, 9) AS p, '', cell, sum(n) FROM tally WHERE " + places + " GROUP BY p, cell ORDER BY p",
	survey.ByVillage:  "SELECT place, '', cell, sum(n) FROM tally WHERE " + places + " GROUP BY place, cell ORDER BY place",
	survey.ByPoint:    "SELECT place, point, cell, n FROM tally WHERE " + places + " ORDER BY place, point",
}

// Tally sums the counts by place, all from one snapshot. A township of the filter
// stands for every place whose code begins with it.
func (s *Store) Tally(ctx context.Context, id string, f survey.Filter) (survey.Tally, error) {
	query, ok := tallyQueries[f.Level]
	if !ok {
		return survey.Tally{}, fmt.Errorf("tally level %q", f.Level)
	}
	st, err := s.read.stmt(ctx, query)
	if err != nil {
		return survey.Tally{}, unavailable(err)
	}
	tx, err := s.read.db.BeginTx(ctx, nil) // deferred: a snapshot, no lock
	if err != nil {
		return survey.Tally{}, unavailable(err)
	}
	defer tx.Rollback()
	var t survey.Tally
	for _, prefix := range prefixes(f.Townships) {
		rows, err := tx.StmtContext(ctx, st).QueryContext(ctx, id, prefix)
		if err == nil {
			err = addRows(&t, rows)
		}
		if err != nil {
			return survey.Tally{}, unavailable(err)
		}
	}
	return t, nil
}

// prefixes sorts the townships and leaves out what another one covers, so that
// no place counts twice.
func prefixes(townships []string) []string {
	if len(townships) == 0 {
		return []string{""}
	}
	sorted := slices.Clone(townships)
	slices.Sort(sorted)
	kept := sorted[:1]
	for _, t := range sorted[1:] {
		if !strings.HasPrefix(t, kept[len(kept)-1]) {
			kept = append(kept, t)
		}
	}
	return kept
}

func addRows(t *survey.Tally, rows *sql.Rows) error {
	defer rows.Close()
	for rows.Next() {
		var place, point, cell string
		var n int64
		if err := rows.Scan(&place, &point, &cell, &n); err != nil {
			return err
		}
		last := len(t.Rows) - 1
		if last < 0 || t.Rows[last].Place != place || t.Rows[last].Point != point {
			t.Rows = append(t.Rows, survey.Row{Place: place, Point: point, Counts: map[string]int64{}})
			last++
		}
		t.Rows[last].Counts[cell] = n
	}
	return rows.Err()
}
