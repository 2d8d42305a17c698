package importing

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

const wordNamespace = "main" // the end of the namespace's name, in both of its editions

// maxDepth of a document's elements; tables within tables are far below it.
const maxDepth = 200

// docxText gives the text of a Word document, one paragraph a line (ECMA-376,
// part 1, 17.3: w:p holds runs w:r of w:t, w:tab and w:br).
func docxText(data []byte) (string, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", errors.New("这个 docx 文件打不开")
	}
	file, err := z.Open("word/document.xml")
	if err != nil {
		return "", errors.New("这不是 Word 文件（.docx）")
	}
	defer file.Close()
	limited := &io.LimitedReader{R: file, N: maxUnpacked + 1}
	d := xml.NewDecoder(limited)
	var text strings.Builder
	inText, depth := false, 0
	for {
		token, err := d.Token()
		if limited.N <= 0 || text.Len() > maxText {
			return "", errors.New("这个 docx 文件解开后太大")
		}
		if errors.Is(err, io.EOF) {
			return text.String(), nil
		}
		if err != nil {
			line := strings.Count(text.String(), "\n") + 1
			if illegalCharacter(err) {
				return "", fmt.Errorf("第 %d 段有看不见的控制字符，请删掉", line)
			}
			return "", fmt.Errorf("这个 docx 文件坏了，第 %d 段附近读不下去", line)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return "", errors.New("这个 docx 文件坏了")
			}
			if !strings.HasSuffix(t.Name.Space, wordNamespace) {
				continue
			}
			switch t.Name.Local {
			case "t":
				inText = true
			case "tab":
				text.WriteByte(' ')
			case "br", "cr":
				text.WriteByte('\n')
			}
		case xml.EndElement:
			depth--
			switch {
			case t.Name.Local == "t":
				inText = false
			case t.Name.Local == "p" && strings.HasSuffix(t.Name.Space, wordNamespace):
				text.WriteByte('\n')
			}
		case xml.CharData:
			if inText {
				text.Write(t)
			}
		}
	}
}
