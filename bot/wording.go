package bot

import (
	"fmt"
	"strings"

	"jindu/bot/search"
	"jindu/content"
)

// wordingVerb before a title asks for the official wording of its articles.
const wordingVerb = "原文"

// wordingOf puts the official wording of an entry's articles on pages.
func (e *edition) wordingOf(entry *content.Entry, texts []string) []Reply {
	back := Choice{Label: "通俗的解释", Send: e.sends[entry.ID], ID: plainID}
	more := func(page int) Choice {
		return Choice{Label: "更多", Send: fmt.Sprintf("%s %s %d", wordingVerb, entry.Title, page), ID: plainID}
	}
	const note = "原文由本地禁毒办录入，以官方公布的文本为准。"
	links := e.more(entry)
	head := func(page, pages int) string {
		h := "【法律原文】"
		if pages > 1 {
			h += fmt.Sprintf("（%d/%d）", page, pages)
		}
		book := e.lib.Laws[entry.LawID]
		h += "\n《" + book.Name + "》"
		if !book.InForce.IsZero() {
			h += "（" + book.InForce.Chinese() + "起施行）"
		}
		return h
	}
	frame := Reply{Text: head(88, 88) + "\n\n\n\n" + note, Links: links, Choices: []Choice{more(88), back}}
	parts := paginate(texts, max(MaxSize-frame.Size(), MaxSize/4))
	pages := make([]Reply, len(parts))
	for i, text := range parts {
		pages[i] = Reply{
			Text:  head(i+1, len(parts)) + "\n\n" + text + "\n\n" + note,
			Topic: entry.ID, Outcome: Answered, Links: links, Choices: []Choice{back},
		}
		if i+1 < len(parts) {
			pages[i].Choices = []Choice{more(i + 2), back}
		}
	}
	return pages
}

// wordingNamed answers "禁毒法62条原文" and "原文 禁毒法62条", where the wording is there.
func (e *edition) wordingNamed(text string) (Reply, bool) {
	text = strings.TrimSpace(text)
	rest, found := strings.CutPrefix(text, wordingVerb)
	if !found {
		rest, found = strings.CutSuffix(text, wordingVerb)
	}
	if !found {
		return Reply{}, false
	}
	r, ok := e.index.Exact(strings.TrimSuffix(strings.TrimSpace(rest), "的"))
	if !ok || r.Outcome != search.Answer || len(r.Topics) != 1 || e.wording[r.Topics[0]] == nil {
		return Reply{}, false
	}
	return e.wording[r.Topics[0]][0], true
}
