package quiz

import (
	"encoding/json"
	"slices"
	"time"

	"jindu/content"
)

// attempt is one person's running quiz, as the store keeps it. When it is over
// only Seen is left, so that the next one asks something else.
type attempt struct {
	Bank      string   `json:"bank,omitempty"`
	Questions []string `json:"questions,omitempty"` // ids, in the order they are asked
	At        int      `json:"at,omitempty"`        // index of the question being asked
	Asked     int64    `json:"asked,omitempty"`     // when it was, in Unix seconds of the person's messages
	Picked    []int    `json:"picked,omitempty"`    // options chosen so far, of a question with several right ones
	Right     int      `json:"right,omitempty"`
	Missed    []string `json:"missed,omitempty"` // ids
	Seen      []string `json:"seen,omitempty"`   // ids of earlier attempts and this one, oldest first
}

// maxSeen bounds what is remembered of earlier attempts.
const maxSeen = 60

// decode reads a saved state; one of another make counts as none.
func decode(state []byte) *attempt {
	var a attempt
	if len(state) == 0 || json.Unmarshal(state, &a) != nil || a.At < 0 || a.At > len(a.Questions) {
		return &attempt{}
	}
	return &a
}

func (a *attempt) encode() []byte {
	data, err := json.Marshal(a)
	if err != nil {
		panic(err) // plain strings and numbers always marshal
	}
	return data
}

// current gives the question being asked, or nil when none is. Questions that a
// reload of the content took away are dropped; dropped tells that.
func (a *attempt) current(lib *content.Library) (q *content.QuizQuestion, dropped bool) {
	for a.At < len(a.Questions) {
		if q := find(lib, a.Questions[a.At]); q != nil {
			return q, dropped
		}
		a.Questions = slices.Delete(a.Questions, a.At, a.At+1)
		a.Picked = nil
		dropped = true
	}
	return nil, dropped
}

// picked gives the options of the question being asked that are chosen so far; a
// reload may have taken some away.
func (a *attempt) picked(q *content.QuizQuestion) []int {
	return slices.DeleteFunc(slices.Clone(a.Picked), func(i int) bool { return i < 0 || i >= len(q.Options) })
}

// judge takes in the answer to the question being asked and goes on to the next.
func (a *attempt) judge(q *content.QuizQuestion, chosen []int) Verdict {
	v := Verdict{Question: q, Chosen: chosen, Right: slices.Equal(chosen, rights(q))}
	if v.Right {
		a.Right++
	} else {
		a.Missed = append(a.Missed, q.ID)
	}
	a.At++
	a.Picked = nil
	return v
}

// finish ends the attempt and gives its result.
func (a *attempt) finish(lib *content.Library) *Result {
	r := &Result{Bank: a.Bank, Right: a.Right, Answered: a.At}
	for _, id := range a.Missed {
		if q := find(lib, id); q != nil {
			r.Missed = append(r.Missed, q)
		}
	}
	*a = attempt{Seen: a.Seen}
	return r
}

// begin puts a new attempt in place of whatever was.
func (a *attempt) begin(bank string, questions []string) {
	seen := slices.DeleteFunc(a.Seen, func(id string) bool { return slices.Contains(questions, id) })
	seen = append(seen, questions...)
	*a = attempt{Bank: bank, Questions: questions, Seen: seen[max(0, len(seen)-maxSeen):]}
}

// asked notes when the present question went out.
func (a *attempt) asked(at time.Time) {
	if !at.IsZero() {
		a.Asked = at.Unix()
	}
}
