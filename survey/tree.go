package survey

import (
	"cmp"
	"slices"

	"jindu/content"
)

// node is a place in the tree county → townships and units → villages → points,
// with the counts of all that lies in it.
type node struct {
	code, name, township, point string
	level                       content.Level
	unit                        bool
	rest                        bool // what a township collected without naming a village
	counts                      map[string]int64
	children                    []*node
	hidden                      bool // only its count may be shown
}

func (n *node) responses() int64 { return n.counts[CellResponses] }

// newTree lists every township and village of the county, answered or not.
func newTree(lib *content.Library, q *content.Questionnaire, rows []Row) *node {
	root := &node{code: q.Place.Code, name: q.Place.Name, level: content.County, counts: map[string]int64{}}
	villages := map[string]*node{}
	townships := map[string]*node{}
	add := func(p *content.Place) *node {
		t := &node{code: p.Code, name: p.Name, level: content.Township, unit: p.Unit, counts: map[string]int64{}}
		townships[p.Code] = t
		root.children = append(root.children, t)
		for _, v := range p.Children {
			village := &node{code: v.Code, name: v.Name, township: p.Name, level: content.Village, counts: map[string]int64{}}
			villages[v.Code] = village
			t.children = append(t.children, village)
		}
		return t
	}
	for _, p := range q.Place.Children {
		add(p)
	}
	for _, row := range rows {
		t := townships[TownshipCode(row.Place)]
		if t == nil { // a place that the content no longer has keeps its answers
			t = add(&content.Place{Code: TownshipCode(row.Place), Name: TownshipCode(row.Place), Level: content.Township})
		}
		v := villages[row.Place]
		if v == nil {
			v = &node{code: row.Place, name: row.Place, township: t.name, level: content.Village, counts: map[string]int64{}}
			if row.Place == t.code {
				v.name, v.rest = t.name+"（未分村居）", true
			}
			villages[row.Place] = v
			t.children = append(t.children, v)
		}
		v.children = append(v.children, &node{
			code: v.code, name: v.name, township: t.name, point: row.Point, level: content.Village, rest: v.rest,
			counts: row.Counts,
		})
		for _, n := range []*node{root, t, v} {
			for cell, count := range row.Counts {
				n.counts[cell] += count
			}
		}
	}
	return root
}

// find gives the township, unit or village with that code, or nil.
func (n *node) find(code string) *node {
	for _, t := range n.children {
		if t.code == code {
			return t
		}
		for _, v := range t.children {
			if v.code == code && !v.rest {
				return v
			}
		}
	}
	return nil
}

// protect hides the breakdown of every village and point with fewer than ten
// responses, and what would give it away by subtraction: among siblings, those
// hidden must be at least two with ten responses together, or the parent is hidden too.
func (n *node) protect() {
	for _, t := range n.children {
		for _, v := range t.children {
			for _, p := range v.children {
				p.hidden = p.responses() < LeastBreakdown
			}
			cover(v.children)
			v.hidden = !v.rest && v.responses() > 0 && v.responses() < LeastBreakdown
		}
		t.hidden = !cover(t.children)
	}
	n.hidden = !cover(n.children)
	// What covers for another must not be put together again from its parts.
	for _, t := range n.children {
		for _, v := range t.children {
			v.hidden = v.hidden || t.hidden && v.responses() > 0
			for _, p := range v.children {
				p.hidden = p.hidden || v.hidden
			}
		}
	}
}

// cover hides more siblings, the smallest first, until nothing hidden can be
// had from the parent's figures. It fails when there is nothing left to hide.
func cover(siblings []*node) bool {
	bySize := slices.Clone(siblings)
	bySize = slices.DeleteFunc(bySize, func(n *node) bool { return n.responses() == 0 })
	slices.SortStableFunc(bySize, func(a, b *node) int { return cmp.Compare(a.responses(), b.responses()) })
	for {
		var hidden int
		var sum int64
		var next *node
		for _, n := range bySize {
			if n.hidden {
				hidden++
				sum += n.responses()
			} else if next == nil {
				next = n
			}
		}
		if hidden == 0 || (hidden > 1 && sum >= LeastBreakdown) {
			return true
		}
		if next == nil {
			return false
		}
		next.hidden = true
	}
}
