package sqlitestore

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"modernc.org/sqlite"

	"jindu/survey"
)

// hold makes the writer wait inside a transaction until release is called, so
// that what is submitted meanwhile lands in one batch behind it.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	inside, free := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- s.writer.do(context.Background(), func(*batch, *item) error {
			close(inside)
			<-free
			return nil
		})
	}()
	<-inside
	return func() {
		close(free)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// queue starts writes and waits until all are queued, in their order.
func queue(t *testing.T, s *Store, writes ...func() error) (wait func() []error) {
	t.Helper()
	errs := make([]error, len(writes))
	var wg sync.WaitGroup
	for i, write := range writes {
		before := len(s.writer.queue)
		wg.Go(func() { errs[i] = write() })
		for deadline := time.Now().Add(10 * time.Second); len(s.writer.queue) == before; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("not queued")
			}
		}
	}
	return func() []error { wg.Wait(); return errs }
}

func submitNumber(s *Store, n int64) func() error {
	return func() error {
		_, err := s.Submit(context.Background(), killResponse(n))
		return err
	}
}

// TestBatchHasSamePersonTwice: the second of one transaction sees the first.
func TestBatchHasSamePersonTwice(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "jindu.db"), Options{})
	release := hold(t, s)
	results := make([]survey.Result, 3)
	first, other := killResponse(1), killResponse(1)
	other.ID[0]++
	var writes []func() error
	for i, r := range []*survey.Response{first, first, other} {
		writes = append(writes, func() (err error) {
			results[i], err = s.Submit(context.Background(), r)
			return err
		})
	}
	wait := queue(t, s, writes...)
	release()
	if err := errors.Join(wait()...); err != nil {
		t.Fatal(err)
	}
	for i, want := range []survey.Outcome{survey.Accepted, survey.Replayed, survey.Duplicate} {
		if results[i].Outcome != want || results[i].FirstID != first.ID || !results[i].At.Equal(first.At) {
			t.Errorf("%d: %+v, want outcome %v", i, results[i], want)
		}
	}
	expectAgreement(t, s, "kill")
}

// TestBatchIsInOrder: a closing takes effect between its neighbours.
func TestBatchIsInOrder(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "jindu.db"), Options{})
	release := hold(t, s)
	wait := queue(t, s, submitNumber(s, 1),
		func() error { return s.Forget(context.Background(), "kill") },
		submitNumber(s, 2))
	release()
	errs := wait()
	if errs[0] != nil || errs[1] != nil || !errors.Is(errs[2], survey.ErrClosed) {
		t.Errorf("errors %v", errs)
	}
}

// TestBadItem: an item that SQLite cannot take fails alone.
func TestBadItem(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "jindu.db"), Options{})
	release := hold(t, s)
	wait := queue(t, s, submitNumber(s, 1),
		func() error {
			return s.writer.do(context.Background(), func(b *batch, _ *item) error {
				if err := b.exec("UPDATE surveys SET fingerprint = 'half'"); err != nil {
					return err
				}
				return b.exec("INSERT INTO log (survey) VALUES (NULL)")
			})
		},
		submitNumber(s, 2))
	release()
	errs := wait()
	if errs[0] != nil || !errors.Is(errs[1], survey.ErrUnavailable) || errs[2] != nil {
		t.Errorf("errors %v", errs)
	}
	expectAgreement(t, s, "kill")
	if n, err := s.Respondents(t.Context(), "kill"); n != 2 {
		t.Errorf("%d respondents, %v", n, err)
	}
	if st, err := s.State(t.Context(), "kill"); st.Fingerprint != "" {
		t.Errorf("half of the bad item stayed: %+v, %v", st, err)
	}
}

// TestCommitFails: nothing of the batch is acknowledged, and the next one goes on
// with a new connection.
func TestCommitFails(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "jindu.db"), Options{})
	if err := submitNumber(s, 1)(); err != nil {
		t.Fatal(err)
	}
	watch, err := s.Watch(t.Context(), "kill")
	if err != nil {
		t.Fatal(err)
	}
	release := hold(t, s)
	wait := queue(t, s, submitNumber(s, 2),
		func() error {
			return s.writer.do(context.Background(), func(b *batch, _ *item) error {
				return b.conn.Raw(func(c any) error {
					c.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 { return 1 })
					return nil
				})
			})
		},
		submitNumber(s, 3))
	release()
	for i, err := range wait() {
		if !errors.Is(err, survey.ErrUnknown) || errors.Is(err, survey.ErrUnavailable) {
			t.Errorf("%d: %v, want ErrUnknown", i, err)
		}
	}
	select {
	case d := <-watch:
		t.Errorf("a notice of what was not committed: %v", d)
	default:
	}
	for n, want := range []survey.Outcome{1: survey.Replayed, 2: survey.Accepted, 3: survey.Accepted, 4: survey.Accepted} {
		if n == 0 {
			continue
		}
		if res, err := s.Submit(t.Context(), killResponse(int64(n))); err != nil || res.Outcome != want {
			t.Errorf("response %d: %+v, %v", n, res, err)
		}
	}
	expectAgreement(t, s, "kill")
}

// TestFull: a full disk loses nothing, and the store goes on when there is room.
func TestFull(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "jindu.db"), Options{})
	limit := func(pages string) {
		err := s.writer.do(t.Context(), func(b *batch, _ *item) error {
			_, err := b.conn.ExecContext(context.Background(), "PRAGMA max_page_count = "+pages)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var n, refused int64
	for ; refused < 10; n++ {
		limit("40") // a new connection has no limit
		r := killResponse(n)
		r.Answers[0].Text = strings.Repeat("长", 1000)
		_, err := s.Submit(t.Context(), r)
		switch {
		case errors.Is(err, survey.ErrUnavailable):
			refused++
		case err != nil:
			t.Fatal(err)
		}
	}
	expectAgreement(t, s, "kill")
	// The check tells, although its own small write finds room.
	limit("40")
	if _, err := s.Check(t.Context()); !errors.Is(err, ErrDiskFull) || !errors.Is(err, survey.ErrUnavailable) {
		t.Errorf("check of a full disk: %v", err)
	}
	limit("1000000")
	if h, err := s.Check(t.Context()); err != nil {
		t.Errorf("check with room again: %+v, %v", h, err)
	}
	for i := range n {
		if _, err := s.Submit(t.Context(), killResponse(i)); err != nil {
			t.Fatal(err)
		}
	}
	expectAgreement(t, s, "kill")
	if got, err := s.Respondents(t.Context(), "kill"); got != n {
		t.Errorf("%d respondents, %v; want %d", got, err, n)
	}
}

// TestLittleSpace: a disk that runs full is told before responses fail.
func TestLittleSpace(t *testing.T) {
	free, known := int64(10<<30), true
	s := openTest(t, filepath.Join(t.TempDir(), "jindu.db"), Options{Free: func(string) (int64, bool) { return free, known }})
	expect := func(what, warning string, full bool) {
		t.Helper()
		h, err := s.Check(t.Context())
		if errors.Is(err, ErrDiskFull) != full || (err != nil) != full || h.Warning != warning {
			t.Errorf("%s: %+v, %v", what, h, err)
		}
	}
	expect("10 GB", "", false)
	free = 120 << 20
	expect("120 MB", "数据所在的磁盘只剩 120 MB", false)
	free = 3 << 20
	expect("3 MB", "", true)
	known = false
	expect("unknown", "", false)
	if n, known := freeSpace(t.TempDir()); !known || n <= 0 {
		t.Error("this system does not tell:", n, known)
	}
}

// TestQueuedContextEnds: what is not taken yet is surely not applied.
func TestQueuedContextEnds(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "jindu.db"), Options{})
	release := hold(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	wait := queue(t, s, func() error {
		_, err := s.Submit(ctx, killResponse(1))
		return err
	})
	cancel()
	err := wait()[0]
	release()
	if !errors.Is(err, survey.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if n, err := s.Respondents(t.Context(), "kill"); n != 0 || err != nil {
		t.Errorf("%d respondents, %v", n, err)
	}
}

// TestTakenContextEnds: what is inside a transaction may be applied.
func TestTakenContextEnds(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "jindu.db"), Options{})
	ctx, cancel := context.WithCancel(t.Context())
	free := make(chan struct{})
	err := s.writer.do(ctx, func(*batch, *item) error {
		cancel()
		<-free
		return nil
	})
	close(free)
	if !errors.Is(err, survey.ErrUnknown) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestCloseAnswersQueue: Close acknowledges or refuses each, and leaves none waiting.
func TestCloseAnswersQueue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jindu.db")
	s := openTest(t, path, Options{})
	watch, err := s.Watch(t.Context(), "kill")
	if err != nil {
		t.Fatal(err)
	}
	const n = 400
	errs := make([]error, n)
	var wg sync.WaitGroup
	started := make(chan struct{}, n)
	for i := range n {
		wg.Go(func() {
			started <- struct{}{}
			errs[i] = submitNumber(s, int64(i))()
		})
	}
	for range n / 2 {
		<-started
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	for range watch { // ends
	}
	s = openTest(t, path, Options{})
	for i, err := range errs {
		want := survey.Replayed
		if err != nil {
			want = survey.Accepted
			if !errors.Is(err, survey.ErrUnavailable) {
				t.Error(err)
			}
		}
		if res, err := s.Submit(t.Context(), killResponse(int64(i))); err != nil || res.Outcome != want {
			t.Errorf("response %d: %+v, %v; want outcome %v", i, res, err, want)
		}
	}
	expectAgreement(t, s, "kill")
}
