package sqlitestore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"jindu/internal/backup"
)

var (
	_ backup.Source = (*Store)(nil)
	_ backup.Target = (*Loader)(nil)
)

// Size is about how many records Dump gives.
func (s *Store) Size(ctx context.Context) (n int64, err error) {
	err = s.read.row(ctx, "SELECT (SELECT count(*) FROM dedup) + (SELECT count(*) FROM log) + (SELECT count(*) FROM tally)", nil, &n)
	if err != nil {
		return 0, unavailable(err)
	}
	return n, nil
}

var errClosedMeanwhile = errors.New("a survey was closed for good while it was being backed up; begin again")

// Dump gives everything as it was at one moment. The WAL cannot be folded into
// the file while it runs, so it grows by what is written meanwhile.
func (s *Store) Dump(ctx context.Context, put func(backup.Record) error) error {
	tx, err := s.read.db.BeginTx(ctx, nil) // deferred: a snapshot, no lock
	if err != nil {
		return unavailable(err)
	}
	defer tx.Rollback()
	d := dump{ctx, tx, put}
	surveys, err := d.surveys()
	if err != nil {
		return err
	}
	for _, survey := range surveys {
		if err := d.survey(survey); err != nil {
			return err
		}
	}
	if err := d.rest(s.now().UnixMilli()); err != nil {
		return err
	}
	// What was destroyed meanwhile must not live on in an archive.
	if err := tx.Rollback(); err != nil {
		return unavailable(err)
	}
	var closed int
	if err := s.read.row(ctx, "SELECT count(*) FROM surveys WHERE closed_at IS NOT NULL", nil, &closed); err != nil {
		return unavailable(err)
	}
	before := slices.DeleteFunc(surveys, func(survey *backup.Survey) bool { return survey.Closed == 0 })
	if closed != len(before) {
		return errClosedMeanwhile
	}
	return nil
}

// dump is one snapshot being read.
type dump struct {
	ctx context.Context
	tx  *sql.Tx
	put func(backup.Record) error
}

// each puts a record made of every row of a query.
func (d dump) each(record func(*sql.Rows) (backup.Record, error), query string, args ...any) error {
	rows, err := d.tx.QueryContext(d.ctx, query, args...)
	if err != nil {
		return unavailable(err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := record(rows)
		if err != nil {
			return unavailable(err)
		}
		if err := d.put(r); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return unavailable(err)
	}
	return nil
}

func (d dump) surveys() (all []*backup.Survey, err error) {
	collect := dump{d.ctx, d.tx, func(r backup.Record) error { all = append(all, r.Survey); return nil }}
	err = collect.each(func(rows *sql.Rows) (backup.Record, error) {
		r := new(backup.Survey)
		return backup.Record{Survey: r}, rows.Scan(&r.ID, &r.Key, &r.Fingerprint, &r.Closed)
	}, "SELECT id, key, fingerprint, coalesce(closed_at, 0) FROM surveys ORDER BY id")
	return all, err
}

func (d dump) survey(s *backup.Survey) error {
	if err := d.put(backup.Record{Survey: s}); err != nil {
		return err
	}
	var err error
	if s.Closed == 0 { // else the rows that are left are about to go
		err = d.each(func(rows *sql.Rows) (backup.Record, error) {
			r := new(backup.Respondent)
			return backup.Record{Respondent: r}, rows.Scan(&r.Who, &r.First)
		}, "SELECT who, first FROM dedup WHERE survey = ? ORDER BY who", s.ID)
	}
	if err == nil {
		err = d.each(entryOf, `SELECT version, tier, place, point, marks, answers, minute
			FROM log WHERE survey = ? ORDER BY seq`, s.ID)
	}
	if err == nil {
		err = d.each(func(rows *sql.Rows) (backup.Record, error) {
			r := new(backup.Count)
			return backup.Record{Count: r}, rows.Scan(&r.Place, &r.Point, &r.Cell, &r.N)
		}, "SELECT place, point, cell, n FROM tally WHERE survey = ?", s.ID)
	}
	return err
}

func entryOf(rows *sql.Rows) (backup.Record, error) {
	r := new(backup.Entry)
	var marks, answers []byte
	var second int64
	if err := rows.Scan(&r.Version, &r.Tier, &r.Place, &r.Point, &marks, &answers, &second); err != nil {
		return backup.Record{}, err
	}
	r.Minute = second / 60
	if len(marks) > 0 {
		if err := json.Unmarshal(marks, &r.Marks); err != nil {
			return backup.Record{}, err
		}
	}
	return backup.Record{Entry: r}, json.Unmarshal(answers, &r.Answers)
}

// passing are the tables of what ends by itself.
var passing = []struct {
	query  string
	record func(*sql.Rows) (backup.Record, error)
}{
	{"SELECT claim, owner, until_ms FROM claims WHERE until_ms > ?", func(rows *sql.Rows) (backup.Record, error) {
		r := new(backup.Claim)
		return backup.Record{Claim: r}, rows.Scan(&r.Claim, &r.Owner, &r.Until)
	}},
	{"SELECT who, version, state, until_ms FROM attempts WHERE until_ms > ?", func(rows *sql.Rows) (backup.Record, error) {
		r := new(backup.Attempt)
		return backup.Record{Attempt: r}, rows.Scan(&r.Who, &r.Version, &r.State, &r.Until)
	}},
	{"SELECT who, message, reply, until_ms FROM replies WHERE until_ms > ?", func(rows *sql.Rows) (backup.Record, error) {
		r := new(backup.Reply)
		return backup.Record{Reply: r}, rows.Scan(&r.Who, &r.Message, &r.Reply, &r.Until)
	}},
}

// rest gives what belongs to no survey and has not ended.
func (d dump) rest(now int64) error {
	for _, table := range passing {
		if err := d.each(table.record, table.query, now); err != nil {
			return err
		}
	}
	return d.each(func(rows *sql.Rows) (backup.Record, error) {
		r := new(backup.Account)
		return backup.Record{Account: r}, rows.Scan(&r.Name, &r.Role, &r.Place, &r.Hash, &r.Created)
	}, selectAccounts+" ORDER BY name")
}
