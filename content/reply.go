package content

import (
	"regexp"
	"slices"
	"strings"
)

// replyPlaceholders names every reply that the bot and the callback use, with the
// {placeholders} that its text may hold.
var replyPlaceholders = map[string][]string{
	"greeting":  {},
	"busy":      {},
	"slow-down": {},
}

var placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)

func (l *loader) reply(d *document, id, text string) {
	allowed, known := replyPlaceholders[id]
	if !known {
		d.report(1, 1, "没有用到名为 %q 的回复", id)
		return
	}
	head, body, bodyLine, ok := frontMatter(text)
	r := &Reply{ID: id, Text: strings.TrimSpace(body)}
	if ok {
		d.offset = 1
		if f, ok := d.parse(head, "choices"); ok {
			r.Choices = f.texts("choices")
		}
	}
	if r.Text == "" {
		d.report(bodyLine, 1, "回复的文字是空的")
	}
	for i, row := range strings.Split(body, "\n") {
		for _, found := range placeholder.FindAllStringSubmatch(row, -1) {
			if !slices.Contains(allowed, found[1]) {
				d.report(bodyLine+i, 1, "不认识的占位 %s", found[0])
			}
		}
		if strings.ContainsAny(row, "<>") {
			d.report(bodyLine+i, 1, "正文里不能有 < 或 >")
		}
	}
	l.lib.Replies[id] = r
}
