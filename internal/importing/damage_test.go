package importing

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// What a formula without a value shows is no answer and no option: it is named by
// sheet, row and column, and nothing else is said of its row.
func TestFormulaErrors(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	for cell, value := range map[string]string{
		"A1": "题目", "B1": "选项A", "C1": "选项B", "D1": "答案", "E1": "解释", "F1": "难度",
		"A2": "#REF!", "B2": "甲", "C2": "#DIV/0!", "D2": "#N/A", "E2": "因为", "F2": "#VALUE!",
		"A3": "二？", "B3": "甲", "C3": "#乙", "D3": "A", "E3": " #NAME? ",
		"A4": "三？", "B4": "#NUM!", "C4": "#NULL!", "D4": "A", "E4": "因为",
		"A5": "四？", "B5": "甲", "C5": "乙", "D5": "C", "E5": "因为",
	} {
		if err := f.SetCellStr("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	// As a sheet keeps it: the formula, and what it came to.
	data := changed(t, saved(t, f), "xl/worksheets/sheet1.xml", func(s string) string {
		i, j := strings.Index(s, `<c r="A2"`), strings.Index(s, `<c r="B2"`)
		return s[:i] + `<c r="A2" t="e"><f>X!A1</f><v>#REF!</v></c>` + s[j:]
	})
	text, problems := render(t, "a.xlsx", data)
	if text != "" {
		t.Error("a text in spite of problems")
	}
	expect(t, problems,
		"a.xlsx:2:1: A2（题目）：公式出错，显示 #REF!：请在工作表“Sheet1”里改好",
		"a.xlsx:2:3: C2（选项B）：公式出错，显示 #DIV/0!",
		"a.xlsx:2:4: D2（答案）：公式出错，显示 #N/A",
		"a.xlsx:2:6: F2（难度）：公式出错，显示 #VALUE!",
		"a.xlsx:3:5: E3（解释）：公式出错，显示 #NAME?",
		"a.xlsx:4:2: B4（选项A）：公式出错，显示 #NUM!",
		"a.xlsx:4:3: C4（选项B）：公式出错，显示 #NULL!",
		"a.xlsx:5:4: D5（答案）：这道题没有正确答案",
	)
}

func saved(t *testing.T, f *excelize.File) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// changed gives a workbook with another part in place of one.
func changed(t *testing.T, data []byte, name string, change func(string) string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	done := false
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if part.Name == name {
			text, done = []byte(change(string(text))), true
		}
		// Stored, so that a test can spoil a byte of it.
		to, err := w.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil || !done {
		t.Fatal(err, done)
	}
	return b.Bytes()
}

// A workbook that came broken is refused, and the sheet is named where one can tell:
// half of its questions would be worse than none.
func TestDamagedWorkbook(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", "禁毒题"); err != nil {
		t.Fatal(err)
	}
	for i, row := range [][]any{{"题目", "选项A", "选项B", "答案", "解释"}, {"一？", "甲", "乙", "A", "因为"}, {"二？", "甲", "乙", "A", "因为"}} {
		if err := f.SetSheetRow("禁毒题", "A"+string(rune('1'+i)), &row); err != nil {
			t.Fatal(err)
		}
	}
	whole := saved(t, f)
	const part = "xl/worksheets/sheet1.xml"
	same := changed(t, whole, part, func(s string) string { return s })
	if b, err := ReadQuiz("a.xlsx", same); err != nil || b.Len() != 2 {
		t.Fatal(err)
	}
	spoilt := bytes.Replace(same, []byte(`<row r="3"`), []byte(`<row r="9"`), 1) // the checksum tells
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"cut off":        {whole[:len(whole)*2/3], "坏了或者不完整"},
		"only its start": {whole[:10], "坏了或者不完整"},
		"no workbook":    {[]byte("题目,答案"), "不是 xlsx 文件"},
		"nothing":        {nil, "不是 xlsx 文件"},
		"old or secret":  {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"), "去掉密码"},
		"a byte":         {spoilt, "文件坏了，工作表“禁毒题”第 9 行附近读不出来"},
		"half a sheet":   {changed(t, whole, part, func(s string) string { return s[:strings.Index(s, `<row r="3"`)+20] }), "文件坏了，工作表“禁毒题”第 3 行附近读不出来"},
		"a control character": {changed(t, whole, part, func(s string) string {
			return strings.Replace(s, `<row r="3"`, "\x1b"+`<row r="3"`, 1)
		}), "工作表“禁毒题”第 2 行附近有看不见的控制字符"},
		"the texts": {changed(t, whole, "xl/sharedStrings.xml", func(s string) string { return s[:len(s)/2] }), "坏了或者不完整"},
		"deep":      {changed(t, whole, part, func(s string) string { return strings.Repeat("<a>", 1000) }), "文件坏了，工作表“禁毒题”读不出来"},
		"too much":  {changed(t, whole, part, func(s string) string { return s + strings.Repeat(" ", maxUnpacked) }), ""},
	} {
		if c.want == "" {
			if err := undamaged(c.data); err != errTooLarge {
				t.Errorf("%s: %v", name, err)
			}
		} else if _, err := ReadQuiz("a.xlsx", c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want %s, got %v", name, c.want, err)
		}
	}
}
