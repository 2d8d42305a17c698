package bot

import (
	"errors"
	"strings"
	"testing"
)

// What is about law, drugs, help and above all an emergency is answered at once: there
// is nothing that waits for the store.
func TestBeginAtOnce(t *testing.T) {
	f := newFixture(t)
	f.bot.config.Quiz, f.surveys.err = nil, errors.New("the store was asked")
	for text, want := range map[string]string{
		"依托咪酯是什么": "第二类精神药品", "容留他人吸毒犯什么罪": "354", "怎么举报": "110", "戒毒去哪里": "自愿戒毒", "你好": "禁毒",
		"我朋友吸多了昏过去了": "120", "今天天气": "", "?": "", "更多": "", "毒品": "",
		"满意度": "琼山区", "满意度 琼山区": "龙塘镇", "满意度 火星镇": "火星镇",
	} {
		for _, kind := range []MessageKind{Text, Click} {
			r, later := f.bot.Begin(f.message(kind, text, ""))
			if later != nil || r.Empty() || !strings.Contains(r.PlainText(), want) {
				t.Errorf("%s %s: later %v, %s", kind, text, later != nil, r.PlainText())
			}
		}
	}
	for _, kind := range []MessageKind{Subscribe, Location, Voice, Image, Other, Unsubscribe} {
		if r, later := f.bot.Begin(f.message(kind, "", "")); later != nil || r.Empty() != (kind == Unsubscribe) {
			t.Errorf("%s: later %v, %s", kind, later != nil, r.PlainText())
		}
	}
}

// What belongs to a quiz or makes a link waits for the store. The name of a drug may be
// an option's words too: where there is no room to look, it is a question.
func TestBeginLater(t *testing.T) {
	f := newFixture(t)
	for text, instead := range map[string]string{
		"答题": "", "退出": "", "A": "", "对": "", "不知道": "", "选好了": "", "满意度 龙塘镇": "", "冰毒": "【冰毒】",
	} {
		r, later := f.bot.Begin(f.message(Text, text, ""))
		if later == nil || r.Empty() != (instead == "") || !strings.Contains(r.PlainText(), instead) {
			t.Errorf("%s: later %v, %s", text, later != nil, r.PlainText())
		}
	}
	if r, later := f.bot.Begin(f.message(Text, "冰毒", "q:1:A")); later == nil || !r.Empty() {
		t.Errorf("a tapped option: later %v, %s", later != nil, r.PlainText())
	}
	if r, later := f.bot.Begin(f.message(Subscribe, "460107101", "")); later == nil || !strings.Contains(r.Text, "您好") {
		t.Errorf("later %v, %s", later != nil, r.PlainText())
	}
}
