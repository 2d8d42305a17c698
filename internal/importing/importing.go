// Package importing turns what an office already has, sheets and texts of
// questions and the wording of laws, into files of the content folder.
package importing

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"jindu/content"
)

// MaxFile is the most bytes that a file to import may have.
const MaxFile = 8 << 20

// Bounds of what a file unpacks to.
const (
	maxUnpacked  = 32 << 20
	maxText      = 1 << 20 // of the text in it
	maxQuestions = 1000
)

// place is where something stands in the imported file.
type place struct {
	line, column int    // from 1; of a sheet the row and the column
	label        string // of a sheet the cell and its heading; else ""
}

// problem says what to mend at the place.
func (p place) problem(file, format string, args ...any) content.Problem {
	message := fmt.Sprintf(format, args...)
	if p.label != "" {
		message = p.label + "：" + message
	}
	return content.Problem{File: file, Line: max(p.line, 1), Column: max(p.column, 1), Message: message}
}

// decode gives the text of a file as editors in China save it: UTF-8, UTF-16 with
// its mark, or GB18030 (which holds GBK and GB2312). Lines end in "\n".
func decode(data []byte) (string, error) {
	for magic, advice := range map[string]string{
		"\xd0\xcf\x11\xe0": "这是旧版 Office 的格式，请另存为 .docx 或 .xlsx",
		"%PDF":             "不能读 PDF，请另存为纯文本或 .docx",
		"PK\x03\x04":       "这是压缩文件或 Office 文件，扩展名要写成 .docx 或 .xlsx",
	} {
		if bytes.HasPrefix(data, []byte(magic)) {
			return "", errors.New(advice)
		}
	}
	text, err := string(data), error(nil)
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		text, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().String(text)
	case !utf8.Valid(data):
		text, err = simplifiedchinese.GB18030.NewDecoder().String(text)
	}
	if err != nil || strings.ContainsRune(text, utf8.RuneError) || strings.ContainsRune(text, 0) {
		return "", errors.New("认不出文字编码，请用记事本“另存为”选择 UTF-8")
	}
	if len(text) > maxText {
		return "", errors.New("文字超过 1 MB")
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\ufeff")), nil
}

// check loads the folder with the new file in it. problems are those that the
// file brings, in it or in others; warnings are those in the file itself.
func check(folder content.Folder, path, text string, rules content.Rules) (problems, warnings content.Problems, err error) {
	with := maps.Clone(folder)
	delete(with, path)
	if _, err := content.Parse(with); err != nil {
		return nil, nil, fmt.Errorf("内容文件夹里原有的文件有错，请先用 jindu check 查看并改好：\n%w", err)
	}
	with[path] = text
	if _, err := content.Parse(with); err != nil {
		if !errors.As(err, &problems) {
			return nil, nil, err
		}
		return problems, nil, nil
	}
	for _, w := range content.Warnings(with, rules) {
		if w.File == path {
			warnings = append(warnings, w)
		}
	}
	return nil, warnings, nil
}

// legible is a name from a file, for an error that a terminal shows.
func legible(name string) string {
	return content.WithoutHidden(one(name))
}

// one puts a text on one line.
func one(text string) string { return strings.Join(strings.Fields(text), " ") }
