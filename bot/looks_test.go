package bot

import (
	"strings"
	"testing"
)

// Who asks for the looks gets a card with the picture, and the same in words.
func TestLooks(t *testing.T) {
	f := newFixture(t)
	for text, topic := range map[string]string{
		"依托咪酯图片": "drugs/yituomizhi", "依托咪酯的图片": "drugs/yituomizhi", "冰毒长什么样": "drugs/bingdu", "冰毒是什么样子？": "drugs/bingdu",
		"看图 冰毒": "drugs/bingdu", "看图片冰毒": "drugs/bingdu", "小树枝长什么样": "drugs/xiaoshuzhi", "K粉照片": "drugs/kfen", "麻古啥样": "drugs/magu",
		"大麻长什么样": "drugs/damazhiwu", "LSD 长啥样": "drugs/youpiao",
	} {
		r := f.say(text)
		entry := f.lib.Load().Entries[topic]
		if r.News == nil || r.Topic != topic || r.Outcome != Answered {
			t.Errorf("%s: %s %q %s", text, r.Outcome, r.Topic, r.PlainText())
			continue
		}
		p := entry.Pictures[0]
		if r.Picture != p.ID {
			t.Errorf("%s: picture %q", text, r.Picture)
		}
		if *r.News != (News{"看图：" + entry.Title, r.News.Description, testSite.Image(p), testSite.Entry(entry)}) || !strings.Contains(r.News.Description, p.Alt) {
			t.Errorf("%s: %+v", text, r.News)
		}
		f.expect(r, p.Alt, testSite.Image(p), testSite.Entry(entry), entry.Title)
	}
	for _, text := range []string{"图片", "看图", "今天的照片", "度冷丁长什么样", "怎么识别冰毒", "猪肉图片", "怎么制作冰毒的图片", "我朋友抽了冰毒叫不醒，图片", strings.Repeat("冰毒", 100) + "图片"} {
		if r := f.say(text); r.News != nil {
			t.Errorf("%s: %+v", text, r.News)
		}
	}
	f.bot.config.Site = nil // the terminal
	f.use(f.lib.Load())
	r := f.say("看图 冰毒")
	if r.News != nil || len(r.Links) != 0 {
		t.Errorf("%+v", r)
	}
}

// Every entry leads to its page, on each of its pages in the chat.
func TestEntryLeadsToItsPage(t *testing.T) {
	f := newFixture(t)
	e := f.bot.edition.Load()
	for id, pages := range e.pages {
		entry := e.lib.Entries[id]
		label := "详细"
		if len(entry.Pictures) > 0 {
			label = "详细（有图）"
		}
		for _, page := range pages {
			if len(page.Links) != 1 || page.Links[0] != (Link{label, testSite.Entry(entry)}) {
				t.Errorf("%s: %+v", id, page.Links)
			}
		}
	}
}
