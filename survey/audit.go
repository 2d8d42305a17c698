package survey

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"jindu/content"
)

// Audit recounts the tallies of a questionnaire from its log and compares them,
// and the dedup table, with what the store counted. It gives the number of
// responses and every difference. Counts only grow, so what was logged must lie
// between the counts before and after the log was read: responses that arrive
// meanwhile are no difference. Where some did, it looks again for a quiet moment.
func Audit(ctx context.Context, store Store, q *content.Questionnaire) (int64, []string, error) {
	var n int64
	var differences []string
	for range 3 {
		before, err := count(ctx, store, q)
		if err != nil {
			return 0, nil, err
		}
		var logged map[cellAt]int64
		if n, logged, err = recount(ctx, store, q); err != nil {
			return 0, nil, err
		}
		after, err := count(ctx, store, q)
		if err != nil {
			return 0, nil, err
		}
		if differences = compare(before, after, n, logged); maps.Equal(before.cells, after.cells) {
			break
		}
	}
	return n, differences, nil
}

// cellAt is one count of one place and collection point.
type cellAt struct{ place, point, cell string }

// counts is what the store counted at one time.
type counts struct {
	cells map[cellAt]int64
	dedup int64 // -1 once closed for good: the table is gone by design
}

func count(ctx context.Context, store Store, q *content.Questionnaire) (counts, error) {
	c := counts{map[cellAt]int64{}, -1}
	tally, err := store.Tally(ctx, q.ID, Filter{Level: ByPoint})
	if err != nil {
		return c, err
	}
	for _, row := range tally.Rows {
		for cell, n := range row.Counts {
			c.cells[cellAt{row.Place, row.Point, cell}] = n
		}
	}
	state, err := store.State(ctx, q.ID)
	if err == nil && !state.Closed {
		c.dedup, err = store.Respondents(ctx, q.ID)
	}
	return c, err
}

// recount adds up the log.
func recount(ctx context.Context, store Store, q *content.Questionnaire) (n int64, logged map[cellAt]int64, err error) {
	logged = map[cellAt]int64{}
	err = store.Log(ctx, q.ID, "", func(e LogEntry) error {
		n++
		for _, c := range Cells(q, e.Tier, e.Marks, e.Answers) {
			logged[cellAt{e.Place, e.Point, c.Name}] += c.N
		}
		return nil
	})
	return n, logged, err
}

// compare gives one line for each count that the log does not bear out.
func compare(before, after counts, n int64, logged map[cellAt]int64) []string {
	var differences []string
	cells := maps.Clone(after.cells)
	maps.Copy(cells, before.cells)
	maps.Copy(cells, logged)
	for at := range cells {
		l := logged[at]
		if nearest := min(max(l, before.cells[at]), after.cells[at]); nearest != l {
			differences = append(differences, fmt.Sprintf("%s %q %s: tally %d, log %d", at.place, at.point, at.cell, nearest, l))
		}
	}
	// A survey that is closed in between has no dedup table to compare with.
	if before.dedup >= 0 && after.dedup >= 0 {
		if nearest := min(max(n, before.dedup), after.dedup); nearest != n {
			differences = append(differences, fmt.Sprintf("dedup %d, log %d", nearest, n))
		}
	}
	slices.Sort(differences)
	return differences
}
