package export

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"

	"jindu/survey"
)

// byteOrderMark tells Excel that a CSV file is UTF-8.
const byteOrderMark = "\ufeff"

// CSV writes the responses.
func (e *Export) CSV(ctx context.Context, w io.Writer) error {
	out, begin := newCSV(w)
	return flushed(out, e.responseTable(ctx, begin))
}

// TallyCSV writes one of the reports; what is to be known of it stands below the rows.
func (e *Export) TallyCSV(w io.Writer, r survey.Report) error {
	out, begin := newCSV(w)
	err := e.tallyTable(r, begin)
	if err == nil {
		err = out.Write([]string{""})
	}
	for _, note := range e.notes() {
		if err == nil {
			err = out.Write([]string{guard(note)})
		}
	}
	return flushed(out, err)
}

func newCSV(w io.Writer) (*csv.Writer, func(header []any) (table, error)) {
	out := csv.NewWriter(w)
	var fields []string
	put := func(row []any) error {
		fields = fields[:0]
		for _, cell := range row {
			fields = append(fields, csvField(cell))
		}
		return out.Write(fields)
	}
	return out, func(header []any) (table, error) {
		if _, err := io.WriteString(w, byteOrderMark); err != nil {
			return nil, err
		}
		return put, put(header)
	}
}

func csvField(cell any) string {
	switch c := cell.(type) {
	case string:
		return guard(c)
	case int64:
		return strconv.FormatInt(c, 10)
	case share:
		return strconv.FormatFloat(float64(c), 'f', 4, 64)
	}
	return ""
}

func flushed(out *csv.Writer, err error) error {
	out.Flush()
	if err != nil {
		return err
	}
	return out.Error()
}
