package content

import (
	"regexp"
	"slices"
	"strings"
)

// replyPlaceholders names every reply that the bot and the callback use, with the
// {placeholders} that its text may hold.
var replyPlaceholders = map[string][]string{
	"greeting": {}, "menu": {}, "thanks": {}, "more": {},
	"choices": {}, "unknown": {}, "refused": {}, "tip": {},
	"crisis": {}, "crisis-overdose": {}, "crisis-spiked": {}, "crisis-suicide": {}, "crisis-danger": {},
	"image": {}, "voice": {}, "location": {}, "other": {},
	"survey-district": {}, "survey-township": {"place"}, "survey-link": {"place"}, "survey-unknown": {"name"},
	"survey-closed": {"title", "days"}, "survey-none": {}, "survey-terminal": {"place"},
	"scene-gone": {},
	"list-banks": {}, "list-drugs": {}, "list-laws": {}, "list-entries": {"name"},
	"quiz-start": {"n"}, "quiz-going": {}, "quiz-repeat": {}, "quiz-range": {"last"}, "quiz-truth": {},
	"quiz-multiple": {}, "quiz-picked": {"picked"}, "quiz-pick": {},
	"quiz-right": {}, "quiz-wrong": {"answer"}, "quiz-unsure": {"answer"},
	"quiz-end": {"n", "right"}, "quiz-stopped": {"n", "right"}, "quiz-missed": {},
	"quiz-none": {}, "quiz-empty": {},
	"picture": {"title", "alt"},
	"busy":    {}, "slow-down": {},
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
			for _, it := range f.items("choices") {
				if kind, _, found := strings.Cut(it.text, "/"); found && slices.Contains([]Kind{Drug, Law, Help}, Kind(kind)) {
					l.links = append(l.links, link{d.position(it.node), it.text})
				}
				r.Choices = append(r.Choices, it.text)
			}
		}
	}
	if r.Text == "" {
		d.report(bodyLine, 1, "回复的文字是空的")
	}
	before := ""
	for i, row := range strings.Split(body, "\n") {
		d.plain(bodyLine+i, row, before)
		before = row
		if strings.HasPrefix(row, "#") {
			d.report(bodyLine+i, 1, "用语里没有标题，# 会原样显示：请删掉")
		}
		for _, found := range placeholder.FindAllStringSubmatch(row, -1) {
			if !slices.Contains(allowed, found[1]) {
				d.report(bodyLine+i, 1, "不认识的占位 %s", found[0])
			}
		}
	}
	l.lib.Replies[id] = r
}
