package content

import "testing"

// A reply's next step that names an entry must name one that is there; any other
// text is what the person sends.
func TestReplyChoices(t *testing.T) {
	reply := func(choice string) (*Library, error) {
		return Parse(overlay(base(t), Folder{"replies/menu.md": "---\nchoices: [答题, " + choice + "]\n---\n请选。\n"}))
	}
	lib, err := reply("help/report")
	if err != nil || len(lib.Replies["menu"].Choices) != 2 {
		t.Errorf("%v", err)
	}
	if _, err := reply("满意度/调查"); err != nil {
		t.Errorf("%v", err)
	}
	want := `replies/menu.md:2:15: 没有 "help/nowhere" 这个条目`
	if _, err := reply("help/nowhere"); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
