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

// headless says what is amiss with a file that has no head, and on which line: blanks
// behind the hyphens are not seen, and a head without an end is not one.
func headless(text string) (line int, advice string) {
	const form = "第一行写 ---，然后是 title（标题）等几行，再写一行 ---，下面才是正文"
	rows, begun := strings.Split(text, "\n"), false
	for i, row := range rows {
		trimmed := strings.TrimSpace(row)
		switch {
		case trimmed == "---" && !begun && i > 0:
			return i + 1, "--- 要写在第一行，上面不能有空行。" + form
		case trimmed == "---" && row != "---":
			return i + 1, "这一行的 --- 前后有空格，请删掉，只留三个短横线。" + form
		case trimmed == "---" && begun:
			return i + 1, "两行 --- 之间还没有 title 等几行。" + form
		case trimmed == "---":
			begun = true
		case strings.Trim(row, "-—－–─ \t　") == "" && len(trimmed) > 1:
			return i + 1, "这一行要是三个英文的短横线 ---。" + form
		case !begun && trimmed != "":
			return 1, form
		}
	}
	if begun {
		return 1, "缺少第二行 ---。" + form
	}
	return 1, form
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
	before := ""
	for i, row := range strings.Split(body, "\n") {
		row = strings.TrimRight(row, " \t")
		d.plain(line+i, row, before)
		before = row
		heading, found := strings.CutPrefix(row, "## ")
		switch {
		case found:
			flush()
			all = append(all, Section{Heading: strings.TrimSpace(heading)})
		case strings.HasPrefix(row, "#"):
			d.report(line+i, 1, "标题只用“## ”开头：两个 #，后面空一格")
		default:
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
