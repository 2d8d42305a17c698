package bot

import (
	"fmt"
	"strings"

	"jindu/content"
)

// maxRelated is how many related entries an answer offers.
const maxRelated = 3

// pagesOf renders an entry as the replies that tell all of it, one a page.
func (e *edition) pagesOf(entry *content.Entry) []Reply {
	var related []Choice
	for _, id := range entry.Related[:min(len(entry.Related), maxRelated)] {
		related = append(related, e.choice(e.lib.Entries[id]))
	}
	if len(related) == 0 {
		related = []Choice{say("菜单")}
	}
	if e.lib.Wording(entry) != nil {
		related = append([]Choice{{Label: "原文", Send: wordingVerb + " " + entry.Title, ID: plainID}}, related...)
	}
	// Fewer related entries are a small price for an answer in one piece.
	for n := len(related); n > 0; n-- {
		if pages := e.layout(entry, related[:n], nil); len(pages) == 1 {
			return pages
		}
	}
	return e.layout(entry, related, func(page int) Choice {
		send := "更多 " + entry.Title
		if page > 2 {
			send = fmt.Sprintf("%s %d", send, page)
		}
		return Choice{Label: "更多", Send: send, ID: plainID}
	})
}

// layout puts the entry on pages that leave room for the choices.
func (e *edition) layout(entry *content.Entry, related []Choice, more func(page int) Choice) []Reply {
	links := e.more(entry)
	frame := Reply{Text: e.heading(entry, 88, 88) + "\n\n" + footing(entry), Links: links, Choices: related}
	if more != nil {
		frame.Choices = append([]Choice{more(88)}, related...)
	}
	room := MaxSize - frame.Size() - len("\n\n")
	texts := paginate(e.blocks(entry), max(room, MaxSize/4))
	pages := make([]Reply, len(texts))
	for i, text := range texts {
		pages[i] = Reply{
			Text:  e.heading(entry, i+1, len(texts)) + "\n" + text + "\n\n" + footing(entry),
			Topic: entry.ID, Outcome: Answered, Links: links, Choices: related,
		}
		if i+1 < len(texts) && more != nil {
			pages[i].Choices = append([]Choice{more(i + 2)}, related...)
		}
	}
	return pages
}

// heading names the entry, the article it explains, and which page this is.
func (e *edition) heading(entry *content.Entry, page, pages int) string {
	h := "【" + entry.Title + "】"
	if pages > 1 {
		h += fmt.Sprintf("（%d/%d）", page, pages)
	}
	if entry.Kind == content.Law {
		h += "\n" + e.lib.Laws[entry.LawID].ShortName() + entry.ArticleNames()
	}
	return h
}

// blocks are the parts of the entry's text, in reading order.
func (e *edition) blocks(entry *content.Entry) []string {
	blocks := []string{bullets(entry.Body[0].Text)}
	if entry.Kind == content.Drug {
		blocks = append(blocks, entry.LegalStatus())
	}
	if where := whereabouts(entry); where != "" {
		blocks = append(blocks, where)
	}
	for _, s := range entry.Body[1:] {
		blocks = append(blocks, "▍"+s.Heading+"\n"+bullets(s.Text))
	}
	return blocks
}

// bullets writes lists as they look well in a chat.
func bullets(text string) string {
	return strings.TrimPrefix(strings.ReplaceAll("\n"+text, "\n- ", "\n· "), "\n")
}

// whereabouts are a station's or a helper's address and telephone; an office fills
// them in, and a station has to have them.
func whereabouts(entry *content.Entry) string {
	if entry.HelpKind == "station" && entry.Address == "" && entry.Phone == "" {
		return "地址和电话：禁毒办还没有填写。请先问街道办事处、镇政府或村（居）委会。"
	}
	var lines []string
	for _, fact := range [][2]string{{"地址", entry.Address}, {"电话", entry.Phone}, {"时间", entry.Hours}} {
		if fact[1] != "" {
			lines = append(lines, fact[0]+"："+fact[1])
		}
	}
	return strings.Join(lines, "\n")
}

// footing gives the sources and when the entry was last checked.
func footing(entry *content.Entry) string {
	var b strings.Builder
	for i, source := range entry.Sources {
		if i == 0 {
			b.WriteString("来源：")
		} else {
			b.WriteString("；")
		}
		// An address in a source is for those who check it, not for a chat.
		name, _, _ := strings.Cut(source, "http")
		if name = strings.TrimSpace(name); name == "" {
			name = source
		}
		b.WriteString(name)
	}
	if b.Len() > 0 {
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "核对：%s", entry.Reviewed.Chinese())
	if entry.ReviewNote != "" {
		fmt.Fprintf(&b, "（%s）", entry.ReviewNote)
	}
	return b.String()
}

// brief is the shortest honest answer: the first paragraph, a drug's status, its first
// source and the date. Two of them answer a question with two topics.
func (e *edition) brief(entry *content.Entry) string {
	text := e.heading(entry, 1, 1) + "\n" + bullets(entry.Body[0].Text)
	if entry.Kind == content.Drug {
		text += "\n" + entry.LegalStatus()
	}
	short := *entry
	if len(short.Sources) > 1 {
		short.Sources = []string{short.Sources[0] + "等"}
	}
	return text + "\n" + footing(&short)
}
