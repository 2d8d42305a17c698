package content

import "strings"

// frontMatter parts a Markdown file into its YAML head and its body. bodyLine is
// the line the body begins on. ok is false when there is no head.
func frontMatter(text string) (head, body string, bodyLine int, ok bool) {
	rest, found := strings.CutPrefix(text, "---\n")
	if !found {
		return "", text, 1, false
	}
	head, body, found = strings.Cut(rest, "\n---\n")
	if !found {
		head, found = strings.CutSuffix(rest, "\n---")
		if !found {
			return "", text, 1, false
		}
	}
	return head, body, strings.Count(head, "\n") + 4, true
}

// sections parts a body at its "## " headings. The first section has no heading.
func (d *document) sections(body string, line int) []Section {
	all := []Section{{}}
	var paragraph []string
	flush := func() {
		last := &all[len(all)-1]
		last.Text = strings.TrimSpace(strings.Join(paragraph, "\n"))
		paragraph = nil
	}
	for i, row := range strings.Split(body, "\n") {
		row = strings.TrimRight(row, " \t")
		heading, found := strings.CutPrefix(row, "## ")
		switch {
		case found:
			flush()
			all = append(all, Section{Heading: strings.TrimSpace(heading)})
		case strings.HasPrefix(row, "#"):
			d.report(line+i, 1, "标题只用“## ”开头")
		default:
			if strings.ContainsAny(row, "<>") {
				d.report(line+i, 1, "正文里不能有 < 或 >")
			}
			paragraph = append(paragraph, row)
		}
	}
	flush()
	if all[0].Text == "" {
		d.report(line, 1, "正文第一段（标题之前）不能空着")
	}
	for _, s := range all[1:] {
		if s.Text == "" {
			d.report(line, 1, "“%s”下面没有内容", s.Heading)
		}
	}
	return all
}
