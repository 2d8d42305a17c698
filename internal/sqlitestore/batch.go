package sqlitestore

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"jindu/internal/notice"
	"jindu/survey"
)

// batch is one transaction's state. It reads each survey's row once and adds up
// the tallies of all its responses, so that each count is written once.
type batch struct {
	*connection
	w       *writer
	surveys map[string]*surveyRow
	counts  map[count]int64
	keys    []count
	args    []any
	dirty   notice.Changes
}

// surveyRow is a survey as the transaction sees it.
type surveyRow struct {
	fingerprint string
	closed      bool
	seq         int64 // of its last log entry
}

// count names one row of the tally.
type count struct{ survey, place, point, cell string }

func newBatch(w *writer) *batch {
	return &batch{
		connection: &w.connection,
		w:          w,
		surveys:    map[string]*surveyRow{},
		counts:     map[count]int64{},
		dirty:      notice.Changes{},
	}
}

func (b *batch) begin() {
	clear(b.surveys)
	clear(b.counts)
	clear(b.dirty)
}

// apply runs the items in their order, then writes what they added to tallies.
func (b *batch) apply(items []*item) error {
	for _, it := range items {
		it.err = nil
		if err := it.apply(b); err != nil {
			return err
		}
	}
	return b.writeCounts()
}

// survey reads the row of a survey, and makes it, with its key, when there is none.
func (b *batch) survey(id string) (*surveyRow, error) {
	if s := b.surveys[id]; s != nil {
		return s, nil
	}
	s := new(surveyRow)
	err := b.row(`SELECT fingerprint, closed_at IS NOT NULL,
			coalesce((SELECT max(seq) FROM log WHERE survey = ?1), 0)
		FROM surveys WHERE id = ?1`, []any{id}, &s.fingerprint, &s.closed, &s.seq)
	if errors.Is(err, sql.ErrNoRows) {
		key := make([]byte, 32)
		rand.Read(key)
		err = b.exec("INSERT INTO surveys (id, key) VALUES (?, ?)", id, key)
	}
	if err != nil {
		return nil, err
	}
	b.surveys[id] = s
	return s, nil
}

// add counts a response's cells and marks its township as changed.
func (b *batch) add(id, place, point string, cells []survey.Cell) {
	for _, c := range cells {
		b.counts[count{id, place, point, c.Name}] += c.N
	}
	b.dirty.Add(id, survey.TownshipCode(place))
}

// upsertRows is how many counts one statement adds to: the cost of a statement
// weighs as much as that of a row.
const upsertRows = 16

var (
	upsertOne  = upsert(1)
	upsertMany = upsert(upsertRows)
)

// upsert adds to n counts of one survey.
func upsert(n int) string {
	const row = "(?1, ?, ?, ?, ?)"
	return "INSERT INTO tally (survey, place, point, cell, n) VALUES " + row + strings.Repeat(", "+row, n-1) +
		" ON CONFLICT DO UPDATE SET n = n + excluded.n"
}

// writeCounts adds to the tally in the order of its key, which keeps to few pages.
func (b *batch) writeCounts() error {
	b.keys = b.keys[:0]
	for k := range b.counts {
		b.keys = append(b.keys, k)
	}
	slices.SortFunc(b.keys, func(x, y count) int {
		if c := strings.Compare(x.survey, y.survey); c != 0 {
			return c
		}
		if c := strings.Compare(x.place, y.place); c != 0 {
			return c
		}
		if c := strings.Compare(x.point, y.point); c != 0 {
			return c
		}
		return strings.Compare(x.cell, y.cell)
	})
	for keys := b.keys; len(keys) > 0; {
		n, query := 1, upsertOne
		// Sorted, so all are of one survey when the first and the last are.
		if len(keys) >= upsertRows && keys[upsertRows-1].survey == keys[0].survey {
			n, query = upsertRows, upsertMany
		}
		b.args = append(b.args[:0], keys[0].survey)
		for _, k := range keys[:n] {
			b.args = append(b.args, k.place, k.point, k.cell, b.counts[k])
		}
		if err := b.exec(query, b.args...); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}
