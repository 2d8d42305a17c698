package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"jindu/internal/backup"
)

var (
	_ backup.Source = (*Store)(nil)
	_ backup.Target = (*Loader)(nil)
)

const (
	// dumpBuckets is how many buckets are read at once: a thousand rows at a
	// million respondents. Redis serves no one else meanwhile.
	dumpBuckets = 16
	// dumpLife bounds the dump of one part, so that one that was killed does not
	// make Redis collect late rows for ever.
	dumpLife = time.Hour
)

var (
	dumpedScript = script("dumped")

	errDumpLost        = errors.New("another backup began, or this one took too long; begin again")
	errClosedMeanwhile = errors.New("a survey was closed for good while it was being backed up; begin again")
)

// Size is about how many records Dump gives.
func (s *Store) Size(ctx context.Context) (n int64, err error) {
	ids, err := s.surveys(ctx)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		parts, err := s.partsOf(ctx, id)
		if err != nil {
			return 0, err
		}
		ends, err := s.logEnds(ctx, allParts(id, parts))
		if err != nil {
			return 0, err
		}
		for _, end := range ends {
			n += 2 * int64(end) // an entry and a respondent
		}
	}
	return n, nil
}

// Dump gives everything; each part of a survey as it was at one moment. That
// moment is the transaction which reads the counts and the end of the log. Dedup
// rows tell nothing of when they came, so from that moment on the submissions
// write down which rows they add (key late), and those are left out.
func (s *Store) Dump(ctx context.Context, put func(backup.Record) error) error {
	ids, err := s.surveys(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.dumpSurvey(ctx, id, put); err != nil {
			return err
		}
	}
	if err := s.dumpPassing(ctx, put); err != nil {
		return err
	}
	accounts, err := s.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, a := range accounts {
		err := put(backup.Record{Account: &backup.Account{Name: a.Name, Role: string(a.Role), Place: a.Place, Hash: a.Hash, Created: a.Created.Unix()}})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) dumpSurvey(ctx context.Context, id string, put func(backup.Record) error) error {
	parts, err := s.partsOf(ctx, id)
	if err != nil {
		return err
	}
	before, err := s.survey(ctx, id)
	if err != nil {
		return err
	}
	if err := put(backup.Record{Survey: before}); err != nil {
		return err
	}
	for _, p := range allParts(id, parts) {
		d := &dump{store: s, part: p, parts: parts, name: rand.Text(), open: before.Closed == 0, put: put}
		if err := d.run(ctx); err != nil {
			return err
		}
	}
	// What was destroyed meanwhile must not live on in an archive.
	after, err := s.survey(ctx, id)
	if err == nil && after.Closed != before.Closed {
		err = errClosedMeanwhile
	}
	return err
}

// survey reads the state of a survey that is there.
func (s *Store) survey(ctx context.Context, id string) (*backup.Survey, error) {
	var row []any
	err := s.read(ctx, func(ctx context.Context) (err error) {
		row, err = s.client.HMGet(ctx, home(id).state(), "key", "fingerprint", "closed").Result()
		return err
	})
	if err != nil {
		return nil, err
	}
	b := &backup.Survey{ID: id}
	if key, ok := row[0].(string); ok {
		b.Key = []byte(key)
	}
	b.Fingerprint, _ = row[1].(string)
	if closed, ok := row[2].(string); ok {
		if b.Closed, err = strconv.ParseInt(closed, 10, 64); err != nil {
			return nil, fmt.Errorf("state of %s: %w", id, err)
		}
	}
	return b, nil
}

// dump reads one part of a survey.
type dump struct {
	store *Store
	part  part
	parts int
	name  string
	open  bool // else there are no respondents any more
	put   func(backup.Record) error
}

func (d *dump) run(ctx context.Context) error {
	last, counts, err := d.begin(ctx)
	if err != nil {
		return err
	}
	if d.open {
		if err := d.respondents(ctx); err != nil {
			return err
		}
		ended, err := d.store.write(ctx, dumpedScript, []string{d.part.late()}, d.name)
		if err != nil {
			return err
		}
		if ended != int64(1) {
			return errDumpLost
		}
	}
	if err := d.entries(ctx, last); err != nil {
		return err
	}
	for _, c := range counts {
		if err := d.put(backup.Record{Count: &c}); err != nil {
			return err
		}
	}
	return nil
}

// begin marks the moment, and reads the number of the last log entry and the
// counts at that moment. All keys of a part are in one slot, so a transaction
// holds them. It has to know the townships before: it looks again when one came
// in between.
func (d *dump) begin(ctx context.Context) (last uint64, counts []backup.Count, err error) {
	towns := map[string]bool{}
	for {
		var end *redis.XMessageSliceCmd
		var rollUp *redis.MapStringStringCmd
		places := map[string]*redis.MapStringStringCmd{}
		err := d.store.read(ctx, func(ctx context.Context) error {
			_, err := d.store.client.TxPipelined(ctx, func(tx redis.Pipeliner) error {
				if d.open {
					tx.Del(ctx, d.part.late())
					tx.SAdd(ctx, d.part.late(), d.name)
					tx.PExpire(ctx, d.part.late(), dumpLife)
				}
				end = tx.XRevRangeN(ctx, d.part.log(), "+", "-", 1)
				rollUp = tx.HGetAll(ctx, d.part.rollUp())
				for t := range towns {
					places[t] = tx.HGetAll(ctx, d.part.township(t))
				}
				return nil
			})
			return err
		})
		if err != nil {
			return 0, nil, err
		}
		known := len(towns)
		for field := range rollUp.Val() {
			town, _, _ := strings.Cut(field, "\x00")
			towns[town] = true
		}
		if len(towns) > known {
			continue
		}
		if list := end.Val(); len(list) > 0 {
			if last, err = parseSeq(list[0].ID); err != nil {
				return 0, nil, err
			}
		}
		for _, town := range slices.Sorted(maps.Keys(places)) {
			some, err := countsOf(places[town].Val())
			if err != nil {
				return 0, nil, fmt.Errorf("counts of %s in %s: %w", town, d.part.survey, err)
			}
			counts = append(counts, some...)
		}
		return last, counts, nil
	}
}

func countsOf(fields map[string]string) ([]backup.Count, error) {
	counts := make([]backup.Count, 0, len(fields))
	for field, text := range fields {
		name := strings.SplitN(field, "\x00", 3)
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || len(name) != 3 {
			return nil, fmt.Errorf("count %q of %q", text, field)
		}
		counts = append(counts, backup.Count{Place: name[0], Point: name[1], Cell: name[2], N: n})
	}
	return counts, nil
}

// respondents gives the dedup rows that were there at the moment.
func (d *dump) respondents(ctx context.Context) error {
	for keys := range d.part.bucketKeys(d.parts, dumpBuckets) {
		cmds := make([]*redis.MapStringStringCmd, len(keys))
		err := d.store.read(ctx, func(ctx context.Context) error {
			_, err := d.store.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
				for i, key := range keys {
					cmds[i] = pipe.HGetAll(ctx, key)
				}
				return nil
			})
			return err
		})
		if err != nil {
			return err
		}
		rows := make([]backup.Respondent, 0, len(keys)*64)
		for _, cmd := range cmds {
			for who, first := range cmd.Val() {
				rows = append(rows, backup.Respondent{Who: []byte(who), First: []byte(first)})
			}
		}
		late, err := d.late(ctx, rows)
		if err != nil {
			return err
		}
		for i := range rows {
			if late[i] {
				continue
			}
			if err := d.put(backup.Record{Respondent: &rows[i]}); err != nil {
				return err
			}
		}
	}
	return nil
}

// late says which rows came after the moment. It has to be asked after the rows
// were read: a row and the word of its coming are written in one step.
func (d *dump) late(ctx context.Context, rows []backup.Respondent) (late []bool, err error) {
	members := make([]any, 1, 1+len(rows))
	members[0] = d.name
	for _, r := range rows {
		members = append(members, r.Who)
	}
	err = d.store.read(ctx, func(ctx context.Context) (err error) {
		late, err = d.store.client.SMIsMember(ctx, d.part.late(), members...).Result()
		return err
	})
	if err == nil && (len(late) != len(members) || !late[0]) {
		err = errDumpLost
	}
	if err != nil {
		return nil, err
	}
	return late[1:], nil
}

// entries gives the log up to an entry.
func (d *dump) entries(ctx context.Context, last uint64) error {
	for read := uint64(0); read < last; {
		page, err := d.store.logPage(ctx, d.part, read, last)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break // someone took entries out by hand
		}
		for _, e := range page {
			read = e.seq
			err := d.put(backup.Record{Entry: &backup.Entry{
				Version: e.entry.Version, Tier: e.entry.Tier, Place: e.entry.Place, Point: e.entry.Point,
				Marks: e.entry.Marks, Answers: e.entry.Answers, Minute: e.entry.At.Unix() / 60,
			}})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
