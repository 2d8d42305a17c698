package content

import (
	"regexp"
	"strconv"
	"strings"
)

// officialHead is how an article of law begins: 第六十二条, 第一百三十三条之一. What
// follows is set off, so that 第六十二条规定的 within a text is no beginning.
var officialHead = regexp.MustCompile(`^第\s*([0-9]+|[〇零一二三四五六七八九十百千]+)\s*条(?:\s*之([一二三四五六七八九十]+))?(?:[\s\x{3000}]|[【（]|$)`)

// OfficialArticle gives the number of the article that a line of a law's official
// wording begins, in the form of Entry.Articles; ok is false when it begins none.
func OfficialArticle(line string) (article string, ok bool) {
	m := officialHead.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	n := numeral(m[1])
	if n < 1 {
		return "", false
	}
	if article = strconv.Itoa(n); m[2] != "" {
		article += "之" + m[2]
	}
	return article, true
}

// Wording gives the official wording of the articles that a law entry explains,
// as far as an office has put it in.
func (l *Library) Wording(e *Entry) []string {
	book := l.Laws[e.LawID]
	if book == nil {
		return nil
	}
	var texts []string
	for _, article := range e.Articles {
		if text := book.Official[article]; text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

var articleForm = regexp.MustCompile(`^[1-9][0-9]{0,3}(?:之[一二三四五六七八九十]+)?$`)

// official reads official/LAW.yaml: the wording of a law's articles by number.
func (l *loader) official(d *document, id, text string) {
	if len(text) > MaxFile {
		d.report(1, 1, "文件超过 1 MB")
		return
	}
	book := l.lib.Laws[id]
	if book == nil {
		l.noLaw(position{d.file, 1, 1}, id, "文件名要用它的 id")
	}
	f, ok := d.parse(text, "articles")
	if !ok {
		return
	}
	if isNull(f.values["articles"]) {
		f.missing("articles")
		return
	}
	articles, ok := d.fields(f.values["articles"])
	if !ok {
		return
	}
	official := map[string]string{}
	for article, key := range articles.keys {
		number, _ := articleNumber(article)
		if !articleForm.MatchString(article) || (book != nil && book.Articles > 0 && number > book.Articles) {
			d.at(key, "没有这一条：%s（写法如 62 或 133之一）", article)
			continue
		}
		wording := articles.text(article)
		if wording == "" {
			continue
		}
		first, _, _ := strings.Cut(wording, "\n")
		if begins, _ := OfficialArticle(first); begins != article {
			d.at(articles.at(article), "这一条的原文要以“%s”开头，条号后面空一格", articleName(article))
		}
		official[article] = wording
	}
	if book != nil {
		book.Official = official
	}
}
