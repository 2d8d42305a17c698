package wechat

import (
	"context"
	"errors"
	"time"

	"jindu/bot"
)

// WeChat hangs up after 5 s and sends a message that got no answer again, three
// times in all; an answer of whatever kind ends that. So an attempt that would be
// late is left without any, and the retry finds the reply; the last attempt is
// told that the bot is busy.
//
// Where the account may write to a follower outside of a reply, no attempt is
// left so: the first that would be late is answered with nothing, and the answer
// follows as a message of its own.
const (
	deadline  = 4500 * time.Millisecond // for each attempt
	hangUp    = time.Second             // how long an attempt that is left without an answer waits for WeChat to hang up
	attempts  = 3
	allowance = attempts * 5 * time.Second // for the bot, over all attempts
	// WeChat counts unanswered attempts against the account: it warns at 30 in
	// 5 minutes and stops sending for a minute when there are too many. So few
	// are left unanswered at once.
	maxHeld = 8
)

// errLeave says that the attempt must get no answer.
var errLeave = errors.New("left without an answer")

// answer gives what is said to one attempt at a message within the deadline; or
// errLeave. A reply that is there at once is said at once, whatever else is under way.
func (w *Webhook) answer(ctx context.Context, m bot.Message) (said, error) {
	reply, later := w.begin(m)
	if later == nil && reply.Outcome == bot.Crisis { // however often they write
		return w.say(reply), nil
	}
	e, first, known := w.exchanges.join(m.Key)
	if first && !known && !w.followers.Allow(ctx, string(m.Who[:])) {
		var out said
		if w.notices.Allow(ctx, string(m.Who[:])) {
			out.text = legal(w.RateLimited())
		}
		w.exchanges.settle(m.Key, e, out, true)
		return out, nil
	}
	instead, quick := w.say(reply), later == nil && (reply.Picture == "" || !w.mayWrite())
	if !quick && reply.Empty() {
		instead = w.busy()
	}
	switch {
	case quick && first:
		w.exchanges.settle(m.Key, e, instead, false)
		return instead, nil
	case quick: // the first attempt said something else, or is about to
	case !w.places.take(m.Who):
		if first {
			w.exchanges.settle(m.Key, e, instead, false)
		}
		return instead, nil
	case !first:
		defer w.places.give(m.Who)
	case !w.talks.begin():
		defer w.places.give(m.Who)
		w.exchanges.settle(m.Key, e, instead, false)
	default:
		// It outlives this attempt: the place is given back when it is done.
		w.talks.run(func() { w.converse(context.WithoutCancel(ctx), m, e, reply, later) })
	}
	timer := time.NewTimer(deadline)
	defer timer.Stop()
	select {
	case <-e.done:
		return e.said, nil
	case <-ctx.Done():
		w.exchanges.miss(e)
		return said{}, errLeave
	case <-timer.C:
	}
	if w.mayWrite() {
		if w.exchanges.post(e) {
			return said{}, nil
		}
		<-e.done
		return e.said, nil
	}
	tries := w.exchanges.miss(e)
	held := w.held.Add(1)
	defer w.held.Add(-1)
	if held > maxHeld || tries >= attempts {
		return w.busy(), nil
	}
	timer.Reset(hangUp)
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	return said{}, errLeave
}

// mayWrite says whether the account may write outside of a reply.
func (w *Webhook) mayWrite() bool { return w.Letters != nil && w.Letters.Ready() }

func (w *Webhook) busy() said { return said{text: legal(w.Busy())} }
