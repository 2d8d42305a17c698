package office_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"jindu/content"
	"jindu/internal/office"
	"jindu/survey"
)

// events reads a stream of server-sent events.
type events struct {
	*fixture
	body  io.ReadCloser
	lines *bufio.Reader
	close context.CancelFunc
	res   *http.Response
}

func (b *browser) stream(path string) *events {
	b.Helper()
	return b.open(b.request(http.MethodGet, path, nil))
}

func (f *fixture) apiStream(path string) *events {
	f.Helper()
	b := f.browser()
	r := b.request(http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return b.open(r)
}

func (b *browser) open(r *http.Request) *events {
	b.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	b.Cleanup(cancel)
	res, err := b.client.Do(r.WithContext(ctx))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		b.Fatalf("stream: %s", res.Status)
	}
	return &events{b.fixture, res.Body, bufio.NewReader(res.Body), cancel, res}
}

// next gives the next event's name and data; "" is a comment.
func (e *events) next() (name, data string, err error) {
	for {
		line, err := e.lines.ReadString('\n')
		if err != nil {
			return "", "", err
		}
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "event: "):
			name = line[7:]
		case strings.HasPrefix(line, "data: "):
			data = line[6:]
		case strings.HasPrefix(line, ":"):
			return "", line, nil
		case line == "" && name != "":
			return name, data, nil
		}
	}
}

// want reads on to the next event of that name.
func (e *events) want(name string) string {
	e.Helper()
	for {
		got, data, err := e.next()
		if err != nil {
			e.Fatalf("waiting for %q: %v", name, err)
		}
		if got == name {
			return data
		}
	}
}

func (e *events) tally() survey.Report {
	e.Helper()
	return e.report(e.want("tally"))
}

func (e *events) wantEnd() {
	e.Helper()
	for {
		if _, _, err := e.next(); err != nil {
			if !errors.Is(err, io.EOF) {
				e.Errorf("the stream did not end but: %v", err)
			}
			return
		}
	}
}

func TestStream(t *testing.T) {
	f := newFixture(t)
	f.submit(qiongshan, longtang, "", "satisfied")
	start := time.Now()
	e := f.apiStream("/api/surveys/" + qiongshan + "/live?by=township")
	if e.res.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" || e.res.Header.Get("X-Accel-Buffering") != "no" || e.res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", e.res.Header)
	}
	first := e.want("tally")
	if took := time.Since(start); took > 900*time.Millisecond {
		t.Errorf("the first event took %v", took)
	}
	// The same words as the tally's own.
	one, two := f.report(first), f.report(f.api("/api/surveys/"+qiongshan+"/tally").body)
	one.GeneratedAt = two.GeneratedAt
	if a, b := mustJSON(one), mustJSON(two); a != b {
		t.Errorf("stream and tally differ:\n%s\n%s", a, b)
	}
	f.submit(qiongshan, longtang, "", "satisfied")
	start = time.Now()
	for e.place(e.tally(), longtang).Responses != 2 {
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("the count moved after %v", took)
	}
}

func mustJSON(r survey.Report) string {
	data, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// A stream outlives the read and write timeouts that bound other requests.
func TestStreamOutlivesTimeouts(t *testing.T) {
	f := newFixture(t, func(h *office.Handler) { h.Pace(150*time.Millisecond, time.Second, 5*time.Second) })
	short := httptest.NewUnstartedServer(f.server.Config.Handler)
	short.Config.ReadTimeout, short.Config.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond
	short.Start()
	defer short.Close()
	defer f.stop() // or Close waits for the stream
	f.server.URL = short.URL
	e := f.apiStream("/api/surveys/" + qiongshan + "/live")
	e.tally()
	for range 5 { // comments at 150 ms
		e.want("")
	}
	f.submit(qiongshan, longtang, "", "satisfied")
	if e.tally().Total.Responses != 1 {
		t.Error("not the newest state")
	}
}

// A burst is one event a second at most, and its last state comes.
func TestStreamCoalesces(t *testing.T) {
	f := newFixture(t)
	e := f.apiStream("/api/surveys/" + qiongshan + "/live")
	e.tally()
	f.counts.reads = nil
	start, n := time.Now(), 300
	go func() {
		for range n {
			f.submit(qiongshan, longtang, "", "satisfied")
		}
	}()
	events := 0
	for {
		events++
		if e.tally().Total.Responses == int64(n) {
			break
		}
	}
	seconds := int(time.Since(start)/time.Second) + 1
	if events > seconds+1 || f.counts.count() > seconds+2 {
		t.Errorf("%d events and %d reads in %d s", events, f.counts.count(), seconds)
	}
}

// After the first read of everything only what changed is read.
func TestStreamReadsWhatChanged(t *testing.T) {
	f := newFixture(t, func(h *office.Handler) { h.Pace(time.Minute, 50*time.Millisecond, time.Minute) })
	for range 3 {
		f.submit(qiongshan, "460107102", "", "satisfied")
	}
	e := f.apiStream("/api/surveys/" + qiongshan + "/live")
	e.tally()
	f.submit(qiongshan, longtang, "", "satisfied")
	r := e.tally()
	if f.place(r, longtang).Responses != 1 || f.place(r, "460107102").Responses != 3 || r.Total.Responses != 4 {
		t.Errorf("total %d", r.Total.Responses)
	}
	f.counts.mu.Lock()
	defer f.counts.mu.Unlock()
	last := f.counts.reads[len(f.counts.reads)-1]
	if len(last.Townships) != 1 || last.Townships[0] != longtang {
		t.Errorf("read %v", last)
	}
}

// deaf gives no notices, as a store whose notices were lost.
type deaf struct{ survey.Store }

func (deaf) Watch(context.Context, string) (<-chan survey.Dirty, error) {
	return make(chan survey.Dirty), nil
}

// mute cannot give any.
type mute struct{ survey.Store }

func (mute) Watch(context.Context, string) (<-chan survey.Dirty, error) {
	return nil, survey.ErrUnavailable
}

func TestStreamWithoutNotices(t *testing.T) {
	for name, wrap := range map[string]func(survey.Store) survey.Store{
		"lost":  func(s survey.Store) survey.Store { return deaf{s} },
		"none":  func(s survey.Store) survey.Store { return mute{s} },
		"ended": func(s survey.Store) survey.Store { return ended{s} },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(h *office.Handler) {
				h.SetStore(wrap(h.Store))
				h.Pace(time.Minute, 10*time.Millisecond, 100*time.Millisecond)
			})
			e := f.apiStream("/api/surveys/" + qiongshan + "/live")
			e.tally()
			f.submit(qiongshan, longtang, "", "satisfied")
			if e.tally().Total.Responses != 1 {
				t.Error("the regular read finds nothing")
			}
		})
	}
}

// ended tells of nothing and hangs up.
type ended struct{ survey.Store }

func (ended) Watch(context.Context, string) (<-chan survey.Dirty, error) {
	ch := make(chan survey.Dirty)
	close(ch)
	return ch, nil
}

func TestStreamStoreAway(t *testing.T) {
	f := newFixture(t, func(h *office.Handler) { h.Pace(time.Minute, 10*time.Millisecond, 50*time.Millisecond) })
	f.account("a", office.RoleDistrict, "")
	e := f.as("a").stream("/api/surveys/" + qiongshan + "/live?status=1")
	e.tally()
	f.counts.failWith(survey.ErrUnavailable)
	for !strings.Contains(e.want("status"), `"trouble":true`) {
	}
	f.submit(qiongshan, longtang, "", "satisfied")
	f.counts.failWith(nil)
	for e.tally().Total.Responses != 1 {
	}
	f.counts.failWith(survey.ErrUnavailable)
	other := f.apiStream("/api/surveys/" + qiongshan + "/live") // the last good state serves
	if other.tally().Total.Responses != 1 {
		t.Error("nothing without the store")
	}
}

// A broken edit shows on an open page.
func TestStreamStatus(t *testing.T) {
	f := newFixture(t, func(h *office.Handler) { h.Pace(time.Minute, 10*time.Millisecond, 50*time.Millisecond) })
	e := f.apiStream("/api/surveys/" + qiongshan + "/live?status=1")
	if s := e.want("status"); s != `{"version":"`+f.lib.Version+`","problems":[],"trouble":false}` {
		t.Errorf("status %s", s)
	}
	f.mu.Lock()
	f.status = content.Status{Version: "v2", Problems: []string{"drugs/x.md:1:1: 错了"}}
	f.mu.Unlock()
	if s := e.want("status"); !strings.Contains(s, `"problems":["drugs/x.md:1:1: 错了"]`) {
		t.Errorf("status %s", s)
	}
	// Who did not ask gets tallies alone.
	plain := f.apiStream("/api/surveys/" + qiongshan + "/live")
	if name, _, _ := plain.next(); name != "tally" {
		t.Errorf("first %q", name)
	}
}

// A session that ends takes its streams along.
func TestStreamEndsWithSession(t *testing.T) {
	for name, end := range map[string]func(f *fixture, b *browser){
		"logout":  func(_ *fixture, b *browser) { b.post("/office/logout", nil) },
		"removed": func(f *fixture, _ *browser) { _ = f.store.RemoveAccount(f.Context(), "a") },
		"time":    func(f *fixture, _ *browser) { f.setClock(time.Now().Add(13 * time.Hour)) },
		"another place": func(f *fixture, _ *browser) {
			f.account("a", office.RoleTownship, longtang)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(h *office.Handler) { h.Pace(50*time.Millisecond, time.Second, 5*time.Second) })
			f.account("a", office.RoleDistrict, "")
			b := f.as("a")
			e := b.stream("/api/surveys/" + qiongshan + "/live")
			api := f.apiStream("/api/surveys/" + qiongshan + "/live")
			e.want("")
			end(f, b)
			e.wantEnd()
			api.want("") // the token's stream goes on
		})
	}
}

func TestStreamsBounded(t *testing.T) {
	f := newFixture(t, func(h *office.Handler) { h.MostWatchers(3) })
	var open []*events
	for range 3 {
		open = append(open, f.apiStream("/api/surveys/"+qiongshan+"/live"))
	}
	res := f.api("/api/surveys/" + meilan + "/live")
	f.expect(res, http.StatusServiceUnavailable, `"code":"unavailable"`)
	if res.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	open[0].close()
	f.eventually("room for another", func() bool {
		b := f.browser()
		r := b.request(http.MethodGet, "/api/surveys/"+meilan+"/live", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		res, err := b.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

// eventually asks again until it is so.
func (f *fixture) eventually(what string, so func() bool) {
	f.Helper()
	for end := time.Now().Add(patience); !so(); runtime.Gosched() {
		if time.Now().After(end) {
			f.Fatal("never: ", what)
		}
	}
}

func TestShutdown(t *testing.T) {
	f := newFixture(t)
	e := f.apiStream("/api/surveys/" + qiongshan + "/live")
	e.tally()
	start := time.Now()
	f.stop()
	e.wantEnd()
	select {
	case <-f.ended:
	case <-time.After(patience):
		t.Fatal("Run did not return")
	}
	if err := f.server.Config.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestShutdownRefuses(t *testing.T) {
	f := newFixture(t)
	f.stop()
	<-f.ended
	f.expect(f.api("/api/surveys/"+qiongshan+"/live"), http.StatusServiceUnavailable)
}

// Nobody waits for a watcher who reads nothing, and he finds the newest state
// without all those between.
func TestSlowWatcher(t *testing.T) {
	f := newFixture(t, func(h *office.Handler) {
		h.Pace(time.Minute, time.Millisecond, 50*time.Millisecond)
		h.Patience(time.Minute)
	})
	f.narrow.Store(true)
	slow := f.rawStream(qiongshan)
	defer slow.Close()
	fast := f.apiStream("/api/surveys/" + qiongshan + "/live")
	fast.tally()
	const n = 400
	go func() {
		for range n {
			f.submit(qiongshan, longtang, "", "satisfied")
		}
	}()
	frames := 1
	for ; fast.tally().Total.Responses != n; frames++ {
	}
	lines, got := bufio.NewReader(slow), 0
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		if got++; f.report(data).Total.Responses == n {
			break
		}
	}
	if got > frames/2 {
		t.Errorf("the slow one got %d of %d frames", got, frames)
	}
	t.Logf("the slow one got %d of %d frames", got, frames)
}

// Who takes nothing for too long is let go, and his place with him.
func TestSlowWatcherDropped(t *testing.T) {
	f := newFixture(t, func(h *office.Handler) {
		h.Pace(time.Millisecond, time.Millisecond, 50*time.Millisecond) // every sign of life must be written
		h.Patience(50 * time.Millisecond)
	})
	f.narrow.Store(true)
	conn := f.rawStream(qiongshan)
	defer conn.Close()
	f.eventually("he watches", func() bool { return f.h.Watchers() == 1 })
	for i := 0; f.h.Watchers() > 0; i++ {
		f.submit(qiongshan, longtang, "", "satisfied") // until what is on the way is too much
		if i > 5000 {
			t.Fatal("kept")
		}
	}
}

// rawStream opens a stream by hand: nothing reads it until the test does.
func (f *fixture) rawStream(id string) net.Conn {
	f.Helper()
	conn, err := net.Dial("tcp", f.server.Listener.Addr().String())
	if err != nil {
		f.Fatal(err)
	}
	if err := conn.(*net.TCPConn).SetReadBuffer(32 << 10); err != nil {
		f.Fatal(err)
	}
	_, err = fmt.Fprintf(conn, "GET /api/surveys/%s/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", id, token)
	if err != nil {
		f.Fatal(err)
	}
	return conn
}

// TestThousandWatchers: a thousand cost one read a second, not a thousand, and
// little memory; all of them see the last state soon.
func TestThousandWatchers(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand connections")
	}
	const watchers, n = 1000, 500
	f := newFixture(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	conns := make([]net.Conn, watchers)
	for i := range conns {
		conns[i] = f.rawStream(qiongshan)
		defer conns[i].Close()
	}
	f.eventually("all watch", func() bool { return f.h.Watchers() == watchers })
	runtime.GC()
	runtime.ReadMemStats(&after)
	per := int64(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse) / watchers
	t.Logf("%d bytes of heap and stack a watcher, both ends", per)
	if per > 50<<10 {
		t.Errorf("%d bytes a watcher", per)
	}

	var seen sync.WaitGroup
	last := fmt.Sprintf(`"total":{"code":"460107","name":"琼山区","responses":%d,`, n)
	for _, conn := range conns {
		seen.Go(func() {
			_ = conn.SetReadDeadline(time.Now().Add(patience))
			lines := bufio.NewReader(conn)
			for {
				line, err := lines.ReadString('\n')
				if err != nil {
					t.Error(err)
					return
				}
				if strings.Contains(line, last) {
					return
				}
			}
		})
	}
	reads, start := f.counts.count(), time.Now()
	for range n {
		f.submit(qiongshan, longtang, "", "satisfied")
	}
	submitted := time.Now()
	seen.Wait()
	late, seconds := time.Since(submitted), int(time.Since(start)/time.Second)+1
	reads = f.counts.count() - reads
	t.Logf("%d responses in %v; the last watcher saw the last state %v later; %d reads in %d s", n, submitted.Sub(start), late, reads, seconds)
	if late > 2*time.Second {
		t.Errorf("the last state came after %v", late)
	}
	if reads > 2*seconds+1 {
		t.Errorf("%d reads in %d s", reads, seconds)
	}
}
