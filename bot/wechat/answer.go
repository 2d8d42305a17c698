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

// answer gives the text for one attempt at a message, "" for none, within the
// deadline; or errLeave.
func (w *Webhook) answer(ctx context.Context, m bot.Message) (string, error) {
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
		text := ""
		if w.notices.Allow(string(m.Who[:])) {
			text = legal(w.RateLimited())
		}
		w.exchanges.settle(m.Key, e, text, true)
		return text, nil
	default:
		// It outlives this attempt: the place is given back when it is done.
		go w.converse(context.WithoutCancel(ctx), m, e)
	}
	timer := time.NewTimer(deadline)
	defer timer.Stop()
	select {
	case <-e.done:
		return e.text, nil
	case <-ctx.Done():
		w.exchanges.miss(e)
		return "", errLeave
	case <-timer.C:
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
	return "", errLeave
}

// converse asks the bot and settles the exchange, whatever happens.
func (w *Webhook) converse(ctx context.Context, m bot.Message, e *exchange) {
	defer w.inflight.Add(-1)
	text := ""
	defer func() {
		if r := recover(); r != nil {
			w.Log.Error("panic while answering", "panic", r, "stack", string(debug.Stack()))
			text = w.busy()
		}
		w.exchanges.settle(m.Key, e, text, false)
	}()
	ctx, cancel := context.WithTimeout(ctx, allowance)
	defer cancel()
	reply, err := w.Answerer.Answer(ctx, m)
	if err != nil {
		w.Log.Error("no answer from the bot", "kind", m.Kind, "error", err)
		if reply.Empty() {
			reply.Text = w.Busy()
		}
	}
	var cut bool
	if text, cut = render(reply); cut {
		w.Log.Warn("a reply was too long and was cut", "topic", reply.Topic)
	}
}

func (w *Webhook) busy() string { return legal(w.Busy()) }
