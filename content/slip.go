package content

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// slip is the likeliest reason why a text is no YAML, and where it stands.
type slip struct {
	line, col int
	advice    string
}

// slipsSeen are slips that the words of a row show; the parser often stumbles over
// them some rows later. The first group is where they stand.
var slipsSeen = []struct {
	pattern *regexp.Regexp
	advice  string
}{
	{regexp.MustCompile(`^[\s\x{3000}\x{a0}]*(?:- +)?\{? *["']?[a-z0-9_]+["']? *(：)`), "这里是中文冒号“：”，要改成英文冒号加一个空格“: ”"},
	{regexp.MustCompile(`^[ \t]*(?:- +)?[a-z_]+(:)[^\s/]`), "英文冒号后面要空一格"},
	{regexp.MustCompile(`^ *([\x{3000}\x{a0}])`), "行首有全角空格，请改成英文的空格"},
	{regexp.MustCompile(`^ *(\t)`), "行首有制表符（Tab 键），请改成空格"},
}

// slipsSaid turns the parser's words into what an editor can do.
var slipsSaid = []struct{ words, advice string }{
	{`'\t'`, "这里有制表符（Tab 键），请改成空格"},
	{"reserved character", "以 @ 或 ` 开头的文字，要用英文引号括起来"},
	{"directive", "以 % 开头的文字，要用英文引号括起来"},
	{"invalid header option", "以 | 或 > 开头的文字，要用英文引号括起来"},
	{"could not find end character of", "英文引号没有成对：开头有，结尾也要有"},
	{"',' or ']'", "这一行或上一行的方括号没有成对，或者两项之间缺英文逗号：写成 [甲, 乙]，括号用英文的"},
	{"']' not found", "这一行或上一行的方括号没有成对：写成 [甲, 乙]，括号用英文的"},
	{"'[' character", "多了一个 ]，或者前面缺 ["},
	{"'{' character", "多了一个 }，或者前面缺 {"},
	{"'}'", "这一行或上一行的花括号没有成对，或者两项之间缺英文逗号：写成 {id: a, text: 甲}，括号用英文的"},
	{"flow map", "花括号没有成对；以 { 开头的文字，要用英文引号括起来"},
	{"block sequence entries are not allowed", "列表的“- ”要另起一行；以“- ”开头的文字，要用英文引号括起来"},
	{"anchor", "以 & 开头的文字，要用英文引号括起来"},
	{"alias", "以 * 开头的文字，要用英文引号括起来"},
	{"tag", "以 ! 开头的文字，要用英文引号括起来"},
	{"map key-value is pre-defined", "英文引号要括住整段话，后面不能再有字；没有引号的，看这几行有没有对齐"},
	{"value is not allowed in this context", "没有对齐：同一层的行，前面的空格要一样多"},
	{"non-map value", noPair}, {"unexpected key name", noPair}, {"multi-line content", noPair}, {"map key", noPair}, {"mapping key", noPair},
}

const noPair = "这一行要写成“名称: 内容”：名称后面是英文冒号和一个空格；一段话写在同一行里"

var (
	keyTwice  = regexp.MustCompile(`^mapping key "(.*)" already defined at \[([0-9]+):[0-9]+\]$`)
	properRow = regexp.MustCompile(`^\s*(?:- +)?["']?[a-z0-9_]+["']?:(?:\s|$)`)
	twoColons = regexp.MustCompile(`^[^:]*:\s.*:(?:\s|$)`)
)

// slip finds the reason for the parser's message about a place in the text, and keeps
// the message behind it: who helps the editor may know it. Our own messages are in
// Chinese and stay.
func (d *document) slip(rows []string, line, col int, message string) slip {
	if strings.ContainsFunc(message, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }) && !keyTwice.MatchString(message) && !strings.HasPrefix(message, "invalid header") {
		return slip{line, col, message}
	}
	s := slip{line, col, "请看这一行和上一行的冒号、引号、括号，以及前面的空格"}
	if m := keyTwice.FindStringSubmatch(message); m != nil {
		first, _ := strconv.Atoi(m[2])
		return slip{line, col, fmt.Sprintf("项目 %q 写了两次，上一次在第 %d 行", m[1], first+d.offset)}
	}
	if seen, ok := slipSeen(rows, line); ok {
		s = seen
	} else if strings.HasPrefix(message, "mapping value is not allowed") {
		s = unexpectedColon(rows, line, col)
	} else {
		for _, said := range slipsSaid {
			if strings.Contains(message, said.words) {
				s.advice = said.advice
				break
			}
		}
	}
	s.advice += "（程序的原话：" + message + "）"
	return s
}

// slipSeen looks at the row of an error, then at those above it, up to one that is
// sound and no deeper.
func slipSeen(rows []string, line int) (slip, bool) {
	if line < 1 || line > len(rows) {
		return slip{}, false
	}
	for i := line; i >= 1; i-- {
		row := rows[i-1]
		for _, seen := range slipsSeen {
			if at := seen.pattern.FindStringSubmatchIndex(row); at != nil {
				return slip{i, column(row, at[2]), seen.advice}, true
			}
		}
		if i < line && properRow.MatchString(row) && indent(row) <= indent(rows[line-1]) {
			break
		}
	}
	return slip{}, false
}

// unexpectedColon tells a colon within a text from a row that is set too far in.
func unexpectedColon(rows []string, line, col int) slip {
	if line < 1 || line > len(rows) || twoColons.MatchString(rows[line-1]) {
		return slip{line, col, "内容里有英文冒号加空格：请改成中文冒号，或者把整段话用英文引号括起来"}
	}
	if line < len(rows) && properRow.MatchString(rows[line]) && indent(rows[line]) > indent(rows[line-1]) {
		return slip{line + 1, 1, "这一行前面的空格多了，要和上一行对齐"}
	}
	return slip{line, col, "以 ? 开头的文字，或者里面有英文冒号加空格的，要用英文引号括起来；不是的话，看这几行有没有对齐"}
}

func indent(row string) int { return len(row) - len(strings.TrimLeft(row, " ")) }

// keySlip says what was likely meant by a key that is none.
func keySlip(key string) string {
	switch {
	case strings.Contains(key, "："):
		return "：里面有中文冒号“：”，要改成英文冒号加一个空格“: ”"
	case strings.Contains(key, ":"):
		return "：英文冒号后面要空一格"
	case strings.TrimSpace(key) != key:
		return "：前面有全角空格，请删掉"
	}
	return ""
}

// valueSlip says how a text came to be none: YAML has a meaning for how it begins,
// or for a colon in it.
func valueSlip(n ast.Node) string {
	switch n.(type) {
	case *ast.AliasNode, *ast.AnchorNode, *ast.TagNode:
		return "：以 *、& 或 ! 开头的文字，要用英文引号括起来"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "：里面有英文冒号加空格的，请改成中文冒号，或者把整段话用英文引号括起来"
	case *ast.SequenceNode:
		return "，不是列表：以 [ 开头的文字，要用英文引号括起来"
	}
	return ""
}
