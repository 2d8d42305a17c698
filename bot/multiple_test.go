package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jindu/bot/quiz"
	"jindu/content"
)

// onlyOf leaves the one bank, with the questions that keep holds.
func (f *fixture) only(keep func(*content.QuizQuestion) bool) {
	lib := *f.lib.Load()
	bank := &content.Quiz{ID: "one", Title: "一套题"}
	for _, id := range []string{"campus", "looks", "pupils"} {
		for _, q := range slices.Concat(lib.Quizzes[id].Questions, lib.Quizzes[id].Multiple) {
			switch {
			case !keep(q):
			case q.Type == content.Multiple:
				bank.Multiple = append(bank.Multiple, q)
			default:
				bank.Questions = append(bank.Questions, q)
			}
		}
	}
	lib.Quizzes = map[string]*content.Quiz{bank.ID: bank}
	f.use(&lib)
}

func isMultiple(q *content.QuizQuestion) bool { return q.Type == content.Multiple }

// choiceOf is the one that a reply offers under these words.
func (f *fixture) choiceOf(r Reply, label string) Choice {
	f.Helper()
	i := slices.IndexFunc(r.Choices, func(c Choice) bool { return c.Label == label })
	if i < 0 {
		f.Fatalf("no choice %q in\n%s", label, r.PlainText())
	}
	return r.Choices[i]
}

// The right letters of a question, as a person types them.
func typed(q *content.QuizQuestion) string {
	s := ""
	for _, i := range q.Rights {
		s += letterOf(i)
	}
	return s
}

// Several right options, typed at once in every way that people do.
func TestMultipleTyped(t *testing.T) {
	for _, form := range []func(string) string{
		func(s string) string { return s },
		strings.ToLower,
		func(s string) string { return strings.Join(strings.Split(s, ""), " ") },
		func(s string) string { return strings.Join(strings.Split(s, ""), "、") },
		func(s string) string { return strings.Join(strings.Split(s, ""), "和") },
		func(s string) string { return "我选" + s + "。" },
		func(s string) string { // numbers, last first
			var numbers []string
			for _, r := range s {
				numbers = append([]string{fmt.Sprint(r - 'A' + 1)}, numbers...)
			}
			return strings.Join(numbers, ",")
		},
	} {
		f := newFixture(t)
		f.only(isMultiple)
		r := f.say("答题")
		q := f.asked(r)
		f.expect(r, "（多选）", "选好了", "D. "+q.Options[3])
		text := form(typed(q))
		if r = f.say(text); !strings.Contains(r.Text, "答对了！") {
			t.Errorf("%s: %s", text, r.PlainText())
		}
		q = f.asked(r)
		f.expect(f.say("不知道"), "正确答案：", option(q, q.Rights[0])+"；"+option(q, q.Rights[1]), "第 3 题")
	}
}

// Tapped one by one: each tap says what is chosen, a double tap changes nothing,
// an option can be taken back, and only "选好了" is judged.
func TestMultipleTapped(t *testing.T) {
	f := newFixture(t)
	f.only(isMultiple)
	r := f.say("答题")
	q := f.asked(r)
	wrong := slices.IndexFunc(q.Options, func(o string) bool { return !slices.Contains(q.Rights, slices.Index(q.Options, o)) })
	if slices.ContainsFunc(r.Choices, func(c Choice) bool { return c.Label == doneWord }) {
		t.Error("nothing is chosen yet")
	}
	f.expect(f.say(doneWord), "还没有选", "第 1 题")
	for _, i := range []int{wrong, q.Rights[1], q.Rights[0]} {
		tap := f.choiceOf(r, option(q, i))
		first := f.tap(tap)
		r = f.tap(tap)
		if first.PlainText() != r.PlainText() {
			t.Errorf("a double tap:\n%s\n%s", first.PlainText(), r.PlainText())
		}
		f.expect(r, "第 1 题", "√ "+option(q, i), doneWord)
	}
	back := f.choiceOf(r, "√ "+option(q, wrong))
	r = f.tap(back)
	if again := f.say(back.Send); again.PlainText() != r.PlainText() {
		t.Errorf("typed %q:\n%s", back.Send, again.PlainText())
	}
	f.expect(r, "已选 "+letterOf(q.Rights[0])+"、"+letterOf(q.Rights[1])+"。")
	f.expect(f.say("依托咪酯是什么"), "【依托咪酯】") // leaves what is chosen
	for _, i := range q.Rights[2:] {
		r = f.say(letterOf(i))
	}
	done := f.choiceOf(r, doneWord)
	m := f.message(Text, done.Send, done.ID)
	second := f.answer(m)
	f.expect(second, "答对了！", q.Explanation, "第 2 题")
	if again := f.answer(m); again.PlainText() != second.PlainText() {
		t.Errorf("the retry: %s", again.PlainText())
	}
	f.expect(f.tap(done), "没有计分", "第 2 题") // of the question before
	f.expect(f.tap(back), "没有计分", "第 2 题")
	next := f.asked(second)
	f.expect(f.say("Z"), "请在 A 到", "第 2 题")
	f.expect(f.say(letterOf(next.Rights[0])), "已选 "+letterOf(next.Rights[0])+"。")
	f.expect(f.say(doneWord), "不对。正确答案："+answer(next), "第 3 题")
}

// What is chosen so far outlives the process.
func TestMultipleAfterRestart(t *testing.T) {
	f := newFixture(t)
	f.only(isMultiple)
	r := f.say("答题")
	q := f.asked(r)
	for _, i := range q.Rights {
		r = f.tap(f.choiceOf(r, option(q, i)))
	}
	restarted := New(Config{
		Quiz:    quiz.New(quiz.Config{Store: f.store, Library: f.lib.Load, Now: f.bot.config.Now}),
		Surveys: f.surveys, Site: testSite, Now: f.bot.config.Now,
	})
	restarted.SetLibrary(f.lib.Load())
	f.bot = restarted
	f.expect(f.tap(f.choiceOf(r, doneWord)), "答对了！", "第 2 题")
}

// 64 taps at once: all that was tapped is chosen, and the question is judged once.
func TestMultipleAtOnce(t *testing.T) {
	f := newFixture(t)
	f.only(isMultiple)
	r := f.say("答题")
	q := f.asked(r)
	messages := make([]Message, 64)
	for i := range messages {
		c := f.choiceOf(r, option(q, q.Rights[i%len(q.Rights)]))
		messages[i] = f.message(Text, c.Send, c.ID)
	}
	for _, r := range f.atOnce(messages) {
		f.expect(r, "第 1 题")
	}
	done := Choice{Send: doneWord, ID: optionID + q.ID + ":"}
	for i := range messages {
		messages[i] = f.message(Text, done.Send, done.ID)
	}
	judged := 0
	for _, r := range f.atOnce(messages) {
		f.expect(r, "第 2 题")
		if strings.Contains(r.Text, "答对了！") {
			judged++
		}
	}
	if judged != 1 {
		t.Errorf("judged %d times", judged)
	}
}

// Where one option is right, several are not taken for an answer.
func TestSeveralLettersForOne(t *testing.T) {
	f := newFixture(t)
	f.only(func(q *content.QuizQuestion) bool { return q.Type == content.Single && len(q.Options) == 4 })
	f.say("答题")
	f.expect(f.say("AB"), "请在 A 到 D 里选", "第 1 题")
	f.expect(f.say("不选A"), "请在 A 到 D 里选", "第 1 题")
	f.expect(f.say("选好了"), "请在 A 到 D 里选", "第 1 题")
	f.expect(f.say("110"), "【怎么举报毒品】")
	f.say("退出")
	for _, text := range []string{"AB", "不选A", "是的", "√"} {
		if r := f.say(text); strings.Contains(r.Text, "答题（") {
			t.Errorf("%s: %s", text, r.PlainText())
		}
	}
	f.expect(f.say("选好了"), "现在没有在答题")
}

// True or false, as people say it.
func TestTrueFalse(t *testing.T) {
	for i, words := range []string{"对 对的 是 是的 正确 √ ✓ ✔️ A a 1 v", "错 错的 不是 不对 错误 × ✗ ❌ B b 2 X"} {
		for _, word := range strings.Fields(words) {
			f := newFixture(t)
			f.only(func(q *content.QuizQuestion) bool { return q.Type == content.TrueFalse })
			r := f.say("答题")
			q := f.asked(r)
			if r.Choices[0].Label != "对" || r.Choices[1].Label != "错" {
				t.Fatalf("%+v", r.Choices)
			}
			want := "不对。正确答案：" + q.Options[q.Right]
			if i == q.Right {
				want = "答对了！"
			}
			if r := f.say(word); !strings.Contains(r.Text, want) {
				t.Errorf("%s: no %q in %s", word, want, r.PlainText())
			}
			f.expect(f.say("C"), "请答“对”或者“错”", "第 2 题")
		}
	}
}

// A question about a picture leads to it and stays tappable; where there are no
// pages its description stands for it. Neither says the answer.
func TestPictureQuestion(t *testing.T) {
	f := newFixture(t)
	f.only(func(q *content.QuizQuestion) bool { return q.Picture != "" && q.Type == content.Single })
	r := f.say("答题")
	for range 5 {
		q := f.asked(r)
		p := f.lib.Load().Pictures[q.Picture]
		if len(r.Links) != 1 || r.Links[0] != (Link{"看图", testSite.Picture(p)}) || strings.Contains(r.Text, p.Alt) {
			t.Errorf("%+v", r)
		}
		if r.Picture != q.Picture {
			t.Errorf("picture %q of %s", r.Picture, q.ID)
		}
		if again := f.say("Z"); again.Picture != "" { // asked again, with the picture in sight
			t.Errorf("%+v", again)
		}
		r = f.tap(f.optionOf(r, true))
		f.expect(r, "答对了！")
	}
	f.expect(r, "5 题答对 5 题")
	if r.Picture != "" {
		t.Errorf("%+v", r)
	}

	terminal := newFixture(t)
	terminal.bot.config.Site = nil
	terminal.only(func(q *content.QuizQuestion) bool { return q.Picture != "" })
	r = terminal.say("答题")
	if len(r.Links) != 0 {
		t.Errorf("%+v", r.Links)
	}
	terminal.expect(r, "（图上："+terminal.lib.Load().Pictures[terminal.asked(r).Picture].Alt+"）")
}
