package bot

import (
	"strings"
	"testing"

	"jindu/content"
)

// Where an office has put the official wording in, the explanation offers it, and
// all of it can be read, page after page.
func TestOfficialWording(t *testing.T) {
	folder, err := content.Read("")
	if err != nil {
		t.Fatal(err)
	}
	sentence := "样例的一句话，写得很长很长，用来分页。"
	folder["official/jindufa.yaml"] = "articles:\n  \"62\": |-\n    第六十二条　" + strings.Repeat(sentence, 60) + "\n"
	lib, err := content.Parse(folder)
	if err != nil {
		t.Fatal(err)
	}
	e := newEdition(lib, nil)
	entry := lib.Entries["laws/jindufa-62"]
	var offer *Choice
	for _, p := range e.pages[entry.ID] {
		for _, c := range p.Choices {
			if c.Label == "原文" {
				offer = &c
			}
		}
		if p.Size() > MaxSize {
			t.Error("a page is too large")
		}
	}
	if offer == nil {
		t.Fatal("the explanation does not offer the wording")
	}
	told := ""
	for send := offer.Send; ; {
		r, ok := e.titled(send)
		if !ok || r.Size() > MaxSize || !strings.Contains(r.Text, "《中华人民共和国禁毒法》（2008年6月1日起施行）") {
			t.Fatalf("%q: %v %d %s", send, ok, r.Size(), r.Text)
		}
		told += r.Text
		if r.Choices[0].Label != "更多" {
			break
		}
		send = r.Choices[0].Send
	}
	if n := strings.Count(told, "样例"); n != 60 {
		t.Errorf("%d sentences of 60", n)
	}
	for _, text := range []string{"禁毒法第六十二条原文", "原文 禁毒法62条", "禁毒法62条的原文"} {
		if r, ok := e.wordingNamed(text); !ok || r.Topic != entry.ID {
			t.Errorf("%s: %v", text, ok)
		}
	}
	if _, ok := e.wordingNamed("禁毒法61条原文"); ok {
		t.Error("a wording that is not there")
	}
}
