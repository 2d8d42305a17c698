package wechat

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"jindu/bot"
)

const (
	// letterTime bounds the sending of an answer as a message of its own.
	letterTime = 10 * time.Second
	// pictureTime bounds the sending of a picture before its reply.
	pictureTime = 1500 * time.Millisecond
)

// converse asks the bot and settles the exchange, whatever happens.
func (w *Webhook) converse(ctx context.Context, m bot.Message, e *exchange) {
	defer w.inflight.Add(-1)
	var out said
	pictured := false
	defer func() {
		if r := recover(); r != nil {
			w.Log.Error("panic while answering", "panic", r, "stack", string(debug.Stack()))
			out = w.busy()
		}
		// A picture goes out once, whatever becomes of the attempt.
		if w.exchanges.settle(m.Key, e, out, pictured) && out.text != "" {
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
	if pictured = w.picture(within, m, reply.Picture); !pictured {
		out.news = card(reply.News)
	}
}

// picture sends the picture that belongs before a reply, where the account may,
// and says whether it did. The reply itself tells where else it can be seen. A
// picture cannot be the reply: it would come without the words that explain it
// and without anything to tap.
func (w *Webhook) picture(ctx context.Context, m bot.Message, id string) bool {
	if id == "" || w.Letters == nil || !w.Letters.Ready() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	if err := w.Letters.SendPicture(ctx, m.From, id); errors.Is(err, ErrMayNot) {
		return false
	} else if err != nil {
		w.pictures.Do(func() { w.Log.Warn("a picture was not sent, its reply leads to it", "picture", id, "error", err) })
		return false
	}
	return true
}

// write sends an answer as a message of its own. It is tried once: a failure does
// not tell whether the person got it.
func (w *Webhook) write(ctx context.Context, m bot.Message, text string) {
	ctx, cancel := context.WithTimeout(ctx, letterTime)
	defer cancel()
	if err := w.Letters.Send(ctx, m.From, text); err != nil {
		w.Log.Warn("a late answer was not sent", "kind", m.Kind, "error", err, "since_start", w.unsent.Add(1))
	}
}

// Close ends the conversation: what is being answered is answered and what is to be
// written is written, until ctx ends. Whoever asks meanwhile is told to come again.
func (w *Webhook) Close(ctx context.Context) {
	select {
	case <-w.talks.close():
	case <-ctx.Done():
		w.Log.Warn("answers were left behind", "n", w.inflight.Load())
	}
}
