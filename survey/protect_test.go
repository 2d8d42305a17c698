package survey

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"jindu/content"
)

// county is a small county: townships with as many villages each.
func county(villages ...int) (*content.Library, *content.Questionnaire) {
	c := &content.Place{Code: "460107", Name: "区", Level: content.County}
	for i, n := range villages {
		t := &content.Place{Code: fmt.Sprintf("460107%03d", i+1), Name: fmt.Sprintf("镇%d", i+1), Level: content.Township, Parent: c}
		for j := range n {
			t.Children = append(t.Children, &content.Place{
				Code: fmt.Sprintf("%s%03d", t.Code, j+1), Name: fmt.Sprintf("村%d-%d", i+1, j+1), Level: content.Village, Parent: t,
			})
		}
		c.Children = append(c.Children, t)
	}
	return &content.Library{}, &content.Questionnaire{ID: "s", Place: c}
}

// leaf is what one row of the finest tally counted; a person knows all of them
// but the counts of cells.
type leaf struct {
	place, point string
	n            int64
}

// shownSums gives every set of leaves whose breakdown is published, in any of
// the three reports.
func shownSums(lib *content.Library, q *content.Questionnaire, leaves []leaf) (sums [][]int64) {
	var rows []Row
	for _, l := range leaves {
		rows = append(rows, Row{Place: l.place, Point: l.point, Counts: map[string]int64{CellResponses: l.n}})
	}
	add := func(covers func(leaf) bool) {
		sum := make([]int64, len(leaves))
		for i, l := range leaves {
			if covers(l) {
				sum[i] = 1
			}
		}
		sums = append(sums, sum)
	}
	for _, by := range []Level{ByTownship, ByVillage, ByPoint} {
		r := NewReport(lib, q, by, rows, ticketEpoch)
		for _, p := range r.Places {
			if p.Suppressed {
				continue
			}
			switch by {
			case ByTownship:
				add(func(l leaf) bool { return TownshipCode(l.place) == p.Code })
			case ByVillage:
				add(func(l leaf) bool { return l.place == p.Code })
			case ByPoint:
				add(func(l leaf) bool { return l.place == p.Code && l.point == p.Point })
			}
		}
		if !r.Total.Suppressed {
			add(func(leaf) bool { return true })
		}
	}
	return sums
}

// spans says whether the target is a linear combination of the sums (Gaussian
// elimination in the field of a large prime).
func spans(sums [][]int64, target []int64) bool {
	const p = 1_000_003
	inverse := func(a int64) int64 { // Fermat
		result := int64(1)
		for e := p - 2; e > 0; e >>= 1 {
			if e&1 == 1 {
				result = result * a % p
			}
			a = a * a % p
		}
		return result
	}
	var basis [][]int64
	var pivots []int
	reduce := func(v []int64) []int64 {
		v = append([]int64{}, v...)
		for i, b := range basis {
			if f := v[pivots[i]]; f != 0 {
				for j := range v {
					v[j] = ((v[j]-f*b[j])%p + p) % p
				}
			}
		}
		return v
	}
	pivot := func(v []int64) int {
		for j, x := range v {
			if x != 0 {
				return j
			}
		}
		return -1
	}
	for _, s := range sums {
		v := reduce(s)
		j := pivot(v)
		if j < 0 {
			continue
		}
		f := inverse(v[j])
		for k := range v {
			v[k] = v[k] * f % p
		}
		basis, pivots = append(basis, v), append(pivots, j)
	}
	return pivot(reduce(target)) < 0
}

// TestProtectBruteForce tries, for many small counties, every group of villages
// of a township that has fewer than ten responses together: no adding and
// subtracting of what is published may give its breakdown.
func TestProtectBruteForce(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	sizes := []int64{0, 0, 1, 2, 3, 5, 8, 9, 10, 11, 15, 29, 40}
	tried := 0
	for range 3000 {
		var villages []int
		for range 1 + random.IntN(3) {
			villages = append(villages, random.IntN(4))
		}
		lib, q := county(villages...)
		var leaves []leaf
		for _, town := range q.Place.Children {
			if n := sizes[random.IntN(len(sizes))]; n > 0 {
				leaves = append(leaves, leaf{town.Code, "", n})
			}
			for _, v := range town.Children {
				for point := range 1 + random.IntN(2) {
					if n := sizes[random.IntN(len(sizes))]; n > 0 {
						leaves = append(leaves, leaf{v.Code, fmt.Sprint("点", point), n})
					}
				}
			}
		}
		sums := shownSums(lib, q, leaves)
		for _, town := range q.Place.Children {
			attack(t, town, leaves, sums, &tried)
		}
		if t.Failed() {
			t.Fatalf("county: %v", leaves)
		}
	}
	if tried < 5000 {
		t.Errorf("only %d groups tried", tried)
	}
	t.Logf("%d groups of villages and points tried", tried)
}

// attack tries every group of villages of the township, and every group of
// points of each village.
func attack(t *testing.T, town *content.Place, leaves []leaf, sums [][]int64, tried *int) {
	group := func(name string, members []func(leaf) bool) {
		for set := 1; set < 1<<len(members); set++ {
			target := make([]int64, len(leaves))
			var responses int64
			for i, l := range leaves {
				for m, covers := range members {
					if set>>m&1 == 1 && covers(l) {
						target[i], responses = 1, responses+l.n
					}
				}
			}
			if responses == 0 || responses >= LeastBreakdown {
				continue
			}
			*tried++
			if spans(sums, target) {
				t.Errorf("%s, group %b of %d responses can be had by subtraction", name, set, responses)
			}
		}
	}
	var villages []func(leaf) bool
	for _, v := range town.Children {
		villages = append(villages, func(l leaf) bool { return l.place == v.Code })
		var points []func(leaf) bool
		for _, p := range leaves {
			if p.place == v.Code {
				points = append(points, func(l leaf) bool { return l == p })
			}
		}
		group(v.Name, points)
	}
	group(town.Name, villages)
}

// Without suppression the attack finds what it looks for: the test can fail.
func TestAttackWorks(t *testing.T) {
	sums := [][]int64{{1, 1, 1}, {1, 1, 0}, {1, 0, 0}}
	for _, target := range [][]int64{{0, 0, 1}, {0, 1, 0}, {0, 1, 1}} {
		if !spans(sums, target) {
			t.Errorf("%v not found", target)
		}
	}
	if spans(sums[:2], []int64{1, 0, 0}) {
		t.Error("found what is not there")
	}
}
