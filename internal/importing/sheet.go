package importing

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Headings of a sheet; the options have six columns.
const (
	headID, headKind, headText, headAnswer     = "编号", "题型", "题目", "答案"
	headExplanation, headTopic, headDifficulty = "解释", "条目", "难度"
	headAudience, headPicture, headOption      = "对象", "图片", "选项"
)

var headings = []string{headID, headKind, headText, "选项A", "选项B", "选项C", "选项D", "选项E", "选项F",
	headAnswer, headExplanation, headTopic, headDifficulty, headAudience, headPicture}

// maxRows is how many rows of a sheet are looked at, empty ones too.
const maxRows = 20000

// sheetErrors are what a sheet shows for a formula that has no value.
var sheetErrors = regexp.MustCompile(`^#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!|GETTING_DATA)$`)

// sheet reads the first sheet of a workbook.
func (b *Bank) sheet(data []byte) (err error) {
	defer func() { // of the library, on a workbook made to break it
		if r := recover(); r != nil {
			err = errDamaged
		}
	}()
	if err := undamaged(data); err != nil {
		return err
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked, RawCellValue: true,
	})
	if err != nil {
		return errDamaged
	}
	defer f.Close()
	rows, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return errors.New("这个 xlsx 文件里没有表")
	}
	defer rows.Close()
	name := legible(f.GetSheetName(0))
	var columns map[string]int
	for n := 1; rows.Next(); n++ {
		if n > maxRows {
			b.fail(place{line: n, column: 1}, "表太长，最多 %d 行", maxRows)
			break
		}
		values, err := rows.Columns()
		if err != nil {
			return fmt.Errorf("工作表“%s”第 %d 行读不出来：文件坏了，请重新保存或重新发一份", name, n)
		}
		switch {
		case strings.TrimSpace(strings.Join(values, "")) == "":
		case columns == nil:
			if columns = b.header(n, values); columns == nil {
				return nil
			}
		case !b.formulaErrors(name, n, values, columns):
			b.row(n, values, columns)
		}
	}
	if rows.Error() != nil {
		return fmt.Errorf("工作表“%s”读不完：文件坏了，请重新保存或重新发一份", name)
	}
	return nil
}

// formulaErrors reports the cells of a row whose formula has no value.
func (b *Bank) formulaErrors(sheet string, n int, values []string, columns map[string]int) (found bool) {
	for _, heading := range headings {
		i, ok := columns[heading]
		if !ok || i >= len(values) || !sheetErrors.MatchString(strings.TrimSpace(values[i])) {
			continue
		}
		b.fail(cellAt(n, i, heading), "公式出错，显示 %s：请在工作表“%s”里改好，或者直接写上文字", strings.TrimSpace(values[i]), sheet)
		found = true
	}
	return found
}

// cellAt is the place of a cell, its column counted from 0.
func cellAt(n, i int, heading string) place {
	at := place{line: n, column: i + 1}
	if ref, err := excelize.CoordinatesToCellName(i+1, n); err == nil {
		at.label = ref + "（" + heading + "）"
	}
	return at
}

// header finds the columns; nil when one that is needed is missing.
func (b *Bank) header(n int, values []string) map[string]int {
	columns := map[string]int{}
	for i, v := range values {
		name := strings.ToUpper(strings.Join(strings.Fields(v), ""))
		at := place{line: n, column: i + 1}
		switch _, twice := columns[name]; {
		case name == "":
		case !slices.Contains(headings, name):
			b.fail(at, "不认识的表头“%s”，可用的有：%s", one(v), strings.Join(headings, "、"))
		case twice:
			b.fail(at, "表头“%s”写了两次", name)
		default:
			columns[name] = i
		}
	}
	complete := true
	for _, name := range []string{headText, headAnswer, headExplanation} {
		if _, ok := columns[name]; !ok {
			b.fail(place{line: n, column: 1}, "缺少“%s”这一列", name)
			complete = false
		}
	}
	if !complete {
		return nil
	}
	return columns
}

func (b *Bank) row(n int, values []string, columns map[string]int) {
	get := func(name string) cell {
		i, ok := columns[name]
		if !ok {
			return cell{at: place{line: n, column: 1}}
		}
		at := cellAt(n, i, name)
		if i < len(values) {
			return cell{one(values[i]), at}
		}
		return cell{at: at}
	}
	q := &question{
		at: get(headText).at, id: get(headID), kind: get(headKind), text: get(headText), answer: get(headAnswer),
		explanation: get(headExplanation), topic: get(headTopic), difficulty: get(headDifficulty),
		people: get(headAudience), picture: get(headPicture),
	}
	gap := place{}
	for letter := 'A'; letter <= 'F'; letter++ {
		o := get(headOption + string(letter))
		switch {
		case o.text == "" && gap.line == 0:
			gap = o.at
		case o.text != "" && gap.line > 0: // its letter would be another one
			b.fail(gap, "这个选项空着，后面却还有")
			gap = place{line: -1}
			fallthrough
		case o.text != "":
			q.options = append(q.options, o)
		}
	}
	if kind := strings.ToLower(q.kind.text); kind != "" {
		known, ok := kinds[kind]
		if !ok {
			b.fail(q.kind.at, "题型“%s”不认识，要写：单选、多选、判断", q.kind.text)
		}
		q.kind.text = string(known)
	}
	q.judge()
	b.add(q)
}

// Template writes a workbook to fill in, with a question of each type.
func Template(w io.Writer) error {
	f := excelize.NewFile()
	defer f.Close()
	const sheet, notes = "题目", "说明"
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if _, err := f.NewSheet(notes); err != nil {
		return err
	}
	errs := []error{f.SetSheetName("Sheet1", sheet), f.SetSheetRow(sheet, "A1", &headings), f.SetRowStyle(sheet, 1, 1, bold),
		f.SetColWidth(sheet, "C", "C", 36), f.SetColWidth(sheet, "D", "I", 16), f.SetColWidth(sheet, "K", "K", 48), f.SetColWidth(sheet, "L", "L", 20),
		f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		f.SetColWidth(notes, "A", "A", 90)}
	for i, row := range [][]string{
		{"", "单选", "发现有人贩毒，打哪个电话举报？", "114", "110", "12306", "10086", "", "", "B", "举报毒品违法犯罪，打110。", "help/report", "1", "居民"},
		{"", "多选", "陌生人请你帮忙带一个包裹，哪些做法对？", "不帮他带", "告诉警察", "收了钱就带", "打开看看再带", "", "", "AB", "包裹里可能藏着毒品，不帮陌生人带，也别自己打开，报警就好。", "help/carry-parcel", "2", "居民"},
		{"", "判断", "好奇吸一口毒品，不算违法。", "", "", "", "", "", "", "错", "吸一口也是吸毒，是违法行为。", "laws/jindufa-62", "1", ""},
	} {
		errs = append(errs, f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+2), &row))
	}
	for i, line := range []string{
		"每行一道题，第一行的表头不要改。把三道例题换成自己的题。",
		"编号：可以不写，程序按题目的文字编；要写就用小写字母、数字和连字符，全部题库里不能重复。",
		"题型：单选、多选、判断。判断题不写选项，答案写“对”或“错”。",
		"选项：从 A 开始挨着写，2 到 6 个。答案：B，多选写 AC。",
		"解释：必填，答完以后给人看，一两句话说明为什么。",
		"条目：出处在哪个条目，如 laws/jindufa-62、drugs/bingdu。解释里有数字的一定要写。",
		"难度：1 容易、2 中等、3 难。图片：图片编号，给“认一认”的题用。都可以不写。",
		"对象：小学生；中学生、大学生；居民；外来务工人员；旅店和娱乐场所从业人员；快递、物流从业人员；化工、药品企业员工；驾驶员。几个对象用分号隔开，不写是给所有人。",
		"导入：jindu import-quiz 文件.xlsx --out 内容文件夹/quizzes/题库名.yaml",
	} {
		errs = append(errs, f.SetCellStr(notes, fmt.Sprintf("A%d", i+1), line))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	_, err = f.WriteTo(w)
	return err
}
