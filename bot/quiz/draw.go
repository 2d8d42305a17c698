package quiz

import (
	"maps"
	"slices"

	"jindu/content"
)

// find gives the question with that id if it can be asked, or nil.
func find(lib *content.Library, id string) *content.QuizQuestion {
	for _, bank := range lib.Quizzes {
		for _, q := range bank.Questions {
			if q.ID == id && askable(q) {
				return q
			}
		}
	}
	return nil
}

// askable says whether words and one tap are enough for the question.
func askable(q *content.QuizQuestion) bool {
	return q.Picture == "" && q.Right >= 0 && q.Right < len(q.Options)
}

// forAll says whether the question is for anybody, not for one trade alone.
func forAll(q *content.QuizQuestion) bool {
	return len(q.Audience) == 0 || slices.ContainsFunc(q.Audience, func(tag string) bool {
		return tag == "residents" || tag == "students" || tag == "pupils"
	})
}

// draw picks up to n questions of one bank ("": those of all banks that are for
// anybody), in random order: those not in seen first, then those seen longest ago.
func draw(lib *content.Library, bank string, seen []string, n int, perm func(int) []int) []string {
	var pool []string
	for _, id := range slices.Sorted(maps.Keys(lib.Quizzes)) {
		if bank != "" && id != bank {
			continue
		}
		for _, q := range lib.Quizzes[id].Questions {
			if askable(q) && (bank != "" || forAll(q)) {
				pool = append(pool, q.ID)
			}
		}
	}
	drawn := make([]string, len(pool))
	for i, p := range perm(len(pool)) {
		drawn[i] = pool[p]
	}
	slices.SortStableFunc(drawn, func(a, b string) int { return slices.Index(seen, a) - slices.Index(seen, b) })
	return drawn[:min(n, len(drawn))]
}
