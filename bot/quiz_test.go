package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/bot/quiz"
	"jindu/content"
	"jindu/internal/respondent"
)

// asked is the question that a reply of the bot asks, from its tappable options.
func (f *fixture) asked(r Reply) *content.QuizQuestion {
	f.Helper()
	for _, c := range r.Choices {
		if id := questionOf(c.ID); id != "" {
			for _, bank := range f.lib.Load().Quizzes {
				if q := find(bank, id); q != nil {
					return q
				}
			}
		}
	}
	f.Fatalf("no question in\n%s", r.PlainText())
	return nil
}

// optionOf is the choice that answers a question rightly or wrongly.
func (f *fixture) optionOf(r Reply, right bool) Choice {
	f.Helper()
	q := f.asked(r)
	i := q.Right
	if !right {
		i = (i + 1) % len(q.Options)
	}
	return r.Choices[i]
}

// A quiz from its start to its score, tapped.
func TestQuiz(t *testing.T) {
	f := newFixture(t)
	r := f.say("答题")
	f.expect(r, "第 1 题，共 5 题")
	var missed []*content.QuizQuestion
	seen := map[string]bool{}
	for i := range 5 {
		q := f.asked(r)
		if seen[q.ID] {
			t.Errorf("%s was asked twice", q.ID)
		}
		seen[q.ID] = true
		f.expect(r, q.Text, "A. "+q.Options[0])
		right := i%2 == 0
		if !right {
			missed = append(missed, q)
		}
		r = f.tap(f.optionOf(r, right))
		f.expect(r, q.Explanation)
		if right {
			f.expect(r, "答对了！")
		} else {
			f.expect(r, "不对。正确答案："+option(q, q.Right))
		}
		if i < 4 {
			f.expect(r, fmt.Sprintf("第 %d 题，共 5 题", i+2))
		}
	}
	f.expect(r, "5 题答对 3 题")
	for _, q := range missed {
		f.expect(r, q.Text, "正确答案："+option(q, q.Right))
		if q.Topic != "" {
			f.expect(r, f.lib.Load().Entries[q.Topic].Title)
		}
	}
	f.expect(f.say("A"), "现在没有在答题")

	// The next one asks other questions.
	r = f.tap(r.Choices[0])
	for range 5 {
		if q := f.asked(r); seen[q.ID] {
			t.Errorf("%s was asked again", q.ID)
		}
		r = f.tap(f.optionOf(r, true))
	}
	f.expect(r, "5 题答对 5 题")
}

// An answer may be typed in every way that people type a letter.
func TestQuizTypedAnswers(t *testing.T) {
	for i, form := range []string{"%s", " %s ", "选%s", "我选%s", "%s、", "%s.", "答案是%s", "选择%s。", "（%s）", "%s项"} {
		f := newFixture(t)
		r := f.say("答题")
		q := f.asked(r)
		letter := string(rune('A' + q.Right))
		for _, answer := range []string{letter, strings.ToLower(letter), string(rune('Ａ' + q.Right)), strconv.Itoa(q.Right + 1),
			string(rune('１' + q.Right)), string(rune('①' + q.Right)), q.Options[q.Right]} {
			if answer == q.Options[q.Right] && i > 1 {
				break // words are not decorated
			}
			f := newFixture(t)
			f.say("答题")
			f.expect(f.say(fmt.Sprintf(form, answer)), "答对了！")
		}
	}
	f := newFixture(t)
	f.say("答题")
	f.expect(f.say("不知道"), "正确答案", "第 2 题")
	f.expect(f.say("9"), "请在 A 到", "第 2 题")
	f.expect(f.say("Z"), "请在 A 到", "第 2 题")
}

// Other messages are answered and leave the quiz where it is, without asking
// for its state; an emergency goes before it.
func TestQuizAndOtherMessages(t *testing.T) {
	f := newFixture(t)
	q := f.asked(f.say("答题"))
	loads := f.store.Loads()
	f.expect(f.say("依托咪酯是什么"), "【依托咪酯】")
	f.expect(f.say("菜单"), "满意度")
	f.expect(f.say("今天天气怎么样"), "不会答")
	if r := f.say("我爸吸毒昏过去叫不醒了快救命"); r.Outcome != Crisis {
		t.Errorf("%+v", r)
	}
	if f.store.Loads() != loads {
		t.Error("the state was asked for")
	}
	if r := f.say("答题"); f.asked(r) != q {
		t.Error("another question")
	} else {
		f.expect(r, "还没答完", "第 1 题")
	}
	f.expect(f.say("退出"), "答了 0 题")
	f.expect(f.say("退出"), "现在没有在答题")
}

// A tap on an option of an earlier question does not count, nor does what was
// sent before the question was.
func TestQuizStale(t *testing.T) {
	f := newFixture(t)
	first := f.say("答题")
	second := f.tap(f.optionOf(first, true))
	for range 3 {
		r := f.tap(f.optionOf(first, true))
		f.expect(r, "没有计分", "第 2 题")
		if f.asked(r) != f.asked(second) {
			t.Error("the question moved")
		}
	}
	f.clock = f.clock.Add(time.Minute)
	late := f.message(Text, "A", "")
	f.clock = f.clock.Add(time.Minute)
	f.expect(f.tap(f.optionOf(second, true)), "第 3 题")
	f.expect(f.answer(late), "没有计分", "第 3 题")
}

// The same message again gets the same reply and moves nothing.
func TestQuizRetry(t *testing.T) {
	f := newFixture(t)
	start := f.message(Text, "答题", "")
	r := f.answer(start)
	for range 3 {
		if again := f.answer(start); again.PlainText() != r.PlainText() {
			t.Errorf("%s", again.PlainText())
		}
	}
	wrong := f.optionOf(r, false)
	m := f.message(Text, wrong.Send, wrong.ID)
	second := f.answer(m)
	f.expect(second, "第 2 题")
	for range 3 {
		if again := f.answer(m); again.PlainText() != second.PlainText() {
			t.Errorf("%s", again.PlainText())
		}
	}
}

func TestQuizExpires(t *testing.T) {
	f := newFixture(t)
	r := f.say("答题")
	f.clock = f.clock.Add(29 * time.Minute)
	r = f.tap(f.optionOf(r, true))
	f.expect(r, "第 2 题")
	f.clock = f.clock.Add(31 * time.Minute)
	f.expect(f.tap(f.optionOf(r, true)), "现在没有在答题")
}

func TestQuizOfOneBank(t *testing.T) {
	f := newFixture(t)
	bank := f.lib.Load().Quizzes["campus"]
	for _, text := range []string{"答题 校园", "答题校园禁毒", "答题 " + bank.Title, "quiz campus"} {
		r := f.say(text)
		for range 5 {
			if q := f.asked(r); find(bank, q.ID) == nil {
				t.Errorf("%s asks %s", text, q.ID)
			}
			r = f.tap(f.optionOf(r, true))
		}
		if again := r.Choices[0].Send; again != "答题 "+bank.Title {
			t.Errorf("goes on with %q", again)
		}
	}
	if r := f.say("测试剂准不准"); r.Outcome == Command {
		t.Errorf("%+v", r)
	}
	f.expect(f.say("题库"), bank.Title)
}

func find(bank *content.Quiz, id string) *content.QuizQuestion {
	for _, q := range slices.Concat(bank.Questions, bank.Multiple) {
		if q.ID == id {
			return q
		}
	}
	return nil
}

// A reload that takes questions away goes on with those that are left.
func TestQuizReload(t *testing.T) {
	f := newFixture(t)
	r := f.say("答题")
	gone := map[string]bool{f.asked(r).ID: true}
	without := func() {
		lib := *f.lib.Load()
		lib.Quizzes = map[string]*content.Quiz{}
		for id, bank := range f.lib.Load().Quizzes {
			less := *bank
			less.Questions, less.Multiple = nil, nil
			for _, q := range bank.Questions {
				if !gone[q.ID] {
					less.Questions = append(less.Questions, q)
				}
			}
			lib.Quizzes[id] = &less
		}
		f.use(&lib)
	}
	without()
	r = f.say("A")
	f.expect(r, "没有计分", "第 1 题，共 4 题")
	r = f.tap(f.optionOf(r, true))
	f.expect(r, "第 2 题，共 4 题")
	gone[f.asked(r).ID] = true
	answer := f.optionOf(r, true)
	f.expect(f.tap(answer), "第 3 题，共 4 题")
	without() // one that was answered
	f.expect(f.tap(answer), "没有计分", "第 3 题，共 4 题")
	for _, bank := range f.lib.Load().Quizzes {
		for _, q := range bank.Questions {
			gone[q.ID] = true
		}
	}
	without()
	f.expect(f.say("A"), "答了 2 题，答对 2 题")
	f.expect(f.say("答题"), "还没有题目")
}

// Without the store all that needs none is answered; the quiz asks for patience
// and tells the caller.
func TestStoreDown(t *testing.T) {
	f := newFixture(t)
	r := f.say("答题")
	f.store.SetDown(errors.New("no disk"))
	f.expect(f.say("依托咪酯是什么"), "【依托咪酯】")
	f.expect(f.say("满意度 龙塘镇"), "问卷")
	option := "冰毒" // an option of some question, and an entry
	if !f.bot.edition.Load().options[option] {
		t.Fatalf("no question has the option %s", option)
	}
	f.expect(f.say(option), "【冰毒】")
	for _, text := range []string{"答题", "A", "退出"} {
		r, err := f.bot.Answer(t.Context(), f.message(Text, text, ""))
		if err == nil || !strings.Contains(r.Text, "过一会儿") {
			t.Errorf("%s: %+v, %v", text, r, err)
		}
	}
	f.store.SetDown(nil)
	f.expect(f.tap(f.optionOf(r, true)), "答对了！", "第 2 题")
}

// frozen is a store that answers only when it is thawed.
type frozen struct {
	quiz.Store
	thawed chan struct{}
	asked  atomic.Int64
}

func (s *frozen) Load(ctx context.Context, who respondent.Pseudonym, msg quiz.MessageKey) (quiz.Saved, []byte, bool, error) {
	s.asked.Add(1)
	select {
	case <-s.thawed:
		return s.Store.Load(ctx, who, msg)
	case <-ctx.Done():
		return quiz.Saved{}, nil, false, ctx.Err()
	}
}

// A store that hangs holds up nobody who asks for a drug by a name that is an option
// too: the first waits a moment, those after it not at all. When it answers again the
// quiz goes on, with an option's words as with its letter.
func TestStoreHangs(t *testing.T) {
	f := newFixture(t)
	store := &frozen{Store: f.store, thawed: make(chan struct{})}
	f.bot.config.Quiz.Store = store
	for range 50 {
		began := time.Now()
		f.expect(f.say("冰毒"), "【冰毒】")
		if took := time.Since(began); took > 200*time.Millisecond {
			t.Errorf("answered after %v", took)
		}
	}
	if n := store.asked.Load(); n != 1 {
		t.Errorf("the store was asked %d times within a second", n)
	}
	close(store.thawed)
	q := f.say("答题")
	deadline := time.Now().Add(10 * time.Second)
	for {
		r := f.say(f.asked(q).Options[f.asked(q).Right])
		if strings.Contains(r.Text, "答对了") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the quiz does not go on: %s", r.PlainText())
		}
	}
}

// 64 messages of one person at once: each question is judged once, the score is
// that of a sequence, and nobody is told to come again.
func TestQuizAtOnce(t *testing.T) {
	f := newFixture(t)
	f.say("答题")
	messages := make([]Message, 64)
	for i := range messages {
		messages[i] = f.message(Text, "A", "")
	}
	replies := f.atOnce(messages)
	numbers := map[string]int{}
	ends := 0
	progress := regexp.MustCompile(`第 \d 题`)
	for _, r := range replies {
		switch {
		case strings.Contains(r.Text, "答完了"):
			ends++
		case strings.Contains(r.Text, "现在没有在答题"):
			numbers["none"]++
		default:
			numbers[progress.FindString(r.Text)]++
		}
	}
	if ends != 1 || numbers["none"] != 64-5 {
		t.Errorf("%d ends, %v", ends, numbers)
	}
	for i := 2; i <= 5; i++ {
		if n := numbers[fmt.Sprintf("第 %d 题", i)]; n != 1 {
			t.Errorf("question %d was reached %d times", i, n)
		}
	}
	// The replies are kept: a retry of each finds its own.
	for i, again := range f.atOnce(messages) {
		if !strings.Contains(replies[i].Text, "现在没有在答题") && again.PlainText() != replies[i].PlainText() {
			t.Errorf("retry %d: %s", i, again.Text)
		}
	}

	// One message 64 times at once counts once.
	f.say("答题")
	m := f.message(Text, "A", "")
	for i := range messages {
		messages[i] = m
	}
	replies = f.atOnce(messages)
	for _, r := range replies {
		if r.PlainText() != replies[0].PlainText() || !strings.Contains(r.Text, "第 2 题") {
			t.Errorf("%s", r.PlainText())
		}
	}
	// Starting 64 times starts once.
	f.say("退出")
	for i := range messages {
		messages[i] = f.message(Text, "答题", "")
	}
	started := 0
	for _, r := range f.atOnce(messages) {
		if strings.Contains(r.Text, "开始答题") {
			started++
		}
	}
	if started != 1 {
		t.Errorf("started %d times", started)
	}
}

func (f *fixture) atOnce(messages []Message) []Reply {
	f.Helper()
	replies := make([]Reply, len(messages))
	var wg sync.WaitGroup
	for i, m := range messages {
		wg.Go(func() {
			r, err := f.bot.Answer(context.Background(), m)
			if err != nil {
				f.Error(err)
			}
			replies[i] = r
		})
	}
	wg.Wait()
	return replies
}

// However long its texts, a question comes whole and with all its options.
func TestLongQuestionStaysWhole(t *testing.T) {
	f := newFixture(t)
	lib := *f.lib.Load()
	long := func(id string) *content.QuizQuestion {
		q := &content.QuizQuestion{ID: id, Text: strings.Repeat("题目很长。", 30), Explanation: strings.Repeat("解释更长。", 300)}
		for i := range 6 {
			q.Options = append(q.Options, fmt.Sprintf("选项%d%s", i, strings.Repeat("长", 10)))
		}
		return q
	}
	lib.Quizzes = map[string]*content.Quiz{"long": {ID: "long", Title: "长题", Questions: []*content.QuizQuestion{long("q1"), long("q2")}}}
	f.use(&lib)
	f.say("答题")
	r := f.say("A")
	f.expect(r, "答对了！", "第 2 题", "F. 选项5")
	if !strings.HasSuffix(r.Text, strings.Repeat("题目很长。", 30)) {
		t.Errorf("%s", r.Text)
	}
}
