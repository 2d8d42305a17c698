package bot

import (
	"strings"

	"jindu/bot/search"
	"jindu/content"
)

// Site knows where on the web the content can be read.
type Site interface {
	Entry(*content.Entry) string
	Picture(*content.Picture) string // a page that does not say what the picture is of
	Image(*content.Picture) string   // its file
}

// more links to the page of an entry, where there is one.
func (e *edition) more(entry *content.Entry) []Link {
	if e.site == nil {
		return nil
	}
	label := "详细"
	if len(entry.Pictures) > 0 {
		label = "详细（有图）"
	}
	return []Link{{Label: label, URL: e.site.Entry(entry)}}
}

// Words with which people ask how something looks, folded, longer ones first.
var (
	looksBefore = strings.Fields("看看图片 看图片 看照片 看看图 看图 图片 照片")
	looksAfter  = strings.Fields("是长什么样子 长什么样子 是什么样子 长什么样 是什么样 长啥样子 什么样子 的图片 的照片 的样子 长啥样 什么样 啥样子 啥样 图片 照片 看图 的图 外观 外形")
)

// looksOf gives what a folded text asks the looks of; ok is false when it asks
// something else.
func looksOf(folded string) (of string, ok bool) {
	for _, word := range looksAfter {
		if rest, found := strings.CutSuffix(folded, word); found {
			return rest, rest != ""
		}
	}
	for _, word := range looksBefore {
		if rest, found := strings.CutPrefix(folded, word); found {
			return strings.TrimPrefix(rest, "的"), rest != ""
		}
	}
	return "", false
}

// looks answers who asks how something looks with a picture of it.
func (e *edition) looks(text, folded string) (Reply, bool) {
	of, ok := looksOf(folded)
	if !ok || e.site == nil {
		return Reply{}, false
	}
	for _, name := range []string{text, of} {
		found, ok := e.index.Exact(name)
		if !ok || found.Outcome != search.Answer || len(found.Topics) != 1 {
			continue
		}
		if entry := e.lib.Entries[found.Topics[0]]; len(entry.Pictures) > 0 {
			return e.picture(entry), true
		}
	}
	return Reply{}, false
}

// picture shows an entry's first picture. The words say the same, for where
// pictures cannot be shown.
func (e *edition) picture(entry *content.Entry) Reply {
	p := entry.Pictures[0]
	r := e.reply("picture", Answered, "title", p.Title, "alt", p.Alt)
	r.Topic, r.Picture = entry.ID, p.ID
	r.News = &News{Title: "看图：" + entry.Title, Description: r.Text, Picture: e.site.Image(p), URL: e.site.Entry(entry)}
	r.Text = r.News.Title + "\n" + r.Text
	r.Links = append([]Link{{Label: "图片", URL: e.site.Image(p)}}, e.more(entry)...)
	r.Choices = append([]Choice{e.choice(entry)}, r.Choices...)
	return r
}
