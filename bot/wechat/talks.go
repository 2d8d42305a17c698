package wechat

import (
	"sync"
	"time"
)

// idle is how long a goroutine waits for the next answer to make.
const idle = time.Second

// talks are the answers that are being made, each in a goroutine that outlives its
// attempt. One that is done takes up the next: a new one would have to grow its
// stack first, which costs a tenth of an answer.
type talks struct {
	next chan func()
	over chan struct{} // closed by close

	mu     sync.Mutex
	n      int
	closed bool
	none   chan struct{} // closed when there are none any more, after close
}

func newTalks() *talks {
	return &talks{next: make(chan func()), over: make(chan struct{}), none: make(chan struct{})}
}

// begin says that an answer will be made, by run; ok is false after close.
func (t *talks) begin() (ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.n++
	}
	return !t.closed
}

// run makes an answer in the background.
func (t *talks) run(answer func()) {
	select {
	case t.next <- answer:
	default:
		go t.work(answer)
	}
}

func (t *talks) work(answer func()) {
	timer := time.NewTimer(idle)
	defer timer.Stop()
	for {
		answer()
		t.end()
		timer.Reset(idle)
		select {
		case answer = <-t.next:
		case <-timer.C:
			return
		case <-t.over:
			return
		}
	}
}

func (t *talks) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n--; t.closed && t.n == 0 {
		close(t.none)
	}
}

// close lets no answer begin and gives a channel that is closed when all are made.
func (t *talks) close() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.closed = true
		close(t.over)
		if t.n == 0 {
			close(t.none)
		}
	}
	return t.none
}
