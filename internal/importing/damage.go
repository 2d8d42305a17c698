package importing

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

var (
	errDamaged  = errors.New("这个 xlsx 文件坏了或者不完整：请重新保存，或者请对方重新发一份")
	errTooLarge = fmt.Errorf("这个 xlsx 文件解开后超过 %d MB", maxUnpacked>>20)
)

// undamaged reads every part of a workbook to its end. The library takes what it can
// get of a broken one, and questions would be lost unseen.
func undamaged(data []byte) error {
	if bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) {
		return errors.New("这是旧版 Office 的格式，或者加了密码：请去掉密码，另存为 .xlsx")
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	switch {
	case err != nil && bytes.HasPrefix(data, []byte("PK")):
		return errDamaged
	case err != nil:
		return errors.New("这不是 xlsx 文件，或者文件坏了")
	}
	left := int64(maxUnpacked)
	for _, part := range z.File {
		size, row, err := readPart(part, left)
		if left -= size; left < 0 {
			return errTooLarge
		}
		if err != nil {
			return damaged(z, part.Name, row, err)
		}
	}
	return nil
}

// readPart reads one part, at most limit bytes and one more, and, where cells come
// from it, its XML; row is the last that was begun.
func readPart(part *zip.File, limit int64) (size int64, row int, err error) {
	file, err := part.Open()
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	limited := &io.LimitedReader{R: file, N: limit + 1}
	if name := strings.ToLower(part.Name); strings.HasSuffix(name, ".xml") && (path.Dir(name) == "xl/worksheets" || path.Dir(name) == "xl") {
		row, err = wellFormed(limited)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, limited) // to the checksum at the end
	}
	if limited.N <= 0 {
		err = nil // too large, whatever else it is
	}
	return limit + 1 - limited.N, row, err
}

// errCharset stops at a part in another encoding, which the library knows to read.
var errCharset = errors.New("not UTF-8")

// wellFormed reads XML to its end.
func wellFormed(r io.Reader) (row int, err error) {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errCharset }
	for depth := 0; ; {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return row, nil
		case err != nil && strings.Contains(err.Error(), errCharset.Error()):
			return row, nil
		case err != nil:
			return row, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return row, errDamaged
			}
			if t.Name.Local == "row" {
				for _, a := range t.Attr {
					if a.Name.Local == "r" {
						row, _ = strconv.Atoi(a.Value)
					}
				}
			}
		case xml.EndElement:
			depth--
		}
	}
}

// damaged says which sheet is broken, where a sheet is, and about which row.
func damaged(z *zip.Reader, part string, row int, err error) error {
	sheet := sheetNames(z)[strings.ToLower(part)]
	if sheet == "" {
		return errDamaged
	}
	where := fmt.Sprintf("工作表“%s”", legible(sheet))
	if row > 0 {
		where += fmt.Sprintf("第 %d 行附近", row)
	}
	if illegalCharacter(err) {
		return fmt.Errorf("%s有看不见的控制字符，读不下去：请删掉那里的字，重新写", where)
	}
	return fmt.Errorf("文件坏了，%s读不出来：请重新保存，或者请对方重新发一份", where)
}

// illegalCharacter says that XML holds a control character, which it may not.
func illegalCharacter(err error) bool {
	var syntax *xml.SyntaxError
	return errors.As(err, &syntax) && strings.HasPrefix(syntax.Msg, "illegal character code")
}

// sheetNames gives the names of a workbook's sheets by the lower-case paths of their
// parts, as far as they can be read.
func sheetNames(z *zip.Reader) map[string]string {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"id,attr"`
		} `xml:"sheets>sheet"`
	}
	var links struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if unmarshalPart(z, "xl/workbook.xml", &book) != nil || unmarshalPart(z, "xl/_rels/workbook.xml.rels", &links) != nil {
		return nil
	}
	names := map[string]string{}
	for _, link := range links.All {
		target := strings.ToLower(link.Target) // from xl/, or from the top
		if !strings.HasPrefix(target, "/") {
			target = path.Join("xl", target)
		}
		for _, s := range book.Sheets {
			if s.ID == link.ID {
				names[strings.TrimPrefix(target, "/")] = s.Name
			}
		}
	}
	return names
}

func unmarshalPart(z *zip.Reader, name string, into any) error {
	file, err := z.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return xml.NewDecoder(io.LimitReader(file, maxText)).Decode(into)
}
