package bot

import "testing"

// A page that is searched with words that cannot wait says what the chat says, and
// for all others leaves the chat's answer to the chat.
func TestUrgent(t *testing.T) {
	f := newFixture(t)
	for text, id := range map[string]string{
		"朋友抽了上头电子烟叫不醒": "crisis-overdose", "我不想活了": "crisis-suicide", "被人关起来逼我吸毒": "crisis-danger",
		"怎么制作冰毒": "refused", "王强在龙塘镇家里贩毒": "tip",
	} {
		r, said := f.bot.Urgent(text), f.say(text)
		if r == nil || r.ID != id || bullets(r.Text) != said.Text || len(r.Choices) != len(said.Choices) {
			t.Errorf("%s: %+v, and the chat says %+v", text, r, said)
		}
	}
	// A name, a question, a list, a place.
	for _, text := range []string{"依托咪酯", "朋友在我家吸毒算犯罪吗", "举报", "法律 禁毒法", "龙塘镇", "今天天气", ""} {
		if r := f.bot.Urgent(text); r != nil {
			t.Errorf("%s: %s", text, r.ID)
		}
	}
	for id, entry := range f.lib.Load().Entries {
		if r := f.bot.Urgent("看 " + entry.Title); r != nil {
			t.Errorf("%s: %s", id, r.ID)
		}
	}
	if r := New(Config{}).Urgent("我不想活了"); r != nil {
		t.Error("without content")
	}
}
