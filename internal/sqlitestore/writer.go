package sqlitestore

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"jindu/internal/notice"
	"jindu/internal/outage"
)

const (
	// batchLimit bounds one transaction, and with it how long one caller waits
	// for the others.
	batchLimit = 256
	// queueLimit bounds what waits; a caller beyond it waits to queue.
	queueLimit = 4096
)

// item is one caller's write.
type item struct {
	// apply runs inside the transaction. An error of SQL fails the transaction;
	// what is wrong with this item alone goes into err, before anything is
	// written. It may run again when a neighbour failed the transaction.
	apply func(*batch) error
	err   error

	state atomic.Int32 // queued, then taken or dropped
	done  chan error   // capacity 1: the writer never waits for a caller
}

const (
	queued int32 = iota
	taken
	dropped
)

func newItem(apply func(*batch, *item) error) *item {
	it := &item{done: make(chan error, 1)}
	it.apply = func(b *batch) error { return apply(b, it) }
	return it
}

// writer is the goroutine that writes, and its connection.
type writer struct {
	connection
	now func() time.Time
	log *slog.Logger
	hub *notice.Hub

	queue   chan *item
	closing chan struct{} // closed when no more is taken in
	gone    chan struct{} // closed when the goroutine has ended
	started bool
	once    sync.Once

	items []*item     // of the batch at hand
	batch *batch      // its memory is used again
	dirty atomic.Bool // whether there were commits since the last checkpoint

	failed atomic.Pointer[error] // of the last batch, when the disk did not take it
	outage *outage.Log
}

func newWriter(path string, now func() time.Time, log *slog.Logger, hub *notice.Hub) *writer {
	w := &writer{
		connection: connection{path: path},
		now:        now,
		log:        log,
		hub:        hub,
		queue:      make(chan *item, queueLimit),
		closing:    make(chan struct{}),
		outage:     outage.New(log, "store: a transaction failed; connecting again", now),
		gone:       make(chan struct{}),
	}
	w.batch = newBatch(w)
	return w
}

func (w *writer) start() {
	w.started = true
	go w.run()
}

// stop answers what is queued and ends the goroutine.
func (w *writer) stop() {
	w.once.Do(func() { close(w.closing) })
	if w.started {
		<-w.gone
	}
}

// do queues an item and waits for its transaction. A nil error means durable.
func (w *writer) do(ctx context.Context, apply func(*batch, *item) error) error {
	if err := ctx.Err(); err != nil {
		return unavailable(err)
	}
	select {
	case <-w.closing:
		return unavailable(errClosed)
	default:
	}
	it := newItem(apply)
	select {
	case w.queue <- it:
	case <-ctx.Done():
		return unavailable(ctx.Err())
	case <-w.closing:
		return unavailable(errClosed)
	}
	select {
	case err := <-it.done:
		return err
	case <-ctx.Done():
		if it.state.CompareAndSwap(queued, dropped) {
			return unavailable(ctx.Err())
		}
		return it.outcome(unknown(ctx.Err()))
	case <-w.gone:
		return it.outcome(unavailable(errClosed)) // it was never taken
	}
}

// outcome is what the writer said, or otherwise.
func (it *item) outcome(otherwise error) error {
	select {
	case err := <-it.done:
		return err
	default:
		return otherwise
	}
}

func (w *writer) run() {
	defer close(w.gone)
	for {
		select {
		case it := <-w.queue:
			w.fill(it)
			w.write()
		case <-w.closing:
			for len(w.queue) > 0 {
				w.fill(<-w.queue)
				w.write()
			}
			return
		}
	}
}

// fill takes what is queued, without waiting for more.
func (w *writer) fill(first *item) {
	w.items = w.items[:0]
	w.take(first)
	for len(w.items) < batchLimit {
		select {
		case it := <-w.queue:
			w.take(it)
		default:
			return
		}
	}
}

func (w *writer) take(it *item) {
	if it.state.CompareAndSwap(queued, taken) {
		w.items = append(w.items, it)
	}
}

// write commits the items at hand and answers their callers.
func (w *writer) write() {
	defer clear(w.items) // lets go of them
	if len(w.items) == 0 {
		return
	}
	err := w.commit(w.items)
	if _, bad := errors.AsType[*applyError](err); bad && len(w.items) > 1 {
		// One item that SQLite cannot take must not fail its neighbours.
		for i := range w.items {
			settle(w.items[i:i+1], w.commit(w.items[i:i+1]))
		}
		return
	}
	settle(w.items, err)
	// Let the answered callers queue their next before the next batch is taken:
	// otherwise it would be the first of them alone. This waits for nothing.
	runtime.Gosched()
}

func settle(items []*item, err error) {
	for _, it := range items {
		if err != nil {
			it.done <- err
		} else {
			it.done <- it.err
		}
	}
}

// commit applies items in one transaction. With a nil error each item has its own.
func (w *writer) commit(items []*item) error {
	ctx := context.Background() // a caller's end must not end the others' transaction
	if w.conn == nil {
		if err := w.connect(ctx); err != nil {
			return unavailable(err)
		}
	}
	if err := w.inPlace(); err != nil {
		return unavailable(err)
	}
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		w.reset("begin", err)
		return unavailable(err)
	}
	b := w.batch
	b.begin()
	if err := b.apply(items); err != nil {
		w.note(err)
		if back := w.exec("ROLLBACK"); back != nil {
			w.reset("rollback", errors.Join(err, back))
		}
		return unavailable(&applyError{err})
	}
	if err := w.exec("COMMIT"); err != nil {
		// Its last page may have reached the disk or not. A new connection finds out.
		w.reset("commit", err)
		return unknown(err)
	}
	if len(b.dirty) > 0 {
		w.failed.Store(nil)
		w.outage.Worked(ctx)
	}
	w.dirty.Store(true)
	w.hub.Notify(b.dirty)
	return nil
}

// reset gives up the connection, and with it any transaction; the next batch
// connects again.
func (w *writer) reset(step string, err error) {
	w.note(err)
	w.outage.Failed(context.Background(), err, "step", step)
	if err := w.disconnect(); err != nil {
		w.log.Error("store: disconnect", "error", err)
	}
}

// applyError is an error of SQL between BEGIN and COMMIT.
type applyError struct{ err error }

func (e *applyError) Error() string { return e.err.Error() }
func (e *applyError) Unwrap() error { return e.err }

// note that the disk did not take a batch.
func (w *writer) note(err error) {
	if noRoom(err) {
		w.failed.Store(&err)
	}
}
