package importing

import "testing"

// Questions without an empty line between them are parted where a title begins, and
// refused where it can only be guessed: never is a second one read as text.
func TestGIFTWithoutEmptyLines(t *testing.T) {
	text, problems := render(t, "q.gift", []byte("// 注释\n::zz1::一？{T#因为}\n  ::zz2:: 二\n是{=甲#因为 ~乙}吗？\n::zz3::三？{\n=甲#因为\n\n~乙}\n"))
	if problems != nil {
		t.Fatal(problems)
	}
	q := loaded(t, text).Questions
	if len(q) != 3 || q[0].ID != "zz1" || q[1].Text != "二 是____吗？" || q[2].ID != "zz3" || len(q[2].Options) != 2 {
		t.Errorf("%+v", q)
	}
	for name, c := range map[string]struct {
		gift string
		want []string
	}{
		"no titles":          {"一？{T#因为}\n二？{T#因为}\n三？{T#因为}\n\n四？{T#因为}\n", []string{"q.gift:2:3: 第 1 行的题到 } 已经写完", "q.gift:3:3: 第 1 行的题"}},
		"on one line":        {"一？{T#因为} ::zz2::二？{T#因为}\n", []string{"q.gift:1:19: 第 1 行的题"}},
		"title behind":       {"一？{T#因为} ::zz2::二？\n", []string{"q.gift:1:10: 标题 ::……:: 要写在"}},
		"title within":       {"一？::zz1::{T#因为}\n", []string{"q.gift:1:3: 标题 ::……:: 要写在"}},
		"no end of answers":  {"一？{T#因为\n\n二？{T#因为}\n", []string{"q.gift:1:3: 这个 { 后面缺少 }：到第 3 行"}},
		"no end, then title": {"一？{T#因为\n::zz2::二？{T#因为}\n", []string{"q.gift:1:3: 这个 { 后面缺少 }"}},
		"no answers":         {"::zz1::一？\n::zz2::二？{T#因为}\n", []string{"q.gift:1:1: 这道题没有写在"}},
		"end twice":          {"一？{T#因为}}\n", []string{"q.gift:1:9: 多了一个 }"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := render(t, "q.gift", []byte(c.gift))
			expect(t, problems, c.want...)
		})
	}
	text, problems = render(t, "q.gift", []byte(`一\::zz\::\{？{T#因为}`))
	if problems != nil || loaded(t, text).Questions[0].Text != "一::zz::{？" {
		t.Errorf("escaped: %v %s", problems, text)
	}
}
