package redisstore

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"jindu/internal/notice"
	"jindu/survey"
)

const (
	// batchLimit bounds one call of the script, and with it how long Redis serves
	// no one else.
	batchLimit = 128
	// flightLimit is how many calls are under way for one part: one that waits for
	// the disk, one that comes in meanwhile.
	flightLimit = 2
	// queueLimit bounds what waits in one process.
	queueLimit = 4096
)

// lane takes the submissions to one part of a survey. What is queued while its
// flights are under way goes out together with the next.
type lane struct {
	store *Store
	part  part

	mu      sync.Mutex
	pending []*submission
	flights int
	waiting int // flights that wait for Redis to answer again

	// numbers of the words, as far as this process knows; replaced, never changed.
	numbers atomic.Pointer[words]
}

func (s *Store) lane(p part) *lane {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lanes[p]
	if l == nil {
		l = &lane{store: s, part: p}
		l.numbers.Store(&words{})
		s.lanes[p] = l
	}
	return l
}

// submit queues a submission and waits for its outcome. A nil error means durable.
func (l *lane) submit(ctx context.Context, sub *submission) error {
	if err := ctx.Err(); err != nil {
		return unavailable(err)
	}
	if !l.queue(sub) {
		return unavailable(errDown)
	}
	select {
	case err := <-sub.done:
		return err
	case <-ctx.Done():
		if sub.state.CompareAndSwap(queued, dropped) {
			return unavailable(ctx.Err())
		}
		select {
		case err := <-sub.done:
			return err
		default:
			return unknown(ctx.Err())
		}
	}
}

// queue gives false when Redis does not answer those who came before.
func (l *lane) queue(sub *submission) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting > 0 {
		return false
	}
	l.pending = append(l.pending, sub)
	if l.flights < flightLimit {
		l.flights++
		l.store.work.Add(1) // the caller holds the store open
		go l.fly()
	}
	return true
}

// fly sends what is pending until nothing is.
func (l *lane) fly() {
	defer l.store.leave()
	for {
		subs := l.take()
		if len(subs) == 0 {
			return
		}
		l.send(subs)
		// Let the answered callers queue their next before the next batch is taken:
		// otherwise it would be the first of them alone. This waits for nothing.
		runtime.Gosched()
	}
}

// take gives the next batch, or ends the flight with none.
func (l *lane) take() []*submission {
	l.mu.Lock()
	defer l.mu.Unlock()
	var subs []*submission
	for len(l.pending) > 0 && len(subs) < batchLimit {
		sub := l.pending[0]
		l.pending[0] = nil
		l.pending = l.pending[1:]
		if sub.state.CompareAndSwap(queued, taken) {
			subs = append(subs, sub)
		}
	}
	if len(subs) == 0 {
		l.flights--
	}
	return subs
}

// send stores a batch and answers its callers. It has no context of a caller: the
// end of one must not leave the others in doubt.
func (l *lane) send(subs []*submission) {
	var outcomes []string
	waiting := false
	err := l.store.settle(context.Background(), func() { waiting = true; l.wait() }, func(ctx context.Context) (err error) {
		outcomes, err = l.call(ctx, newBatch(l.part, subs))
		return err
	})
	if waiting {
		l.mu.Lock()
		l.waiting--
		l.mu.Unlock()
	}
	if err != nil {
		for _, sub := range subs {
			sub.done <- err
		}
		return
	}
	changes := notice.Changes{}
	for i, sub := range subs {
		err := sub.accept(outcomes[i])
		if err == nil && sub.result.Outcome == survey.Accepted {
			changes.Add(l.part.survey, survey.TownshipCode(sub.response.Place))
		}
		sub.done <- err
	}
	if len(changes) > 0 {
		l.store.hub.Notify(changes)
		l.store.notices.add(changes)
	}
}

// wait fails who is queued behind a flight that Redis does not answer, and who
// comes until it does: nothing of theirs was sent.
func (l *lane) wait() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting++
	for _, sub := range l.pending {
		if sub.state.CompareAndSwap(queued, dropped) {
			sub.done <- unavailable(errDown)
		}
	}
	l.pending = nil
}

// call the script, again when this process was wrong about the numbers of words.
func (l *lane) call(ctx context.Context, b *batch) ([]string, error) {
	for range 3 {
		b.encode(*l.numbers.Load())
		reply, err := l.store.runReplicated(ctx, submitScript, b.keys, b.args...).StringSlice()
		if err != nil {
			return nil, err
		}
		if len(reply) == 1 && reply[0] == "lost" {
			return nil, l.store.partLost(l.part)
		}
		if len(reply) == 1 && reply[0] == "closed" {
			l.store.noteClosed(l.part.survey)
			return slices.Repeat(reply, len(b.subs)), nil
		}
		l.see()
		switch {
		case len(reply) == 1+len(b.words) && reply[0] == "words":
			if err := l.learn(b.words, reply[1:]); err != nil {
				return nil, unavailable(err)
			}
		case len(reply) == len(b.subs):
			return reply, nil
		}
	}
	return nil, unavailable(fmt.Errorf("the words of %s do not settle", l.part.survey))
}

// learn the numbers of words. What the other flight learns meanwhile may be lost,
// and is asked for again.
func (l *lane) learn(names, numbers []string) error {
	known := maps.Clone(*l.numbers.Load())
	for i, w := range names {
		n, err := strconv.ParseUint(numbers[i], 10, 32)
		if err != nil {
			return fmt.Errorf("number of word %q: %w", w, err)
		}
		known[w] = n
	}
	l.numbers.Store(&known)
	return nil
}

// see notes that Redis has this part under the survey's mark.
func (l *lane) see() {
	if !l.store.anyLost.Load() {
		return
	}
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	l.store.regain(l.part)
}
