package bot

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/bot/quiz"
	"jindu/bot/quiz/quiztest"
	"jindu/bot/search"
	"jindu/content"
	"jindu/internal/learn"
	"jindu/internal/respondent"
)

// testSite has addresses as long as those of an office.
const testSite = learn.Site("https://jindu.haikou-office.example.cn")

// defaultEdition is built once: it never changes.
var defaultEdition = sync.OnceValues(func() (*edition, error) {
	lib, err := content.Default()
	if err != nil {
		return nil, err
	}
	return newEdition(lib, testSite), nil
})

// fixture is a bot with the default content, and one person who writes to it.
type fixture struct {
	testing.TB
	bot     *Bot
	store   *quiztest.Memory
	surveys *fakeSurveys
	lib     atomic.Pointer[content.Library]
	clock   time.Time
	sent    uint64
}

// fakeSurveys has links that tell what they were made from.
type fakeSurveys struct {
	closed map[string]bool
	err    error
}

func (s *fakeSurveys) Running(q *content.Questionnaire) bool { return !s.closed[q.ID] }

func (s *fakeSurveys) Link(_ context.Context, from OpenID, survey, place string, at time.Time) (string, error) {
	if s.err != nil {
		return "", s.err
	}
	return "https://jindu.example/s/" + survey + "/" + place + "?as=" + string(from) + at.Format("150405"), nil
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	e, err := defaultEdition()
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{TB: t, surveys: &fakeSurveys{closed: map[string]bool{}}, clock: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	now := func() time.Time { return f.clock }
	f.store = &quiztest.Memory{Now: now}
	inOrder := func(n int) []int {
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		return order
	}
	f.bot = New(Config{
		Quiz:    quiz.New(quiz.Config{Store: f.store, Library: f.lib.Load, Now: now, Perm: inOrder}),
		Surveys: f.surveys, Site: testSite, Now: now,
	})
	f.lib.Store(e.lib)
	f.bot.edition.Store(e)
	return f
}

// use swaps the content.
func (f *fixture) use(lib *content.Library) {
	f.lib.Store(lib)
	f.bot.SetLibrary(lib)
}

// message is the next one of this person.
func (f *fixture) message(kind MessageKind, text, menuID string) Message {
	m := Message{Kind: kind, Text: text, MenuID: menuID, From: "oAlice", Who: respondent.Pseudonym{1}, At: f.clock}
	binary.BigEndian.PutUint64(m.Key[:], atomic.AddUint64(&f.sent, 1))
	return m
}

func (f *fixture) answer(m Message) Reply {
	f.Helper()
	r, err := f.bot.Answer(f.Context(), m)
	if err != nil {
		f.Fatalf("%q: %v", m.Text, err)
	}
	if r.Size() > MaxSize {
		f.Errorf("%q: a reply of %d bytes", m.Text, r.Size())
	}
	return r
}

func (f *fixture) say(text string) Reply { f.Helper(); return f.answer(f.message(Text, text, "")) }

func (f *fixture) tap(c Choice) Reply { f.Helper(); return f.answer(f.message(Text, c.Send, c.ID)) }

func (f *fixture) expect(r Reply, parts ...string) {
	f.Helper()
	for _, part := range parts {
		if !strings.Contains(r.PlainText(), part) {
			f.Errorf("no %q in\n%s", part, r.PlainText())
		}
	}
}

func TestConversation(t *testing.T) {
	f := newFixture(t)
	for _, c := range []struct {
		text    string
		outcome Outcome
		topic   string
		parts   []string
	}{
		{"依托咪酯是什么", Answered, "drugs/yituomizhi", []string{"第二类精神药品", "2023年10月1日起", "以最新公告为准", "来源：", "核对：2026年"}},
		{"冰毒", Answered, "drugs/bingdu", []string{"管制情况：", "以最新公告为准", "来源：", "核对："}},
		{"禁毒法62条", Answered, "laws/jindufa-62", []string{"禁毒法第62条", "来源：", "核对："}},
		{"容留吸毒罪", Answered, "laws/xingfa-354", []string{"刑法第354条", "举报"}},
		{"举报", Answered, "help/report", []string{"110", "12110"}},
		{"急救", Answered, "help/first-aid", []string{"120", "待医生审阅"}},
		{"琼山区禁毒办", Answered, "help/station-qiongshan", []string{"禁毒办还没有填写", "镇政府"}},
		{"戒毒", Choices, "", []string{"自愿戒毒", "社区戒毒"}},
		{"今天天气怎么样", Unknown, "", []string{"110", "12110", "120", "菜单"}},
		{"菜单", Command, "", []string{"答题", "满意度", "110"}},
		{"帮助", Command, "", []string{"答题"}},
		{"HELP", Command, "", []string{"答题"}},
		{"？", Command, "", []string{"答题"}},
		{"😊", Command, "", []string{"答题"}},
		{"[微笑] [强]", Command, "", []string{"答题"}},
		{"  ", Command, "", []string{"答题"}},
		{"您好！", Command, "", []string{"请勿在此留下姓名、住址或线索"}},
		{"谢谢", Command, "", []string{"不客气"}},
		{"谢谢你啊", Command, "", []string{"不客气"}},
		{"更多", Command, "", []string{"更多 依托咪酯"}},
		{"详细", Command, "", []string{"更多 依托咪酯"}},
		{"原文", Command, "", []string{"禁毒法62条原文"}},
		{"毒品", Command, "", []string{"新精神活性物质"}},
		{"毒品 伪装形态", Command, "", []string{"上头电子烟"}},
		{"法律 禁毒法", Command, "", []string{"禁毒是大家的事"}},
		{"求助", Command, "", []string{"怎么举报毒品"}},
		{"身边的事", Command, "", []string{"房东"}},
		{"A", Command, "", []string{"现在没有在答题"}},
		{"③", Command, "", []string{"现在没有在答题"}},
		{"退出", Command, "", []string{"现在没有在答题"}},
		{"看 饮料被下药", Answered, "help/drink-spiked", []string{"打120"}},
		{"朋友抽了上头电子烟叫不醒", Crisis, "", []string{"马上打120"}},
		{"我不想活了", Crisis, "", []string{"120或110"}},
		{"怎么制作冰毒", Refused, "", []string{"不能讲", "自愿戒毒"}},
	} {
		t.Run(c.text, func(t *testing.T) {
			f.TB = t
			r := f.say(c.text)
			if r.Outcome != c.outcome || r.Topic != c.topic {
				t.Errorf("%s %q, want %s %q:\n%s", r.Outcome, r.Topic, c.outcome, c.topic, r.PlainText())
			}
			f.expect(r, c.parts...)
			if len(r.Choices)+len(r.Links) == 0 {
				t.Error("no next step")
			}
		})
	}
}

// Where a danger is not certain, what would answer otherwise is one tap away: behind the
// next steps of an emergency, before those of a refusal.
func TestDoubtfulDanger(t *testing.T) {
	f := newFixture(t)
	e := f.bot.edition.Load()
	other := e.choice(e.lib.Entries["laws/zhian-105"])
	crisis := e.found(search.Result{Outcome: search.Crisis, Crisis: search.Danger, Topics: []string{"laws/zhian-105"}})
	if n := len(crisis.Choices); crisis.Outcome != Crisis || n < 2 || crisis.Choices[n-1] != other {
		t.Errorf("%s %v", crisis.Outcome, crisis.Choices)
	}
	refused := e.found(search.Result{Outcome: search.Refused, Topics: []string{"laws/zhian-105"}})
	if refused.Outcome != Refused || refused.Choices[0] != other {
		t.Errorf("%s %v", refused.Outcome, refused.Choices)
	}
}

// In an emergency the number to call is the first thing read.
func TestCrisisBeginsWithTheNumber(t *testing.T) {
	f := newFixture(t)
	e := f.bot.edition.Load()
	for id := range e.lib.Replies {
		kind, found := strings.CutPrefix(id, "crisis-")
		if !found {
			continue
		}
		r := e.found(search.Result{Outcome: search.Crisis, Crisis: kind})
		first, _, _ := strings.Cut(r.Text, "\n")
		if r.Outcome != Crisis || (!strings.Contains(first, "120") && !strings.Contains(first, "110")) || len(r.Choices) == 0 {
			t.Errorf("%s begins with %q", id, first)
		}
	}
	if r := e.found(search.Result{Outcome: search.Crisis, Crisis: "of a kind still unknown"}); !strings.Contains(r.Text, "120") || !strings.Contains(r.Text, "110") {
		t.Errorf("%+v", r)
	}
}

func TestKindsOfMessage(t *testing.T) {
	f := newFixture(t)
	for _, c := range []struct {
		kind MessageKind
		text string
		part string
	}{
		{Subscribe, "", "请勿在此留下姓名、住址或线索"},
		{Subscribe, "a scene of the office's own", "请勿在此留下姓名、住址或线索"},
		{Scan, "whatever", "点一下"},
		{Voice, "", "请您打字"},
		{Image, "", "只有检测才能认定"},
		{Location, "", "满意度 琼山区"},
		{Other, "", "请您打字"},
		{Click, "MENU", "答题"},
		{Click, "quiz", "第 1 题"},
		{Click, "survey", "美兰区"},
		{Click, "report", "12110"},
		{Click, "treatment", "自愿戒毒"},
		{Click, "满意度", "琼山区"},
		{Click, "V1001_A_KEY_OF_SOMEBODY_ELSE", "点一下"},
		{MessageKind("not yet invented"), "", "请您打字"},
	} {
		f.expect(f.answer(f.message(c.kind, c.text, "")), c.part)
	}
	for _, kind := range []MessageKind{Unsubscribe, Silent} {
		if r := f.answer(f.message(kind, "", "")); !r.Empty() {
			t.Errorf("%s: %+v", kind, r)
		}
	}
}

func TestNoLibrary(t *testing.T) {
	if _, err := New(Config{Now: time.Now}).Answer(context.Background(), Message{Kind: Text, Text: "冰毒"}); !errors.Is(err, errNoLibrary) {
		t.Error(err)
	}
}

// Whatever comes in, the reply fits, and nothing panics.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"依托咪酯是什么", "答题", "A", "满意度 龙塘镇", "更多 依托咪酯 2", "更多 依托咪酯 99", "看 饮料被下药", "毒品 合成毒品 0",
		"survey:qiongshan-2026:460107101", "460107", "quiz:basics", "①", "🅰️", "\x00\xff", "<a href=\"x\">&amp;", "法律 刑法 2",
		strings.Repeat("﷽", 400), strings.Repeat("更多 ", 100),
	} {
		f.Add("text", seed, "")
		f.Add("scan", seed, "q:b01:A")
		f.Add("subscribe", seed, "go")
		f.Add("click", seed, "q:::")
	}
	fix := newFixture(f)
	f.Fuzz(func(t *testing.T, kind, text, menuID string) {
		r, err := fix.bot.Answer(context.Background(), fix.message(MessageKind(kind), text, menuID))
		if err != nil {
			t.Fatal(err)
		}
		if r.Size() > MaxSize {
			t.Errorf("%d bytes", r.Size())
		}
		if kind != string(Silent) && kind != string(Unsubscribe) && (r.Text == "" || len(r.Choices)+len(r.Links) == 0) {
			t.Errorf("nothing said or no next step: %+v", r)
		}
	})
}

func BenchmarkAnswer(b *testing.B) {
	f := newFixture(b)
	m := f.message(Text, "依托咪酯是什么", "")
	for b.Loop() {
		if _, err := f.bot.Answer(context.Background(), m); err != nil {
			b.Fatal(err)
		}
	}
}
