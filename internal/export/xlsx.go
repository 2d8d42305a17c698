package export

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// sheetRows is how many rows a sheet of Excel has.
const sheetRows = 1 << 20

// XLSX writes a workbook. What does not fit in memory waits in files in tempDir.
func (e *Export) XLSX(ctx context.Context, w io.Writer, tempDir string) (err error) {
	b := &workbook{File: excelize.NewFile(excelize.Options{TmpDir: tempDir}), rows: sheetRows}
	defer func() { err = errors.Join(err, b.Close()) }()
	// By itself it would put the whole file together in memory.
	b.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(w) })
	if err := b.styles(); err != nil {
		return err
	}
	if err := b.SetSheetName("Sheet1", "说明"); err != nil {
		return err
	}
	for i, note := range e.notes() {
		if err := b.SetCellStr("说明", fmt.Sprint("A", i+1), guard(note)); err != nil {
			return err
		}
	}
	if err := e.tallyTable(e.Townships, b.sheets("按镇街")); err != nil {
		return err
	}
	if err := e.tallyTable(e.Villages, b.sheets("按村居")); err != nil {
		return err
	}
	if err := e.responseTable(ctx, b.sheets("答卷")); err != nil {
		return err
	}
	if err := b.flush(); err != nil {
		return err
	}
	return b.Write(io.Discard)
}

// workbook is written sheet after sheet.
type workbook struct {
	*excelize.File
	rows       int // of a sheet
	bold, rate int // styles
	sheet      *excelize.StreamWriter
	row        int
	cells      []any
}

func (b *workbook) styles() (err error) {
	if b.bold, err = b.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}); err != nil {
		return err
	}
	percent := "0.0%"
	b.rate, err = b.NewStyle(&excelize.Style{CustomNumFmt: &percent})
	return err
}

// sheets begins a sheet of that name; one that is full is followed by another.
func (b *workbook) sheets(name string) func(header []any) (table, error) {
	return func(header []any) (table, error) {
		n := 1
		if err := b.begin(name, header); err != nil {
			return nil, err
		}
		return func(row []any) error {
			if b.row == b.rows {
				n++
				if err := b.begin(fmt.Sprint(name, n), header); err != nil {
					return err
				}
			}
			return b.put(row, excelize.RowOpts{})
		}, nil
	}
}

func (b *workbook) begin(name string, header []any) (err error) {
	if err := b.flush(); err != nil {
		return err
	}
	if _, err := b.NewSheet(name); err != nil {
		return err
	}
	if b.sheet, err = b.NewStreamWriter(name); err != nil {
		return err
	}
	b.row = 0
	err = errors.Join(
		b.sheet.SetColWidth(1, len(header), 14),
		b.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
	)
	if err != nil {
		return err
	}
	return b.put(header, excelize.RowOpts{StyleID: b.bold, Height: 60})
}

func (b *workbook) put(row []any, opts excelize.RowOpts) error {
	b.row++
	b.cells = b.cells[:0]
	for _, cell := range row {
		switch c := cell.(type) {
		case string:
			cell = nil
			if c != "" {
				cell = guard(c)
			}
		case share:
			cell = excelize.Cell{StyleID: b.rate, Value: float64(c)}
		}
		b.cells = append(b.cells, cell)
	}
	return b.sheet.SetRow(fmt.Sprint("A", b.row), b.cells, opts)
}

func (b *workbook) flush() error {
	if b.sheet == nil {
		return nil
	}
	err := b.sheet.Flush()
	b.sheet = nil
	return err
}
