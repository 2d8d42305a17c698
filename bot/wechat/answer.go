package wechat

import (
	"context"
	"errors"
	"runtime/debug"
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
	// letterTime bounds the sending of an answer as a message of its own.
	letterTime = 10 * time.Second
)

// errLeave says that the attempt must get no answer.
var errLeave = errors.New("left without an answer")

// answer gives what is said to one attempt at a message within the deadline; or
// errLeave.
func (w *Webhook) answer(ctx context.Context, m bot.Message) (said, error) {
	if w.inflight.Add(1) > int64(w.Inflight) {
		w.inflight.Add(-1)
		return w.busy(), nil
	}
	e, first, known := w.exchanges.join(m.Key)
	switch {
	case !first:
		defer w.inflight.Add(-1)
	case !known && !w.followers.Allow(string(m.Who[:])):
		defer w.inflight.Add(-1)
		var out said
		if w.notices.Allow(string(m.Who[:])) {
			out.text = legal(w.RateLimited())
		}
		w.exchanges.settle(m.Key, e, out, true)
		return out, nil
	default:
		// It outlives this attempt: the place is given back when it is done.
		go w.converse(context.WithoutCancel(ctx), m, e)
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
	if w.Letters != nil && w.Letters.Ready() {
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

// converse asks the bot and settles the exchange, whatever happens.
func (w *Webhook) converse(ctx context.Context, m bot.Message, e *exchange) {
	defer w.inflight.Add(-1)
	var out said
	defer func() {
		if r := recover(); r != nil {
			w.Log.Error("panic while answering", "panic", r, "stack", string(debug.Stack()))
			out = w.busy()
		}
		if w.exchanges.settle(m.Key, e, out, false) && out.text != "" {
			w.write(ctx, m, out.text)
		}
	}()
	within, cancel := context.WithTimeout(ctx, allowance)
	defer cancel()
	reply, err := w.Answerer.Answer(within, m)
	if err != nil {
		w.Log.Error("no answer from the bot", "kind", m.Kind, "error", err)
		if reply.Empty() {
			reply.Text = w.Busy()
		}
	}
	var cut bool
	if out.text, cut = render(reply); cut {
		w.Log.Warn("a reply was too long and was cut", "topic", reply.Topic)
	}
	out.news = card(reply.News)
}

// write sends an answer as a message of its own. It is tried once: a failure does
// not tell whether the person got it.
func (w *Webhook) write(ctx context.Context, m bot.Message, text string) {
	ctx, cancel := context.WithTimeout(ctx, letterTime)
	defer cancel()
	if err := w.Letters.Send(ctx, m.From, text); err != nil {
		w.Log.Warn("a late answer was not sent", "kind", m.Kind, "error", err)
	}
}

func (w *Webhook) busy() said { return said{text: legal(w.Busy())} }
