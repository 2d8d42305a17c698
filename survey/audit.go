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
// responses and every difference. Responses that arrive meanwhile are no
// difference: what moved is read again.
func Audit(ctx context.Context, store Store, q *content.Questionnaire) (int64, []string, error) {
	var n int64
	var differences []string
	for range 5 {
		before, err := store.Tally(ctx, q.ID, Filter{Level: ByPoint})
		if err != nil {
			return 0, nil, err
		}
		if n, differences, err = audit(ctx, store, q, before); err != nil || len(differences) == 0 {
			return n, differences, err
		}
		after, err := store.Tally(ctx, q.ID, Filter{Level: ByPoint})
		if err != nil {
			return 0, nil, err
		}
		if total(before) == total(after) {
			break
		}
	}
	return n, differences, nil
}

func total(t Tally) (n int64) {
	for _, row := range t.Rows {
		n += row.Counts[CellResponses]
	}
	return n
}

func audit(ctx context.Context, store Store, q *content.Questionnaire, tally Tally) (int64, []string, error) {
	type at struct{ place, point string }
	recount := map[at]map[string]int64{}
	var n int64
	err := store.Log(ctx, q.ID, "", func(e LogEntry) error {
		n++
		counts := recount[at{e.Place, e.Point}]
		if counts == nil {
			counts = map[string]int64{}
			recount[at{e.Place, e.Point}] = counts
		}
		for _, c := range Cells(q, e.Tier, e.Marks, e.Answers) {
			counts[c.Name] += c.N
		}
		return nil
	})
	if err != nil {
		return 0, nil, err
	}
	var differences []string
	differ := func(a at, cell string, counted, logged int64) {
		if counted != logged {
			differences = append(differences, fmt.Sprintf("%s %q %s: tally %d, log %d", a.place, a.point, cell, counted, logged))
		}
	}
	for _, row := range tally.Rows {
		a := at{row.Place, row.Point}
		for _, cell := range slices.Sorted(maps.Keys(row.Counts)) {
			differ(a, cell, row.Counts[cell], recount[a][cell])
			delete(recount[a], cell)
		}
	}
	for a, counts := range recount {
		for cell, logged := range counts {
			differ(a, cell, 0, logged)
		}
	}
	state, err := store.State(ctx, q.ID)
	if err != nil {
		return 0, nil, err
	}
	if !state.Closed { // closed for good: the dedup table is gone by design
		dedup, err := store.Respondents(ctx, q.ID)
		if err != nil {
			return 0, nil, err
		}
		if dedup != n {
			differences = append(differences, fmt.Sprintf("dedup %d, log %d", dedup, n))
		}
	}
	slices.Sort(differences)
	return n, differences, nil
}
