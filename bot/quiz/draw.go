package quiz

import (
	"maps"
	"slices"

	"jindu/content"
)

// multipleShare is how many questions of an attempt on one bank there are to each
// that may have several right options.
const multipleShare = 4

// find gives the question with that id if it can be asked, or nil.
func find(lib *content.Library, id string) *content.QuizQuestion {
	for _, bank := range lib.Quizzes {
		for _, list := range [][]*content.QuizQuestion{bank.Questions, bank.Multiple} {
			for _, q := range list {
				if q.ID == id && askable(q) {
					return q
				}
			}
		}
	}
	return nil
}

// askable says whether the question has an answer.
func askable(q *content.QuizQuestion) bool {
	right := rights(q)
	return len(right) > 0 && right[0] >= 0 && right[len(right)-1] < len(q.Options)
}

// rights are the indexes of the options that must be chosen, rising.
func rights(q *content.QuizQuestion) []int {
	if q.Type == content.Multiple {
		return q.Rights
	}
	return []int{q.Right}
}

// forAll says whether the question is for anybody, not for one trade alone.
func forAll(q *content.QuizQuestion) bool {
	return len(q.Audience) == 0 || slices.ContainsFunc(q.Audience, func(tag string) bool {
		return tag == "residents" || tag == "students" || tag == "pupils"
	})
}

// draw picks up to n questions of one bank ("": those of all banks that are for
// anybody), in random order: those not in seen first, then those seen longest ago.
// Questions with several right options take longer to read and answer: while
// there are others, a quick draw from all banks has none, one bank's at most one
// in multipleShare.
func draw(lib *content.Library, bank string, seen []string, n int, perm func(int) []int) []string {
	var pool []*content.QuizQuestion
	for _, id := range slices.Sorted(maps.Keys(lib.Quizzes)) {
		if bank != "" && id != bank {
			continue
		}
		for _, q := range slices.Concat(lib.Quizzes[id].Questions, lib.Quizzes[id].Multiple) {
			if askable(q) && (bank != "" || forAll(q)) {
				pool = append(pool, q)
			}
		}
	}
	order := make([]*content.QuizQuestion, len(pool))
	for i, p := range perm(len(pool)) {
		order[i] = pool[p]
	}
	slices.SortStableFunc(order, func(a, b *content.QuizQuestion) int { return slices.Index(seen, a.ID) - slices.Index(seen, b.ID) })
	var drawn, spare []string
	multiple, most := 0, 0
	if bank != "" {
		most = max(n/multipleShare, 1)
	}
	for _, q := range order {
		if q.Type == content.Multiple {
			if multiple++; multiple > most {
				spare = append(spare, q.ID)
				continue
			}
		}
		drawn = append(drawn, q.ID)
	}
	drawn = append(drawn, spare...)
	return drawn[:min(n, len(drawn))]
}
