package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"time"

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
	errNotQuiet        = errors.New("存储（Redis）不让备份做记号（多半是内存满了：INFO memory 看 used_memory 和 maxmemory），而备份时又有新答卷进来：请加大 maxmemory 再备份")
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
// write down which rows they add (key late), and those are left out. A Redis whose
// memory is full takes neither that key nor responses: there the log must not have
// grown when the rows were read.
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
