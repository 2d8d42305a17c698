package bot

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// paginate puts blocks of text onto pages of at most size escaped bytes: it
// breaks between blocks where it can, else between lines, else between
// sentences. No text is lost.
func paginate(blocks []string, size int) []string {
	var pages []string
	var page string
	for _, block := range blocks {
		for i, part := range parts(block, size) {
			joint := "\n\n"
			if i > 0 {
				joint = "\n"
			}
			switch {
			case page == "":
				page = part
			case escapedLen(page)+len(joint)+escapedLen(part) <= size:
				page += joint + part
			default:
				pages = append(pages, page)
				page = part
			}
		}
	}
	return append(pages, page)
}

// parts cuts a block that is larger than a page.
func parts(block string, size int) []string {
	if escapedLen(block) <= size {
		return []string{block}
	}
	var all []string
	for line := range strings.Lines(block) {
		line = strings.TrimSuffix(line, "\n")
		for escapedLen(line) > size {
			n := sentenceEnd(line, size)
			all = append(all, line[:n])
			line = line[n:]
		}
		if line != "" {
			all = append(all, line)
		}
	}
	return all
}

// sentenceEnd gives where to break a line: behind the last sentence that ends
// within size escaped bytes, or behind the last character that does.
func sentenceEnd(line string, size int) int {
	sentence, end := 0, 0
	for taken := 0; end < len(line); {
		r, width := utf8.DecodeRuneInString(line[end:])
		if taken += escapedLen(line[end : end+width]); taken > size {
			break
		}
		end += width
		if strings.ContainsRune("。！？；", r) {
			sentence = end
		}
	}
	if sentence > 0 {
		return sentence
	}
	return max(end, 1) // never stand still
}

// pageOf puts as many choices before those of the base reply as fit and, when
// there are more, one that leads on; page counts from 1; one out of range is the nearest.
func pageOf(base Reply, choices []Choice, page int, more func(page int) Choice) Reply {
	room := MaxSize - base.Size() - 1 - more(99).size()
	starts := []int{0}
	used := 0
	for i, c := range choices {
		if used += c.size(); used > room && i > starts[len(starts)-1] {
			starts, used = append(starts, i), c.size()
		}
	}
	page = min(max(page, 1), len(starts))
	end := len(choices)
	if page < len(starts) {
		end = starts[page]
	}
	own := base.Choices
	base.Choices = slices.Clone(choices[starts[page-1]:end])
	if page < len(starts) {
		base.Choices = append(base.Choices, more(page+1))
	}
	base.Choices = append(base.Choices, own...)
	return base
}
