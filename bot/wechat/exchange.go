package wechat

import (
	"sync"
	"time"

	"jindu/bot/quiz"
)

const (
	// A message and its retries are known for remember to twice as long: WeChat's
	// last retry comes after 10 s.
	remember = time.Minute
	// Messages in one generation, about 60 bytes each.
	maxRemembered = 1 << 16
)

// exchange is one message and its reply, however often WeChat sends the message.
type exchange struct {
	done   chan struct{} // closed when what is said is there
	said   said
	tries  int  // attempts that asked for it
	missed bool // an attempt went without it, so a retry will ask for it
	ready  bool // it is there, or about to be
	letter bool // its text goes out as a message of its own, and no attempt gets it
}

// exchanges knows the messages of the last minute. It holds a reply only while
// it is being made or a retry has to find it. Two generations bound it.
type exchanges struct {
	now      func() time.Time
	answered *exchange // stands for all that were answered in time

	mu            sync.Mutex
	recent, older map[quiz.MessageKey]*exchange
	rotate        time.Time
}

func newExchanges(now func() time.Time) *exchanges {
	return &exchanges{
		now: now, answered: &exchange{}, rotate: now().Add(remember),
		recent: map[quiz.MessageKey]*exchange{}, older: map[quiz.MessageKey]*exchange{},
	}
}

// join gives the exchange of a message. first says that the caller has to see to
// what is said; known, that the message was seen before.
func (x *exchanges) join(key quiz.MessageKey) (e *exchange, first, known bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e = x.recent[key]
	if e == nil {
		e = x.older[key]
	}
	if e != nil && e != x.answered {
		e.tries++
		return e, false, true
	}
	known = e != nil
	if now := x.now(); len(x.recent) >= maxRemembered || now.After(x.rotate) {
		x.older, x.recent = x.recent, map[quiz.MessageKey]*exchange{}
		x.rotate = now.Add(remember)
	}
	e = &exchange{done: make(chan struct{}), tries: 1}
	x.recent[key] = e
	return e, true, known
}

// settle gives the exchange what is said. keep says that retries get the very same,
// else they make it anew when none of them had to go without. letter says that no
// attempt gets it and the caller has to send it.
func (x *exchanges) settle(key quiz.MessageKey, e *exchange, out said, keep bool) (letter bool) {
	x.mu.Lock()
	e.ready, letter = true, e.letter
	if !keep && !e.missed && !letter {
		x.recent[key] = x.answered
	}
	x.mu.Unlock()
	if !letter {
		e.said = out
	}
	close(e.done)
	return letter
}

// post makes the text of an exchange a message of its own; ok is false when it is
// there already. Attempts get no text from then on.
func (x *exchanges) post(e *exchange) (ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !e.ready {
		e.letter = true
	}
	return e.letter
}

// miss notes that an attempt goes without the text and says how many there were.
func (x *exchanges) miss(e *exchange) (tries int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e.missed = true
	return e.tries
}
