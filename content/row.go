package content

import (
	"path"
	"strings"
	"unicode/utf8"
)

// row is one line of a content file, for checks that look at the words as they
// stand in the file.
type row struct {
	file    string
	line    int // from 1
	text    string
	key     string // of a "key: value" line in YAML or front matter
	entry   string // id of the entry the file holds, or ""
	body    bool   // text of an entry or reply, below the front matter
	section string // heading of the part of the body it stands in
}

// at is the position of a byte of the row.
func (r row) at(offset int) position { return position{r.file, r.line, column(r.text, offset)} }

// column counts characters from 1.
func column(text string, offset int) int { return utf8.RuneCountInString(text[:offset]) + 1 }

// rows gives every line that people see, in the order of the files: no comments.
func rows(folder Folder) []row {
	var all []row
	for _, name := range folder.names() {
		switch path.Dir(name) {
		case "official", "questions": // a law's own words, and the public's, are not ours to mend
			continue
		}
		if path.Ext(name) == ".png" {
			continue
		}
		bodyLine, entry := 0, ""
		if path.Ext(name) == ".md" {
			_, _, bodyLine, _ = frontMatter(folder[name])
			if path.Dir(name) != "replies" {
				entry = strings.TrimSuffix(name, ".md")
			}
		}
		section := ""
		for i, text := range strings.Split(folder[name], "\n") {
			r := row{file: name, line: i + 1, text: text, entry: entry}
			if r.body = bodyLine > 0 && r.line >= bodyLine; r.body {
				if heading, found := strings.CutPrefix(text, "## "); found {
					section = strings.TrimSpace(heading)
				}
				r.section = section
			} else {
				trimmed := strings.TrimSpace(text)
				if strings.HasPrefix(trimmed, "#") {
					continue
				}
				if key, _, found := strings.Cut(trimmed, ":"); found && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_") == "" {
					r.key = key
				}
			}
			all = append(all, r)
		}
	}
	return all
}
