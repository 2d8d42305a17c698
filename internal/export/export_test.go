package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"jindu/content"
	"jindu/survey"
)

var (
	morning = time.Date(2026, 11, 23, 9, 30, 0, 0, survey.China)
	lib     = func() *content.Library {
		lib, err := content.Load("")
		if err != nil {
			panic(err)
		}
		return lib
	}()
	questionnaire = lib.Questionnaires["qiongshan-2026"]
)

// box keeps a log, and counts it as an engine does.
type box struct{ entries []survey.LogEntry }

func (b *box) add(place, point, remark string, n int) {
	for range n {
		e := survey.LogEntry{
			Version: 1, Tier: content.TierDevice, Place: place, Point: point, At: morning,
			Answers: []survey.Answer{
				{Question: "satisfaction", Options: []string{"satisfied"}}, {Question: "k1", Options: []string{"b"}},
				{Question: "channel", Options: []string{"poster", "tv"}},
			},
		}
		if remark != "" {
			e.Answers = append(e.Answers, survey.Answer{Question: "remark", Text: remark})
		}
		b.entries = append(b.entries, e)
	}
}

func (b *box) Log(_ context.Context, _ string, _ survey.Cursor, fn func(survey.LogEntry) error) error {
	for _, e := range b.entries {
		if err := fn(e); err != nil {
			return err
		}
	}
	return nil
}

func (b *box) Tally(context.Context, string, survey.Filter) (survey.Tally, error) {
	var t survey.Tally
	for _, e := range b.entries {
		i := slices.IndexFunc(t.Rows, func(r survey.Row) bool { return r.Place == e.Place && r.Point == e.Point })
		if i < 0 {
			i = len(t.Rows)
			t.Rows = append(t.Rows, survey.Row{Place: e.Place, Point: e.Point, Counts: map[string]int64{}})
		}
		for _, c := range survey.Cells(questionnaire, e.Tier, e.Marks, e.Answers) {
			t.Rows[i].Counts[c.Name] += c.N
		}
	}
	return t, nil
}

func newExport(t *testing.T, b *box) *Export {
	t.Helper()
	e, err := New(t.Context(), lib, questionnaire, b, morning)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const (
	town   = "460107001" // 国兴街道
	large1 = town + "001"
	large2 = town + "002"
	small1 = town + "005"
	small2 = town + "006"
)

func sample() *box {
	b := &box{}
	b.add(large1, "东门市场", "很好，辛苦了", 20)
	b.add(large2, "=1+1", "=cmd|' /C calc'!A0", 15)
	b.add(small1, "", "小村的意见", 4)
	b.add(small2, "摊位", "", 8)
	b.add(town, "", "＋全角", 12)
	b.entries[0].Marks = []string{survey.MarkFast}
	return b
}

// column gives the cells below a header.
func column(t *testing.T, rows [][]string, header string) []string {
	t.Helper()
	i := slices.IndexFunc(rows[0], func(cell string) bool { return cell == header || strings.HasPrefix(cell, header+" ") })
	if i < 0 {
		t.Fatalf("no column %q in %q", header, rows[0])
	}
	var cells []string
	for _, row := range rows[1:] {
		if i < len(row) {
			cells = append(cells, row[i])
		} else {
			cells = append(cells, "")
		}
	}
	return cells
}

func TestXLSX(t *testing.T) {
	e := newExport(t, sample())
	var told []int64
	e.Told = func(done, total int64) { told = append(told, done, total) }
	var out bytes.Buffer
	dir := t.TempDir()
	if err := e.XLSX(t.Context(), &out, dir); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); len(left) > 0 || err != nil {
		t.Errorf("left behind: %v %v", left, err)
	}
	if !slices.Equal(told, []int64{59, 59}) {
		t.Errorf("told %v", told)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if got := book.GetSheetList(); !slices.Equal(got, []string{"说明", "按镇街", "按村居", "答卷"}) {
		t.Fatalf("sheets %q", got)
	}
	sheet := func(name string) [][]string {
		rows, err := book.GetRows(name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows {
			for c, cell := range row {
				name2, _ := excelize.CoordinatesToCellName(c+1, r+1)
				if formula, err := book.GetCellFormula(name, name2); formula != "" || err != nil {
					t.Errorf("%s %s is the formula %q", name, name2, formula)
				}
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
					t.Errorf("%s %s begins as a formula: %q", name, name2, cell)
				}
			}
		}
		return rows
	}
	notes := fmt.Sprint(sheet("说明"))
	for _, want := range append(survey.Formulas(questionnaire), survey.ReportNote, "请勿外传") {
		if !strings.Contains(notes, want) {
			t.Errorf("no %q in the notes", want)
		}
	}
	checkResponses(t, sheet("答卷"))
	checkTowns(t, sheet("按镇街"))
	villages := sheet("按村居")
	codes := column(t, villages, "代码")
	at := func(code, header string) string { return column(t, villages, header)[slices.Index(codes, code)] }
	if at(small1, "份数") != "4" || at(small1, "满意率 n") != "" || at(small1, "k1/b") != "" || at(small1, "说明") != "不足 10 份，不显示明细" {
		t.Error("a village with 4 responses shows more than their number")
	}
	if at(large1, "满意率 n") != "20" || at(large1, "作答过快") != "1" || at(large1, "说明") != "样本少，仅供参考" {
		t.Error("a village with 20 responses does not show them")
	}
}

func checkResponses(t *testing.T, rows [][]string) {
	t.Helper()
	if len(rows) != 1+59 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, village := range column(t, rows, "村居代码") {
		want := ""
		if i < 20 {
			want = large1
		} else if i < 35 {
			want = large2
		}
		if village != want {
			t.Errorf("row %d names the village %q, want %q", i, village, want)
		}
	}
	for header, want := range map[string]string{
		"时间": "2026-11-23 09:30", "镇街": "国兴街道", "身份": "浏览器", "标记": "作答过快", "收集点": "东门市场", "satisfaction": "比较满意",
		"satisfaction 编号": "satisfied", "channel": "海报、横幅；电视、广播", "channel 编号": "poster;tv", "remark": "很好，辛苦了", "k2": "",
	} {
		if got := column(t, rows, header)[0]; got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	remarks, points := column(t, rows, "remark"), column(t, rows, "收集点")
	if remarks[20] != "'=cmd|' /C calc'!A0" || points[20] != "'=1+1" || remarks[58] != "'＋全角" {
		t.Errorf("formulas are not guarded: %q %q %q", remarks[20], points[20], remarks[58])
	}
	if points[36] != "" || points[45] != "" {
		t.Error("the point of a village that is not shown")
	}
}

func checkTowns(t *testing.T, rows [][]string) {
	t.Helper()
	for header, want := range map[string]float64{"份数": 59, "浏览器": 59, "满意率": 1, "满意率 区间下限": 0.9389, "满意率 n": 59, "知晓率": 0, "知晓率 平均答对": 0.25, "k1/b": 59} {
		cells := column(t, rows, header)
		for _, i := range []int{slices.Index(column(t, rows, "代码"), town), len(cells) - 1} {
			got, err := strconv.ParseFloat(cells[i], 64)
			if err != nil || got < want-0.0005 || got > want+0.0005 {
				t.Errorf("%s of row %d: %q, want %v", header, i, cells[i], want)
			}
		}
	}
}

func TestCSV(t *testing.T) {
	e := newExport(t, sample())
	read := func(write func(w *bytes.Buffer) error) [][]string {
		t.Helper()
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		text, ok := strings.CutPrefix(out.String(), "\ufeff")
		if !ok {
			t.Error("Excel would not know that it is UTF-8")
		}
		in := csv.NewReader(strings.NewReader(text))
		in.FieldsPerRecord = -1
		rows, err := in.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	checkResponses(t, read(func(w *bytes.Buffer) error { return e.CSV(t.Context(), w) }))
	towns := read(func(w *bytes.Buffer) error { return e.TallyCSV(w, e.Townships) })
	end := slices.IndexFunc(towns, func(row []string) bool { return row[1] == "合计" })
	checkTowns(t, towns[:end+1])
	if notes := fmt.Sprint(towns[end+1:]); !strings.Contains(notes, survey.ReportNote) || !strings.Contains(notes, survey.Formulas(questionnaire)[0]) {
		t.Errorf("notes %s", notes)
	}
}

func TestJSONL(t *testing.T) {
	e := newExport(t, sample())
	var out bytes.Buffer
	if err := e.JSONL(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	var lines []line
	for in := json.NewDecoder(&out); in.More(); {
		var l line
		if err := in.Decode(&l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	if len(lines) != 3+59 || lines[1].Tally.Total.Responses != 59 || lines[2].Tally.By != survey.ByVillage {
		t.Fatalf("%d lines", len(lines))
	}
	first, hidden := lines[3].Response, lines[3+36].Response
	if first.Village.Code != large1 || first.Answers[0].Labels[0] != "比较满意" || first.Answers[3].Text != "很好，辛苦了" || !first.Time.Equal(morning) {
		t.Errorf("%+v", first)
	}
	if hidden.Village != nil || hidden.Township.Code != town {
		t.Errorf("a village that is not shown: %+v", hidden)
	}
}

// So few answers in all that no breakdown is shown are not listed either.
func TestTooFew(t *testing.T) {
	b := &box{}
	b.add(large1, "", "", 6)
	var out bytes.Buffer
	if err := newExport(t, b).CSV(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\n"); n != 1 {
		t.Errorf("%d lines, want the header alone:\n%s", n, out.String())
	}
}

// Whatever the numbers, rows whose village (or township) is not told are at least
// ten and of two places, so that none of them is known by what the others are not.
func TestRowsTellNoMoreThanTallies(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		b := &box{}
		for _, p := range questionnaire.Place.Children[:1+random.IntN(3)] {
			for _, v := range p.Children {
				if random.IntN(3) > 0 {
					b.add(v.Code, fmt.Sprint(random.IntN(2)), "", random.IntN(1+random.IntN(25)))
				}
			}
		}
		e := newExport(t, b)
		type group struct {
			rows   int
			places map[string]bool
		}
		groups := map[string]*group{}
		hide := func(key, place string) {
			if groups[key] == nil {
				groups[key] = &group{places: map[string]bool{}}
			}
			groups[key].rows++
			groups[key].places[place] = true
		}
		err := e.responses(t.Context(), func(r response) error {
			switch {
			case r.township.Code == "":
				hide("", survey.TownshipCode(r.Place))
			case r.village.Code == "":
				hide(r.township.Code, r.Place)
			case r.point == "":
				hide(r.village.Code, r.Point)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for key, g := range groups {
			if g.rows < survey.LeastBreakdown || len(g.places) < 2 {
				t.Errorf("in %q %d rows of %d places stand apart", key, g.rows, len(g.places))
			}
		}
	}
}

// What does not fit on a sheet goes on the next, below the same header.
func TestManyRows(t *testing.T) {
	b := &workbook{File: excelize.NewFile(), rows: 4}
	defer b.Close()
	put, err := b.sheets("答卷")([]any{"n"})
	if err != nil {
		t.Fatal(err)
	}
	for n := range int64(7) {
		if err := put([]any{n}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.flush(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for name, want := range map[string]string{"答卷": "[[n] [0] [1] [2]]", "答卷2": "[[n] [3] [4] [5]]", "答卷3": "[[n] [6]]"} {
		if rows, err := book.GetRows(name); fmt.Sprint(rows) != want || err != nil {
			t.Errorf("%s: %v %v, want %s", name, rows, err, want)
		}
	}
}

func TestGuard(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "好": "好", "3-5 天": "3-5 天", "=1": "'=1", "+86": "'+86", "-": "'-", "@SUM(1)": "'@SUM(1)", " =1": "' =1", "　＝1": "'　＝1", "\t1": "'\t1", "\n=1": "'\n=1", "\r": "'\r",
	} {
		if got := guard(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
