package content

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// document reads one YAML text and collects every problem with its position.
type document struct {
	file     string
	offset   int // lines before the YAML begins, for front matter
	problems *Problems
}

// errSyntax is what goccy's errors offer beside their text.
type errSyntax interface {
	GetMessage() string
	GetToken() *token.Token
}

func (d *document) report(line, col int, format string, args ...any) {
	d.problems.Add(Problem{d.file, max(line, 1), max(col, 1), fmt.Sprintf(format, args...)})
}

func (d *document) at(n ast.Node, format string, args ...any) {
	p := d.position(n)
	d.report(p.line, p.col, format, args...)
}

func (d *document) position(n ast.Node) position {
	p := position{d.file, d.offset + 1, 1}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return p
	}
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 && !m.IsFlowStyle {
		return d.position(m.Values[0].Key) // a block mapping's own token is its first colon
	}
	at := n.GetToken().Position
	p.line, p.col = at.Line+d.offset, at.Column
	return p
}

// parse gives the fields of the document's top mapping; ok is false when there is none.
func (d *document) parse(text string, keys ...string) (f fields, ok bool) {
	top, ok := d.top(text)
	if !ok {
		return f, false
	}
	return d.fields(top, keys...)
}

// list gives the items of the document's top list; ok is false when there is none.
func (d *document) list(text string) (items []ast.Node, ok bool) {
	top, ok := d.top(text)
	if !ok {
		return nil, false
	}
	list, ok := top.(*ast.SequenceNode)
	if !ok {
		d.at(top, "这里应当是一个列表，每一项以“- ”开头")
		return nil, false
	}
	return list.Values, true
}

// top gives what the one document of the text holds.
func (d *document) top(text string) (n ast.Node, ok bool) {
	file, err := parseYAML(text)
	if err != nil {
		line, col, message := d.offset+1, 1, err.Error()
		var syntax errSyntax
		if errors.As(err, &syntax) {
			message = syntax.GetMessage()
			if t := syntax.GetToken(); t != nil && t.Position != nil {
				line, col = t.Position.Line+d.offset, t.Position.Column
			}
		}
		s := d.slip(strings.Split(text, "\n"), line-d.offset, col, message)
		d.report(s.line+d.offset, s.col, "YAML 格式有误：%s", s.advice)
		return nil, false
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		d.report(d.offset+1, 1, "文件是空的")
		return nil, false
	}
	if len(file.Docs) > 1 {
		d.report(d.offset+1, 1, "一个文件只能有一份 YAML")
		return nil, false
	}
	if d.file != menuFile { // its own check names every character that WeChat refuses
		ast.Walk(d, file.Docs[0].Body)
	}
	return file.Docs[0].Body, true
}

// fields is a mapping whose keys were checked.
type fields struct {
	doc    *document
	node   ast.Node
	values map[string]ast.Node
	keys   map[string]ast.Node
}

// fields reads a mapping and reports the keys that are not among the known ones.
func (d *document) fields(n ast.Node, known ...string) (f fields, ok bool) {
	f = fields{doc: d, node: n, values: map[string]ast.Node{}, keys: map[string]ast.Node{}}
	var pairs []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		pairs = m.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{m}
	default:
		slip := ""
		if s, ok := n.(*ast.StringNode); ok {
			slip = keySlip(s.Value)
		}
		d.at(n, "这里应当是“名称: 内容”的形式%s", slip)
		return f, false
	}
	for _, pair := range pairs {
		key := pair.Key.GetToken().Value
		switch {
		case known != nil && !slices.Contains(known, key):
			d.at(pair.Key, "不认识的项目 %q%s，可用的有：%s", key, keySlip(key), strings.Join(known, "、"))
		case f.keys[key] != nil:
			d.at(pair.Key, "项目 %q 写了两次", key)
		default:
			f.values[key], f.keys[key] = pair.Value, pair.Key
		}
	}
	return f, true
}

func isNull(n ast.Node) bool {
	if n == nil {
		return true
	}
	_, null := n.(*ast.NullNode)
	return null
}

// at is the value's node, or the mapping's when the key is absent.
func (f fields) at(key string) ast.Node {
	if n := f.values[key]; n != nil && !isNull(n) {
		return n
	}
	if k := f.keys[key]; k != nil {
		return k
	}
	return f.node
}

func (f fields) missing(key string) {
	f.doc.at(f.at(key), "缺少必填项 %s", key)
}

// scalar gives the text of a single value, whatever its YAML type: 2026, 460107
// and "2026" are what an editor meant by them.
func (d *document) scalar(n ast.Node) (string, bool) {
	switch v := n.(type) {
	case *ast.StringNode:
		return strings.TrimSpace(v.Value), true
	case *ast.LiteralNode:
		return strings.TrimSpace(v.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	d.at(n, "这里应当是一段文字或一个数%s", valueSlip(n))
	return "", false
}

func (f fields) optional(key string) string {
	n := f.values[key]
	if isNull(n) {
		return ""
	}
	s, _ := f.doc.scalar(n)
	return s
}

func (f fields) text(key string) string {
	n := f.values[key]
	if isNull(n) {
		f.missing(key)
		return ""
	}
	s, ok := f.doc.scalar(n)
	if ok && s == "" {
		f.missing(key)
	}
	return s
}

// item is one value of a list with its node.
type item struct {
	text string
	node ast.Node
}

func (f fields) nodes(key string) []ast.Node {
	n := f.values[key]
	if isNull(n) {
		return nil
	}
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		f.doc.at(n, "%s 应当是一个列表：一行一项，“- ”开头（后面空一格）；或写成 [甲, 乙]，用英文的括号和逗号", key)
		return nil
	}
	return list.Values
}

func (f fields) items(key string) []item {
	var items []item
	for _, n := range f.nodes(key) {
		if s, ok := f.doc.scalar(n); ok {
			if s == "" {
				f.doc.at(n, "%s 里有一项是空的", key)
				continue
			}
			items = append(items, item{s, n})
		}
	}
	return items
}

func (f fields) texts(key string) []string {
	var texts []string
	for _, it := range f.items(key) {
		texts = append(texts, it.text)
	}
	return texts
}

func (f fields) integer(key string, least, most int) int {
	s := f.optional(key)
	if s == "" {
		return 0
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < least || v > most {
		f.doc.at(f.at(key), "%s 应当是 %d 到 %d 的整数", key, least, most)
		return 0
	}
	return v
}

func (f fields) boolean(key string) bool {
	switch s := f.optional(key); s {
	case "true":
		return true
	case "", "false":
	default:
		f.doc.at(f.at(key), "%s 应当是 true 或 false", key)
	}
	return false
}

func (f fields) date(key string) Date {
	s := f.optional(key)
	if s == "" {
		return Date{}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		f.doc.at(f.at(key), "%s 应当是 2026-01-31 这样的日期", key)
	}
	return Date{t}
}

// oneOf gives the value if it is one of the allowed ones.
func (f fields) oneOf(key string, allowed ...string) string {
	s := f.text(key)
	if s != "" && !slices.Contains(allowed, s) {
		f.doc.at(f.at(key), "%s 应当是其中之一：%s", key, strings.Join(allowed, "、"))
	}
	return s
}
