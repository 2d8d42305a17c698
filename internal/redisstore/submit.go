package redisstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"jindu/internal/dedup"
	"jindu/survey"
)

// submission is a response on its way.
type submission struct {
	response *survey.Response
	mask     dedup.Mask
	bucket   int
	words    []string
	mark     string // of the survey's key
	home     string // fingerprint of a survey of several parts
	result   survey.Result

	state atomic.Int32 // queued, then taken or dropped
	done  chan error   // capacity 1: a flight never waits for a caller
}

const (
	queued int32 = iota
	taken
	dropped
)

// Submit adds a response. A respondent who has answered is told so even when the
// survey is frozen under another fingerprint.
func (s *Store) Submit(ctx context.Context, r *survey.Response) (survey.Result, error) {
	if err := checkNames(r); err != nil {
		return survey.Result{}, err
	}
	if !s.enter() {
		return survey.Result{}, unavailable(errClosed)
	}
	defer s.leave()
	parts, err := s.partsOf(ctx, r.Survey)
	if err != nil {
		return survey.Result{}, err
	}
	sub := &submission{response: clone(r), mask: dedup.NewMask(r.Survey, r.Respondent), words: numbered(r), done: make(chan error, 1)}
	if sub.mark, err = s.markOf(r.Survey); err != nil {
		return survey.Result{}, err
	}
	if parts > 1 {
		if sub.home, err = s.freeze(ctx, r.Survey, r.Fingerprint, sub.mark); err != nil {
			return survey.Result{}, err
		}
	}
	select {
	case s.room <- struct{}{}:
	case <-ctx.Done():
		return survey.Result{}, unavailable(ctx.Err())
	}
	defer func() { <-s.room }()
	number, bucket := locate(sub.mask.Who(), parts)
	sub.bucket = bucket
	if err := s.lane(newPart(r.Survey, number)).submit(ctx, sub); err != nil {
		return survey.Result{}, err
	}
	return sub.result, nil
}

// checkNames refuses what would run into its neighbour in the name of a word or count.
func checkNames(r *survey.Response) error {
	names := append([]string{r.Tier, r.Place, r.Point}, r.Marks...)
	for _, a := range r.Answers {
		names = append(append(names, a.Question), a.Options...)
	}
	for _, n := range names {
		if strings.Contains(n, "\x00") {
			return fmt.Errorf("response with a NUL in %q", n)
		}
	}
	return nil
}

// clone keeps what a flight reads: the caller may leave before.
func clone(r *survey.Response) *survey.Response {
	c := *r
	c.At = time.Unix(r.At.Unix(), 0)
	c.Marks, c.Answers, c.Cells = slices.Clone(r.Marks), slices.Clone(r.Answers), slices.Clone(r.Cells)
	return &c
}

// batch is the arguments of one call of the script.
type batch struct {
	part  part
	subs  []*submission
	words []string // each once
	keys  []string
	at    map[string]int // key → its position
	args  []any
}

func newBatch(p part, subs []*submission) *batch {
	b := &batch{part: p, subs: subs}
	seen := map[string]bool{}
	for _, sub := range subs {
		for _, w := range sub.words {
			if !seen[w] {
				seen[w] = true
				b.words = append(b.words, w)
			}
		}
	}
	return b
}

// encode the batch with what is known of its words. Responses are left out while a
// word has no number yet: the script gives it one first.
func (b *batch) encode(numbers words) {
	b.keys = append(b.keys[:0], b.part.state(), b.part.log(), b.part.words(), b.part.rollUp(), b.part.late())
	b.at = map[string]int{}
	subs := b.subs
	for _, w := range b.words {
		if numbers[w] == 0 {
			subs = nil
		}
	}
	standing := "other"
	if b.part.number == 0 {
		standing = "home"
	}
	b.args = append(b.args[:0], len(b.words), len(subs), b.subs[0].home, b.subs[0].mark, standing)
	for _, w := range b.words {
		b.args = append(b.args, w, strconv.FormatUint(numbers[w], 10))
	}
	for _, sub := range subs {
		b.add(sub, numbers)
	}
}

func (b *batch) add(sub *submission, numbers words) {
	r := sub.response
	town := survey.TownshipCode(r.Place)
	b.args = append(b.args,
		b.key(b.part.bucket(sub.bucket)), b.key(b.part.township(town)),
		sub.mask.Who(), sub.mask.Hide(r.ID, r.At), r.Fingerprint, pack(r, numbers),
		town+"\x00", r.Place+"\x00"+r.Point+"\x00", len(r.Cells))
	for _, c := range r.Cells {
		b.args = append(b.args, c.Name, c.N)
	}
}

// key gives the position of a key, counted from 1 as Lua does.
func (b *batch) key(name string) int {
	if b.at[name] == 0 {
		b.keys = append(b.keys, name)
		b.at[name] = len(b.keys)
	}
	return b.at[name]
}

// accept makes a result, or an error, of what the script gave for a submission.
func (sub *submission) accept(outcome string) error {
	r := sub.response
	switch outcome {
	case "ok":
		sub.result = survey.Result{Outcome: survey.Accepted, FirstID: r.ID, At: r.At}
		return nil
	case "closed":
		return fmt.Errorf("%w: %s", survey.ErrClosed, r.Survey)
	case "frozen":
		return fmt.Errorf("%w: %s", survey.ErrFrozen, r.Survey)
	}
	id, at, err := sub.mask.Reveal([]byte(outcome))
	if err != nil {
		return err
	}
	sub.result = survey.Result{Outcome: survey.Duplicate, FirstID: id, At: at}
	if id == r.ID {
		sub.result.Outcome = survey.Replayed
	}
	return nil
}
