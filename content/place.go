package content

import "strings"

// Level is how deep a place lies in the administrative division.
type Level int

// County (县/区), Township (镇/街道, or a unit beside them) and Village (村/居).
const (
	County Level = iota + 1
	Township
	Village
)

// Place is one administrative division or office-defined collecting unit.
// Codes have 6 digits for a county, 9 for a township or unit, 12 for a village.
type Place struct {
	Code     string
	Name     string
	City     string // of a county
	Level    Level
	Unit     bool // a collecting unit that is not a township
	Parent   *Place
	Children []*Place // townships, then units; or villages
}

// Township gives the township or unit the place is or lies in, or nil for a county.
func (p *Place) Township() *Place {
	for q := p; q != nil; q = q.Parent {
		if q.Level == Township {
			return q
		}
	}
	return nil
}

// County gives the county the place is or lies in.
func (p *Place) County() *Place {
	q := p
	for q.Parent != nil {
		q = q.Parent
	}
	return q
}

// Within says whether the place is, or lies in, the place with that code.
func (p *Place) Within(code string) bool {
	for q := p; q != nil; q = q.Parent {
		if q.Code == code {
			return true
		}
	}
	return false
}

// FullName names the place with what it lies in: "琼山区龙塘镇美党村".
func (p *Place) FullName() string {
	if p.Parent == nil {
		return p.Name
	}
	// Some villages' official names begin with their township's.
	return p.Parent.FullName() + strings.TrimPrefix(p.Name, p.Parent.Name)
}
