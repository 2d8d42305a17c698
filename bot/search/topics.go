package search

import (
	"slices"
	"strings"
)

// likelyOther is the probability from which a message is about something else, so that a
// clause of it alone (去哪里举报) does not answer it.
const likelyOther = 0.5

// twoTopics answers a question whose clauses ask for two different entries. A clause
// that asks nothing belongs to the others; one that does not say about what asks about
// what the clauses before it named.
func (ix *Index) twoTopics(t text, clauses [][]rune, whole Result) (Result, bool) {
	var topics []string
	var named []rune
	own := true // each of them says what it is about
	for _, clause := range clauses {
		q := ix.analyzer.analyze(clause)
		if asks(clause) {
			alone := q
			if q.facets&subject == 0 && len(ix.exact[string(clause)]) != 1 {
				q, own = ix.analyzer.analyze(slices.Concat(named, clause)), false
			}
			r := ix.clause(q)
			if len(topics) > 0 && (r.Outcome != Answer || slices.Contains(topics, r.Topics[0])) {
				r = ix.clause(alone) // of what was named before, all is said
			}
			if r.Outcome == Answer && !slices.Contains(topics, r.Topics[0]) {
				topics = append(topics, r.Topics[0])
			}
		}
		switch {
		case len(q.mentions) > 0:
			m := q.mentions[len(q.mentions)-1]
			named = q.runes[m.from:m.end]
		case q.drugged && len(named) == 0:
			named = []rune("吸毒")
		}
	}
	if len(topics) == 2 || (len(topics) == 1 && own && whole.Outcome != Answer && ix.safety.sounds(t).of("other") < likelyOther) {
		return Result{Outcome: Answer, Topics: topics}, true
	}
	return Result{}, false
}

func (ix *Index) clause(q analysis) Result {
	if found := ix.exact[string(q.runes)]; len(found) == 1 {
		return ix.oneOrMore(found)
	}
	return ix.decide(q)
}

// besides are words that begin another question without a stop before it.
var besides = runesOf("另外", "还有", "顺便", "以及", "再问")

// questionsOf gives the clauses of a question, cut at besides too, which says nothing.
func questionsOf(t text) [][]rune {
	var all [][]rune
	for _, clause := range t.clauses() {
		from := 0
		for i := range clause {
			if n := beginsWith(clause[i:], besides); n > 0 {
				if i > from {
					all = append(all, clause[from:i])
				}
				from = i + n
			}
		}
		if from < len(clause) {
			all = append(all, clause[from:])
		}
	}
	return all
}

// asking are words by which a clause is a question of its own.
var asking = []string{"吗", "嘛", "么", "呢", "什么", "啥", "几", "多少", "多久", "多长", "多大", "哪", "谁", "有没有", "可不可以", "违不违法", "犯不犯法", "如何", "咋", "为何", "区别", "怎样"}

// asks says that a clause is a question: by a word, by X不X (能不能, 罚不罚), or by its
// end (能带不, 抓了没).
func asks(clause []rune) bool {
	text := string(clause)
	if slices.ContainsFunc(asking, func(word string) bool { return strings.Contains(text, word) }) {
		return true
	}
	for i := 1; i+1 < len(clause); i++ {
		if clause[i] == '不' && clause[i-1] == clause[i+1] {
			return true
		}
	}
	return strings.ContainsRune("不没咩冇", clause[len(clause)-1])
}
