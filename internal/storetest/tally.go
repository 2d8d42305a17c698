package storetest

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"jindu/survey"
)

// counts is a tally: place → point → cell → count.
type counts map[string]map[string]map[string]int64

func (c counts) add(place, point string, cells []survey.Cell) {
	if c[place] == nil {
		c[place] = map[string]map[string]int64{}
	}
	if c[place][point] == nil {
		c[place][point] = map[string]int64{}
	}
	for _, cell := range cells {
		c[place][point][cell.Name] += cell.N
	}
}

func (c counts) sum(cell string) (n int64) {
	for _, points := range c {
		for _, cells := range points {
			n += cells[cell]
		}
	}
	return n
}

// counts checks the order of a tally's rows on the way.
func (f *fixture) counts(t survey.Tally) counts {
	f.Helper()
	c := counts{}
	for _, row := range t.Rows {
		if c[row.Place][row.Point] != nil {
			f.Errorf("two rows of %q %q", row.Place, row.Point)
		}
		c.add(row.Place, row.Point, nil)
		c[row.Place][row.Point] = row.Counts
	}
	if !slices.IsSortedFunc(t.Rows, func(a, b survey.Row) int {
		return cmp.Or(strings.Compare(a.Place, b.Place), strings.Compare(a.Point, b.Point))
	}) {
		f.Error("rows are not in order")
	}
	return c
}

func testTally(t *testing.T, f *fixture) {
	const unit = "460108500"
	places := []string{town1, town1 + "001", town1 + "200", town2 + "001", town3, unit, "460107"}
	points := []string{"", "东门市场", "校门口 1", "校门口 10"}
	want := map[survey.Level]counts{survey.ByTownship: {}, survey.ByVillage: {}, survey.ByPoint: {}}
	var sent []*survey.Response
	for n := range 120 {
		r := response(n, places[n%len(places)])
		r.Point = points[n/2%len(points)]
		r.Cells = append(r.Cells, survey.Cell{Name: fmt.Sprintf("q/q2/o%d", n%3), N: 1}, survey.Cell{Name: "right/a", N: int64(n % 5)})
		if n%5 == 0 {
			r.Cells = r.Cells[:3]
		}
		sent = append(sent, r)
		want[survey.ByTownship].add(survey.TownshipCode(r.Place), "", r.Cells)
		want[survey.ByVillage].add(r.Place, "", r.Cells)
		want[survey.ByPoint].add(r.Place, r.Point, r.Cells)
	}
	together(len(sent), func(i int) {
		if _, err := f.Submit(f.ctx, sent[i]); err != nil {
			t.Error(err)
		}
	})
	for level, all := range want {
		for _, filter := range [][]string{nil, {}, {town1}, {town2, town1}, {town1, town1}, {unit}, {"460107999"}, {town3, "460107999"}} {
			expected := counts{}
			for place, points := range all {
				if len(filter) == 0 || slices.Contains(filter, survey.TownshipCode(place)) {
					expected[place] = points
				}
			}
			got := f.tally(surveyID, survey.Filter{Level: level, Townships: filter})
			if !reflect.DeepEqual(got, expected) {
				t.Errorf("%s of %v:\n got %v\nwant %v", level, filter, got, expected)
			}
		}
	}
	for level := range want {
		if got := f.tally("unknown", survey.Filter{Level: level}); len(got) != 0 {
			t.Errorf("tally of an unknown survey: %v", got)
		}
	}
}

// testTallyWhileSubmitting expects that no read sees half of a response.
func testTallyWhileSubmitting(t *testing.T, f *fixture) {
	const workers, each = 8, 25
	done := make(chan struct{})
	go func() {
		defer close(done)
		together(workers, func(w int) {
			for i := range each {
				r := response(w*each+i, []string{town1, town2 + "001", town3}[i%3])
				if _, err := f.Submit(f.ctx, r); err != nil {
					t.Error(err)
				}
			}
		})
	}()
	for running := true; running; {
		for _, level := range []survey.Level{survey.ByTownship, survey.ByPoint} {
			got := f.tally(surveyID, survey.Filter{Level: level})
			if n, q := got.sum(survey.CellResponses), got.sum("q/q1/satisfied"); n != q {
				t.Errorf("%s: %d responses, %d answers", level, n, q)
			}
		}
		select {
		case <-done:
			running = false
		default:
		}
	}
	f.expectCount(surveyID, workers*each)
}
