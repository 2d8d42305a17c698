package wechat

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth of elements below the root; WeChat's own documents have 4.
const maxDepth = 8

// Fields of WeChat's XML that are read; every other is skipped.
const (
	fieldTo = iota
	fieldFrom
	fieldTime
	fieldType
	fieldContent
	fieldMsgID
	fieldMenuID
	fieldEvent
	fieldEventKey
	fieldEncrypt
)

var fieldNames = [...]string{"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId", "bizmsgmenuid", "Event", "EventKey", "Encrypt"}

// callback is what WeChat posted, by field.
type callback [len(fieldNames)]string

// scan reads the XML that WeChat posts: an element xml with fields of text and
// CDATA in it. A document with anything else (declarations, attributes,
// comments, entities beyond the five of the standard, a field twice) is refused.
// What is accepted reads as encoding/xml reads it (FuzzScan), in a fifteenth
// of its time. The document holds only runes that are legal in XML.
func scan(doc string) (c callback, err error) {
	s := scanner{rest: doc}
	s.space()
	if !s.skip("<xml>") {
		return c, errFormat
	}
	var seen uint
	for {
		s.space()
		if s.skip("</xml>") {
			s.space()
			if s.rest != "" {
				return c, errFormat
			}
			return c, nil
		}
		name, text, leaf, ok := s.element(1)
		if !ok {
			return c, errFormat
		}
		if i := slices.Index(fieldNames[:], name); i >= 0 {
			if !leaf || seen&(1<<i) != 0 {
				return c, errFormat
			}
			seen |= 1 << i
			c[i] = text
		}
	}
}

type scanner struct{ rest string }

func (s *scanner) skip(prefix string) bool {
	rest, ok := strings.CutPrefix(s.rest, prefix)
	if ok {
		s.rest = rest
	}
	return ok
}

func (s *scanner) space() { s.rest = strings.TrimLeft(s.rest, " \t\r\n") }

// element reads one from its opening tag to its closing one. leaf says that it
// holds no further element.
func (s *scanner) element(depth int) (name, text string, leaf, ok bool) {
	if depth > maxDepth || !s.skip("<") {
		return "", "", false, false
	}
	n := 0
	for n < len(s.rest) && nameByte(s.rest[n], n > 0) {
		n++
	}
	name, s.rest = s.rest[:n], s.rest[n:]
	switch {
	case n == 0:
		return "", "", false, false
	case s.skip("/>"):
		return name, "", true, true
	case !s.skip(">"):
		return "", "", false, false
	}
	leaf = true
	for {
		var piece string
		switch {
		case s.skip("<![CDATA["):
			piece, s.rest, ok = strings.Cut(s.rest, "]]>")
			piece = newlines(piece)
		case s.skip("</"):
			ok = s.skip(name) && s.skip(">")
			return name, text, leaf, ok
		case strings.HasPrefix(s.rest, "<"):
			leaf = false
			_, _, _, ok = s.element(depth + 1)
		default:
			end := strings.IndexByte(s.rest, '<')
			if end < 0 {
				return "", "", false, false
			}
			piece, ok = unescape(s.rest[:end])
			s.rest = s.rest[end:]
		}
		if !ok {
			return "", "", false, false
		}
		text += piece // one piece but for long texts with "]]>" in them
	}
}

func nameByte(b byte, inside bool) bool {
	return b|0x20 >= 'a' && b|0x20 <= 'z' || b == '_' || inside && b >= '0' && b <= '9'
}

// newlines are read as in XML 1.0, 2.11.
func newlines(text string) string {
	if strings.IndexByte(text, '\r') < 0 {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// unescape reads character data outside CDATA.
func unescape(text string) (string, bool) {
	if strings.Contains(text, "]]>") {
		return "", false
	}
	text = newlines(text)
	if strings.IndexByte(text, '&') < 0 {
		return text, true
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "&")
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		name, rest, found := strings.Cut(after, ";")
		r, ok := entity(name)
		if !found || !ok {
			return "", false
		}
		b.WriteRune(r)
		text = rest
	}
}

func entity(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "apos":
		return '\'', true
	case "quot":
		return '"', true
	}
	digits, isRef := strings.CutPrefix(name, "#")
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	return rune(n), isRef && err == nil && legalRune(rune(n))
}

// legal takes out what may not stand in XML: control characters and bytes that
// are no UTF-8. Nearly every text is legal, so that is what is found out fast.
func legal(text string) string {
	// U+FFFE and U+FFFF begin with these bytes, and hardly any other rune does.
	if hasControl(text) || !utf8.ValidString(text) || strings.Contains(text, "\xef\xbf") {
		return strip(text)
	}
	return text
}

// hasControl looks for control characters that XML does not have, at eight bytes
// at once. Bytes from 0x80 on are parts of runes and none of them.
func hasControl(text string) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(text); i += 8 {
		word := binary.LittleEndian.Uint64([]byte(text[i : i+8]))
		// The high bit of each byte below 0x20; a borrow may set it above one that is.
		if (word-each*0x20)&^word&high == 0 {
			continue
		}
		if hasControlByte(text[i : i+8]) {
			return true
		}
	}
	return hasControlByte(text[i:])
}

func hasControlByte(text string) bool {
	for i := range len(text) {
		if b := text[i]; b < ' ' && !legalRune(rune(b)) {
			return true
		}
	}
	return false
}

func strip(text string) string {
	return strings.Map(func(r rune) rune {
		if legalRune(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, ""))
}

// legalRune is Char of XML 1.0, 2.2.
func legalRune(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= utf8.MaxRune
}
