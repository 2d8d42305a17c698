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

// begin asks the bot for what it has to say at once.
func (w *Webhook) begin(m bot.Message) (reply bot.Reply, later func(context.Context) (bot.Reply, error)) {
	defer func() {
		if r := recover(); r != nil {
			w.panicked(r)
			reply, later = bot.Reply{Text: w.Busy()}, nil
		}
	}()
	return w.Answerer.Begin(m)
}

func (w *Webhook) panicked(r any) {
	w.Log.Error("panic while answering", "panic", r, "stack", string(debug.Stack()))
}

// say renders a reply whose picture, if it has one, was not sent.
func (w *Webhook) say(reply bot.Reply) said {
	text, cut := render(reply)
	if cut {
		w.Log.Warn("a reply was too long and was cut", "topic", reply.Topic)
	}
	return said{text, card(reply.News)}
}

// converse makes the reply, if it is not there already, sends its picture, and settles
// the exchange, whatever happens.
func (w *Webhook) converse(ctx context.Context, m bot.Message, e *exchange, reply bot.Reply, later func(context.Context) (bot.Reply, error)) {
	defer w.places.give(m.Who)
	var out said
	pictured := false
	defer func() {
		if r := recover(); r != nil {
			w.panicked(r)
			out = w.busy()
		}
		// A picture goes out once, whatever becomes of the attempt.
		if w.exchanges.settle(m.Key, e, out, pictured) && out.text != "" {
			w.write(ctx, m, out.text)
		}
	}()
	within, cancel := context.WithTimeout(ctx, allowance)
	defer cancel()
	if later != nil {
		reply = w.ask(within, m, later)
	}
	out = w.say(reply)
	if pictured = w.picture(within, m, reply.Picture); pictured {
		out.news = nil
	}
}

// ask waits for the bot's reply, or gives the one that says that there is none now.
func (w *Webhook) ask(ctx context.Context, m bot.Message, later func(context.Context) (bot.Reply, error)) bot.Reply {
	reply, err := later(ctx)
	if err == nil {
		w.outage.Worked(ctx)
		return reply
	}
	w.outage.Failed(ctx, err, "kind", m.Kind)
	if reply.Empty() {
		reply.Text = w.Busy()
	}
	return reply
}

// picture sends the picture that belongs before a reply, where the account may,
// and says whether it did, for this attempt or one that another process has. The
// reply itself tells where else it can be seen. A picture cannot be the reply: it
// would come without the words that explain it and without anything to tap.
func (w *Webhook) picture(ctx context.Context, m bot.Message, id string) bool {
	if id == "" || !w.mayWrite() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	switch err := w.Letters.SendPicture(ctx, m.From, m.Key, id); {
	case err == nil, errors.Is(err, ErrSent):
		return true
	case errors.Is(err, ErrMayNot):
	default:
		w.pictures.Do(func() { w.Log.Warn("a picture was not sent, its reply leads to it", "picture", id, "error", err) })
	}
	return false
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
		w.Log.Warn("answers were left behind", "n", w.places.n())
	}
}
