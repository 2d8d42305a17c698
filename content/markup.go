package content

import (
	"regexp"
	"strings"
)

// markup is what other programs make bold, numbered or tabular of. Neither the chat
// nor the pages do: residents would read the marks themselves.
var markup = []struct {
	pattern *regexp.Regexp
	advice  string
}{
	{regexp.MustCompile(`[<>]`), "正文里不能有 < 或 >，请用文字说，如“少于”“大于”"},
	{regexp.MustCompile(`^\s*(?:={3,}|-{3,}|\*{3,}|_{3,})\s*$`), "不要画横线：要分开就用“## ”小标题"},
	{tableRow, "不能用表格：一行一条，用“- ”列表写"},
	{regexp.MustCompile("`"), "不能用反引号 `，要引用就用“”"},
	{regexp.MustCompile(`!?\[[^\]]*\]\([^)]*\)`), "不能用 [文字](网址) 这样的链接：直接写网址；相关条目写在 related 里"},
	{regexp.MustCompile(`\*\*|__|~~|\*[^*\s][^*]*\*`), "不能用 ** 之类的记号加粗、加斜：会原样显示，删掉就行"},
	{regexp.MustCompile(`^\s*[*+]\s`), "列表每行用“- ”开头"},
	{regexp.MustCompile(`^\s*[0-9]+[.)](?:\s|[^0-9\s])`), "不能用“1.”编号：列表每行用“- ”开头，有先后的写“第一步”或“先……，再……”"},
	{regexp.MustCompile(`^\s+-\s`), "列表的“- ”要顶格写，也不能一层套一层"},
	{regexp.MustCompile(`^-[^-\s0-9]`), "列表的“-”后面要空一格"},
}

var tableRow = regexp.MustCompile(`^\s*\||\|.*\|`)

// plain reports the first mark of a row of text; before is the row above it, so that
// a table is told of once.
func (d *document) plain(line int, row, before string) {
	for _, m := range markup {
		at := m.pattern.FindStringIndex(row)
		if at == nil {
			continue
		}
		if m.pattern != tableRow || !tableRow.MatchString(before) {
			blank := len(row[at[0]:]) - len(strings.TrimLeft(row[at[0]:], " \t"))
			d.report(line, column(row, at[0]+blank), "%s", m.advice)
		}
		return
	}
}
