package redisstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"jindu/internal/backup"
)

// dump reads one part of a survey.
type dump struct {
	store *Store
	part  part
	parts int
	name  string
	open  bool // else there are no respondents any more
	quiet bool // nothing can be written, so nothing may come while this reads
	put   func(backup.Record) error
}

func (d *dump) run(ctx context.Context) error {
	last, counts, err := d.begin(ctx)
	if refused(err) {
		d.quiet = true
		last, counts, err = d.begin(ctx)
	}
	if err != nil {
		return err
	}
	if d.quiet {
		if d.open {
			if err := d.respondents(ctx); err != nil {
				return err
			}
		}
		ends, err := d.store.logEnds(ctx, []part{d.part})
		if err != nil {
			return err
		}
		if ends[0] != last {
			return errNotQuiet
		}
	} else if d.open {
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

// refused says whether Redis takes no writing: its memory is full, it lacks replicas, or
// it does not let this account. As a rule it takes no responses then either.
func refused(err error) bool {
	return slices.ContainsFunc([]string{"EXECABORT", "OOM", "NOREPLICAS", "MISCONF"}, func(p string) bool { return redis.HasErrorPrefix(err, p) })
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
			together := d.store.client.TxPipelined
			if d.quiet { // full of data, Redis queues no transaction
				together = d.store.client.Pipelined
			}
			_, err := together(ctx, func(tx redis.Pipeliner) error {
				if d.open && !d.quiet {
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
			err := eachCount(places[town].Val(), 3, func(name []string, n int64) {
				counts = append(counts, backup.Count{Place: name[0], Point: name[1], Cell: name[2], N: n})
			})
			if err != nil {
				return 0, nil, fmt.Errorf("%s: %w", d.part.township(town), err)
			}
		}
		return last, counts, nil
	}
}

// respondents gives the dedup rows that were there at the moment.
func (d *dump) respondents(ctx context.Context) error {
	for keys := range d.part.bucketKeys(d.parts, dumpBuckets) {
		hashes, err := d.store.hashes(ctx, keys)
		if err != nil {
			return err
		}
		rows := make([]backup.Respondent, 0, len(keys)*64)
		for _, hash := range hashes {
			for who, first := range hash {
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
	if d.quiet {
		return make([]bool, len(rows)), nil
	}
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
