package learn

import (
	"html/template"
	"strings"

	"jindu/content"
)

// block is a paragraph or a list.
type block struct {
	Text  string
	Items []string
}

// blocks parts the text of a section: lines with "- " before them make lists.
func blocks(text string) []block {
	var all []block
	list := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		item, isItem := strings.CutPrefix(line, "- ")
		switch {
		case line == "": // a list goes on behind an empty line only with another item
		case isItem && list:
			last := &all[len(all)-1]
			last.Items = append(last.Items, item)
		case isItem:
			all = append(all, block{Items: []string{item}})
		default:
			all = append(all, block{Text: line})
		}
		list = isItem || (list && line == "")
	}
	return all
}

// paragraphs of a law's own words, in which nothing is a mark.
func paragraphs(text string) []block {
	var all []block
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, block{Text: line})
		}
	}
	return all
}

// section of an entry's text.
type section struct {
	Heading string
	Blocks  []block
}

func sections(e *content.Entry) []section {
	all := make([]section, len(e.Body))
	for i, s := range e.Body {
		all[i] = section{s.Heading, blocks(s.Text)}
	}
	return all
}

// source of an entry: what it is called, and where it stands on the web, if it does.
type source struct{ Name, URL string }

func sources(e *content.Entry) []source {
	all := make([]source, len(e.Sources))
	for i, text := range e.Sources {
		at := strings.Index(text, "http")
		if at < 0 {
			all[i].Name = text
			continue
		}
		all[i].URL, _, _ = strings.Cut(text[at:], " ")
		if all[i].Name = strings.TrimSpace(text[:at]); all[i].Name == "" {
			all[i].Name = all[i].URL
		}
	}
	return all
}

// dial is what a phone calls for a number as people write it; "" when it is none.
func dial(number string) template.URL {
	digits := strings.Map(func(r rune) rune {
		if (r >= '0' && r <= '9') || r == '+' {
			return r
		}
		return -1
	}, number)
	if strings.Trim(number, "+0123456789-() ") != "" || len(digits) < 3 {
		return ""
	}
	return template.URL("tel:" + digits) // nothing but digits and +
}
