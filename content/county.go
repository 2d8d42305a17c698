package content

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

func (l *loader) county(d *document, id, text string) {
	f, ok := d.parse(text, "code", "name", "city", "source", "reviewed", "townships", "units")
	if !ok {
		return
	}
	county := l.place(f, nil, County, 6)
	if county == nil {
		return
	}
	county.City = f.optional("city")
	if county.Code != id {
		d.at(f.at("code"), "代码要和文件名 %s 一样", id)
	}
	f.text("source")
	if f.text("reviewed") != "" {
		f.date("reviewed")
	}
	l.lib.Counties = append(l.lib.Counties, county)
	for _, n := range f.nodes("townships") {
		l.township(d, county, n, false)
	}
	for _, n := range f.nodes("units") {
		l.township(d, county, n, true)
	}
	if len(county.Children) == 0 {
		f.missing("townships")
	}
}

func (l *loader) township(d *document, county *Place, n ast.Node, unit bool) {
	f, ok := d.fields(n, "code", "name", "villages")
	if !ok {
		return
	}
	township := l.place(f, county, Township, 9)
	if township == nil {
		return
	}
	township.Unit = unit
	for _, n := range f.nodes("villages") {
		if f, ok := d.fields(n, "code", "name"); ok {
			l.place(f, township, Village, 12)
		}
	}
}

// place reads code and name; the code has that many digits and begins with its parent's.
func (l *loader) place(f fields, parent *Place, level Level, digits int) *Place {
	p := &Place{Code: f.text("code"), Name: f.text("name"), Level: level, Parent: parent}
	if p.Code == "" || p.Name == "" {
		return nil
	}
	if len(p.Code) != digits || strings.Trim(p.Code, "0123456789") != "" ||
		(parent != nil && !strings.HasPrefix(p.Code, parent.Code)) {
		f.doc.at(f.at("code"), "代码应当是 %d 位数字，并以上一级的代码开头", digits)
		return nil
	}
	if l.lib.Places[p.Code] != nil {
		f.doc.at(f.at("code"), "代码 %s 用了两次", p.Code)
		return nil
	}
	if parent != nil {
		if slices.ContainsFunc(parent.Children, func(c *Place) bool { return c.Name == p.Name }) {
			f.doc.at(f.at("name"), "%s 里有两个 %s", parent.Name, p.Name)
		}
		parent.Children = append(parent.Children, p)
	}
	l.lib.Places[p.Code] = p
	return p
}
