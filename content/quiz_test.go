package content

import (
	"slices"
	"testing"
)

// The banks reach every audience, and no letter gives the answer away.
func TestDefaultQuizzes(t *testing.T) {
	lib, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	total, single, letters, audiences := 0, 0, map[int]int{}, map[string]int{}
	for _, quiz := range lib.Quizzes {
		for _, q := range slices.Concat(quiz.Questions, quiz.Multiple) {
			total++
			if q.Topic == "" || q.Difficulty == 0 || len(q.Audience) == 0 {
				t.Errorf("%s: topic %q, difficulty %d, audience %v", q.ID, q.Topic, q.Difficulty, q.Audience)
			}
			for _, a := range q.Audience {
				audiences[a]++
			}
			if q.Type == Single && len(q.Options) == 4 {
				single++
				letters[q.Right]++
			}
		}
	}
	if total < 200 {
		t.Errorf("%d questions", total)
	}
	for i, n := range letters {
		if n*5 < single || n*10 > single*3 {
			t.Errorf("%c is right %d times of %d", 'A'+i, n, single)
		}
	}
	for a := range Audiences {
		if audiences[a] < 15 {
			t.Errorf("%d questions for %s", audiences[a], a)
		}
	}
}

func TestQuizTypes(t *testing.T) {
	lib, err := Parse(overlay(base(t), Folder{"quizzes/zz.yaml": `title: 题
audience: [drivers]
questions:
  - {id: zz1, text: 问, options: [甲, 乙, 丙], answer: b, explanation: 因为, difficulty: 2}
  - {id: zz2, type: true_false, text: 问, answer: 错, explanation: 因为}
  - {id: zz3, type: true_false, text: 问, answer: A, explanation: 因为, audience: [pupils, students]}
  - {id: zz4, type: multiple, text: 问, options: [甲, 乙, 丙, 丁], answer: DA, explanation: 因为, picture: shangtou}
`}))
	if err != nil {
		t.Fatal(err)
	}
	quiz := lib.Quizzes["zz"]
	if len(quiz.Questions) != 3 || len(quiz.Multiple) != 1 {
		t.Fatalf("%d and %d", len(quiz.Questions), len(quiz.Multiple))
	}
	one, wrong, right, several := quiz.Questions[0], quiz.Questions[1], quiz.Questions[2], quiz.Multiple[0]
	if one.Type != Single || one.Right != 1 || one.Difficulty != 2 || !slices.Equal(one.Audience, []string{"drivers"}) {
		t.Errorf("%+v", one)
	}
	if wrong.Type != TrueFalse || wrong.Right != 1 || !slices.Equal(wrong.Options, []string{"对", "错"}) || right.Right != 0 {
		t.Errorf("%+v %+v", wrong, right)
	}
	if !slices.Equal(right.Audience, []string{"pupils", "students"}) {
		t.Errorf("%+v", right)
	}
	if !slices.Equal(several.Rights, []int{0, 3}) || several.Picture != "shangtou" {
		t.Errorf("%+v", several)
	}
}
