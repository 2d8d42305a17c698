package content

import (
	"errors"
	"strings"
	"testing"
)

// Faults of a law's official wording are named where they stand.
func TestOfficialProblems(t *testing.T) {
	folder, err := Read("")
	if err != nil {
		t.Fatal(err)
	}
	with := overlay(folder, Folder{
		"official/none.yaml":    "articles:\n  \"1\": 第一条 甲\n",
		"official/jindufa.yaml": "articles:\n  \"1\": 第一条 甲\n  \"72\": 第七十二条 乙\n  \"3\": 第四条 丙\n  x: 第五条 丁\n  \"6\":\n",
	})
	_, err = Parse(with)
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	want := []string{"official/jindufa.yaml:3:3: 没有这一条：72", "official/jindufa.yaml:4:8: 这一条的原文要以“第3条”开头",
		"official/jindufa.yaml:5:3: 没有这一条：x", "official/jindufa.yaml:6:3: 缺少必填项 6", "official/none.yaml:1:1: laws.yaml 里没有"}
	if len(problems) != len(want) {
		t.Fatalf("%v", problems)
	}
	for i, p := range problems {
		if !strings.HasPrefix(p.String(), want[i]) {
			t.Errorf("%s, want %s", p, want[i])
		}
	}
}
