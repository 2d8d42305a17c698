package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"jindu/internal/backup"
	"jindu/internal/office"
	"jindu/survey"
)

const (
	// loadAtOnce and loadBytes bound one pipeline.
	loadAtOnce = 500
	loadBytes  = 1 << 20
	// loadBlock is how many entries in a row go to one part of the log.
	loadBlock = 500
)

// Loader fills an empty Redis. The key restoring is there from its first moment
// to its last, and no server starts while it is.
//
// A survey gets as many parts as a new one has on this Redis. Its respondents go
// to the parts they belong to; entries and counts, which do not tell whose they
// are, go to all parts in turn and to the first part: what counts is their sum.
type Loader struct {
	store  *Store
	pipe   redis.Pipeliner
	bytes  int
	parts  int // of every survey
	survey *loading
	keys   map[string][]byte // of the surveys, which come last
}

// loading is the survey that records belong to.
type loading struct {
	parts   []part
	words   []words // of each part
	seq     []int64 // of each part's last log entry
	entries int
	rollUp  map[string]int64 // by field
}

// Load connects to the Redis at that address and begins to fill it. There must be
// nothing of ours in it (ErrNotEmpty): a server that has started leaves something.
func Load(ctx context.Context, address string, opts Options) (_ *Loader, err error) {
	opts.restoring = true
	s, err := Open(ctx, address, opts)
	if err != nil {
		return nil, err
	}
	l := &Loader{store: s, pipe: s.client.Pipeline(), parts: s.newParts(), keys: map[string][]byte{}}
	ours, err := s.client.SetNX(ctx, restoreKey, s.now().UTC().Format(time.RFC3339), 0).Result()
	if err = classify(err); err == nil && !ours {
		err = ErrRestoring
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.expectEmpty(ctx); err != nil {
		return nil, errors.Join(err, classify(s.client.Del(ctx, restoreKey).Err()), s.Close())
	}
	return l, nil
}

// Put takes in one record.
func (l *Loader) Put(ctx context.Context, r backup.Record) error {
	if err := l.add(ctx, r); err != nil {
		return err
	}
	if l.pipe.Len() < loadAtOnce && l.bytes < loadBytes {
		return nil
	}
	return l.flush(ctx)
}

func (l *Loader) flush(ctx context.Context) error {
	l.bytes = 0
	if l.pipe.Len() == 0 {
		return nil
	}
	_, err := l.pipe.Exec(ctx)
	return classify(err)
}

func (l *Loader) add(ctx context.Context, r backup.Record) error {
	switch {
	case r.Survey != nil:
		return l.begin(ctx, r.Survey)
	case r.Respondent != nil:
		number, bucket := locate(r.Respondent.Who, l.parts)
		l.pipe.HSet(ctx, l.survey.parts[number].bucket(bucket), r.Respondent.Who, r.Respondent.First)
	case r.Entry != nil:
		return l.entry(ctx, r.Entry)
	case r.Count != nil:
		l.count(ctx, r.Count)
	case r.Claim != nil:
		l.keep(ctx, claimKey([16]byte(r.Claim.Claim)), r.Claim.Until, "owner", r.Claim.Owner)
	case r.Attempt != nil:
		l.keep(ctx, attemptKey([16]byte(r.Attempt.Who)), r.Attempt.Until, "version", r.Attempt.Version, "state", r.Attempt.State)
	case r.Reply != nil:
		if len(r.Reply.Who) == 16 { // else an early version kept it
			l.keep(ctx, replyKey([16]byte(r.Reply.Who), [16]byte(r.Reply.Message)), r.Reply.Until, "by", 0, "reply", r.Reply.Reply)
		}
	case r.Account != nil:
		text, err := json.Marshal(account{office.Role(r.Account.Role), r.Account.Place, r.Account.Hash, r.Account.Created})
		if err != nil {
			return err
		}
		l.pipe.HSet(ctx, accountsKey, r.Account.Name, text)
	}
	return nil
}

// begin a survey.
func (l *Loader) begin(ctx context.Context, b *backup.Survey) error {
	if err := l.endSurvey(ctx); err != nil {
		return err
	}
	l.survey = &loading{
		parts: allParts(b.ID, l.parts), words: make([]words, l.parts), seq: make([]int64, l.parts), rollUp: map[string]int64{},
	}
	// Only a server that was at work when the restore began could have made it.
	first, err := l.store.client.HSetNX(ctx, home(b.ID).state(), "parts", l.parts).Result()
	if err != nil {
		return classify(err)
	}
	if !first {
		return fmt.Errorf("survey %s: %w", b.ID, ErrNotEmpty)
	}
	if b.Key != nil {
		l.keys[b.ID] = b.Key
	}
	if b.Fingerprint != "" {
		l.pipe.HSet(ctx, home(b.ID).state(), "fingerprint", b.Fingerprint)
	}
	if b.Closed != 0 {
		for _, p := range l.survey.parts {
			l.pipe.HSet(ctx, p.state(), "closed", b.Closed, "parts", l.parts)
		}
	}
	return nil
}

func (l *Loader) entry(ctx context.Context, e *backup.Entry) error {
	in := l.survey
	n := in.entries / loadBlock % len(in.parts)
	in.entries++
	r := &survey.Response{
		Version: e.Version, Tier: e.Tier, Place: e.Place, Point: e.Point, Marks: e.Marks, Answers: e.Answers, At: time.Unix(e.Minute*60, 0),
	}
	if err := checkNames(r); err != nil {
		return err
	}
	if in.words[n] == nil {
		in.words[n] = words{}
	}
	for _, w := range numbered(r) {
		if in.words[n][w] == 0 {
			number := uint64(len(in.words[n]) + 1)
			in.words[n][w] = number
			l.pipe.HSet(ctx, in.parts[n].words(), w, number)
		}
	}
	in.seq[n]++
	packed := pack(r, in.words[n])
	l.bytes += len(packed)
	l.pipe.XAdd(ctx, &redis.XAddArgs{Stream: in.parts[n].log(), ID: "0-" + strconv.FormatInt(in.seq[n], 10), Values: []any{"e", packed}})
	return nil
}

// count adds a count to its township, and to the roll-up, which is written when
// the survey ends.
func (l *Loader) count(ctx context.Context, c *backup.Count) {
	town := survey.TownshipCode(c.Place)
	l.pipe.HIncrBy(ctx, l.survey.parts[0].township(town), c.Place+"\x00"+c.Point+"\x00"+c.Cell, c.N)
	l.survey.rollUp[town+"\x00"+c.Cell] += c.N
}

func (l *Loader) endSurvey(ctx context.Context) error {
	if l.survey == nil {
		return nil
	}
	for field, n := range l.survey.rollUp {
		l.pipe.HSet(ctx, l.survey.parts[0].rollUp(), field, n)
		if l.pipe.Len() >= loadAtOnce {
			if err := l.flush(ctx); err != nil {
				return err
			}
		}
	}
	l.survey = nil
	return l.flush(ctx)
}

// keep a hash until a time, in unix milliseconds.
func (l *Loader) keep(ctx context.Context, key string, until int64, fields ...any) {
	l.bytes += 1 << 10
	l.pipe.HSet(ctx, key, append(fields, "until", until)...)
	l.pipe.PExpire(ctx, key, max(time.Millisecond, time.UnixMilli(until).Sub(l.store.now())))
}

// Count what is there of a survey, in the same ways as a reader of it would.
func (l *Loader) Count(ctx context.Context, id string) (c backup.Counts, err error) {
	if err := l.endSurvey(ctx); err != nil {
		return c, err
	}
	if err := l.flush(ctx); err != nil {
		return c, err
	}
	all := allParts(id, l.parts)
	if c.Respondents, err = l.store.countRows(ctx, all); err != nil {
		return c, err
	}
	for _, p := range all {
		n, err := l.store.client.XLen(ctx, p.log()).Result()
		if err != nil {
			return c, classify(err)
		}
		c.Entries += n
	}
	rows := map[rowKey]map[string]int64{}
	err = l.store.rollUp(ctx, id, l.parts, nil, rows)
	for _, counts := range rows {
		c.Counted += counts[survey.CellResponses]
	}
	return c, err
}

// Commit lets servers start.
func (l *Loader) Commit(ctx context.Context) error {
	if err := l.endSurvey(ctx); err != nil {
		return err
	}
	if err := l.flush(ctx); err != nil {
		return err
	}
	if err := l.unlock(ctx); err != nil {
		return err
	}
	err := l.store.settle(ctx, nil, func(ctx context.Context) error { return l.store.client.Del(ctx, restoreKey).Err() })
	return errors.Join(err, l.store.Close())
}

// unlock writes the surveys' keys. A server that has been at work all the time, on
// what Redis held before it was emptied, takes no answers without the key that it
// knows: so it meets a survey that is whole.
func (l *Loader) unlock(ctx context.Context) error {
	for id, key := range l.keys {
		for _, p := range allParts(id, l.parts)[1:] {
			l.pipe.HSet(ctx, p.state(), "of", mark(key))
		}
		if l.parts > 1 {
			l.pipe.HSet(ctx, home(id).state(), "marked", 1)
		}
	}
	if err := l.flush(ctx); err != nil {
		return err
	}
	for id, key := range l.keys {
		first, err := l.store.client.HSetNX(ctx, home(id).state(), "key", key).Result()
		if err != nil {
			return classify(err)
		}
		if !first {
			return fmt.Errorf("survey %s: %w", id, ErrNotEmpty)
		}
	}
	return nil
}

// Abort takes away what was put. Where Redis does not answer, the key restoring
// stays.
func (l *Loader) Abort(ctx context.Context) error {
	err := l.store.scan(ctx, prefix+"*", func(keys []string) error {
		for _, key := range keys {
			if kept(key) {
				continue
			}
			if err := l.store.client.Unlink(ctx, key).Err(); err != nil {
				return classify(err)
			}
		}
		return nil
	})
	if err == nil {
		err = classify(l.store.client.Del(ctx, restoreKey).Err())
	}
	return errors.Join(err, l.store.Close())
}
