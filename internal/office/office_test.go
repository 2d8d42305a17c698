package office_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/office"
	"jindu/internal/page"
	"jindu/internal/respondent"
	"jindu/internal/sqlitestore"
	"jindu/survey"
)

const (
	qiongshan = "qiongshan-2026"
	meilan    = "meilan-2026"
	longtang  = "460107101"
	token     = "a-token-for-the-api"
	password  = "correct horse 电池"
)

// patience bounds every wait for something that must happen.
const patience = 20 * time.Second

// hash is computed once: it is slow on purpose.
var hash = sync.OnceValue(func() string {
	h, err := office.HashPassword(password)
	if err != nil {
		panic(err)
	}
	return h
})

// fixture is a console over a store of its own.
type fixture struct {
	*testing.T
	h      *office.Handler
	lib    *content.Library
	desk   *survey.Desk
	store  *sqlitestore.Store
	counts *countingStore
	server *httptest.Server
	stop   context.CancelFunc // of Run
	ended  chan struct{}      // Run has returned
	narrow atomic.Bool        // new connections hold little: a client who reads nothing is felt soon

	mu     sync.Mutex
	status content.Status
	now    time.Time // zero: the real time
	people int
}

// countingStore counts what the console asks of the store.
type countingStore struct {
	survey.Store
	mu    sync.Mutex
	reads []survey.Filter
	fail  error
	weak  bool // as a Redis may turn
}

func (s *countingStore) Check(ctx context.Context) (survey.Health, error) {
	health, err := s.Store.Check(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.weak {
		health.Weak, health.Durability = true, "断电可能丢最近几秒的数据"
	}
	return health, err
}

func (s *countingStore) Tally(ctx context.Context, id string, f survey.Filter) (survey.Tally, error) {
	s.mu.Lock()
	s.reads = append(s.reads, f)
	fail := s.fail
	s.mu.Unlock()
	if fail != nil {
		return survey.Tally{}, fail
	}
	return s.Store.Tally(ctx, id, f)
}

func (s *countingStore) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.reads)
}

func (s *countingStore) failWith(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

func newFixture(t *testing.T, change ...func(*office.Handler)) *fixture {
	t.Helper()
	gin.SetMode(gin.TestMode)
	lib, err := content.Load("")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := respondent.NewKeys([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	store, err := sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "jindu.db"), sqlitestore.Options{Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	f := &fixture{
		T: t, lib: lib, store: store, counts: &countingStore{Store: store}, ended: make(chan struct{}),
		status: content.Status{Version: lib.Version, LoadedAt: time.Now()},
	}
	f.desk = survey.NewDesk(store, keys, f.clock)
	f.h, err = office.New(office.Config{
		Library: func() *content.Library { return lib }, Content: f.content, Store: f.counts, Accounts: store, Keys: keys,
		APIToken: token, Legal: page.Legal{Org: "琼山区禁毒办"}, Now: f.clock, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(f.h)
	}
	engine := gin.New()
	f.h.Register(engine)
	f.server = httptest.NewUnstartedServer(engine)
	f.server.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		if f.narrow.Load() {
			if err := conn.(*net.TCPConn).SetWriteBuffer(4096); err != nil {
				t.Error(err)
			}
		}
		return ctx
	}
	f.server.Start()
	ctx, cancel := context.WithCancel(context.Background())
	f.stop = cancel
	go func() {
		defer close(f.ended)
		if err := f.h.Run(ctx); err != nil {
			t.Error("Run:", err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-f.ended
		f.server.Close()
	})
	return f
}

func (f *fixture) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now.IsZero() {
		return time.Now()
	}
	return f.now
}

func (f *fixture) setClock(at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = at
}

func (f *fixture) content() content.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.status
}

func (f *fixture) account(name string, role office.Role, place string) {
	f.Helper()
	if err := f.store.PutAccount(f.Context(), office.Account{Name: name, Role: role, Place: place, Hash: hash(), Created: time.Now()}); err != nil {
		f.Fatal(err)
	}
}

// submit stores one more person's answers under a place; the satisfaction
// question is answered with the given option and the others rightly.
func (f *fixture) submit(id, place, point, satisfaction string) {
	f.Helper()
	q := f.lib.Questionnaires[id]
	p := f.lib.Places[place]
	ticket, err := survey.NewTicket(q, p, point)
	if err != nil {
		f.Fatal(err)
	}
	answers := []survey.Answer{{Question: "satisfaction", Options: []string{satisfaction}}}
	for question, right := range q.Indicators[1].Right {
		answers = append(answers, survey.Answer{Question: question, Options: right})
	}
	opened, ok := f.desk.ReadPage(q, "", f.desk.MintPage(q, ""))
	if !ok {
		f.Fatal("no page")
	}
	f.mu.Lock()
	f.people++
	device := fmt.Sprint("device ", f.people)
	f.mu.Unlock()
	_, err = f.desk.Submit(f.Context(), survey.Submission{
		Questionnaire: q, Ticket: ticket, Place: place, Page: opened, Answers: answers, Tier: content.TierDevice, Device: device,
	})
	if err != nil {
		f.Fatal(err)
	}
}

// browser is one person's: it keeps cookies and follows nothing.
type browser struct {
	*fixture
	client *http.Client
}

func (f *fixture) browser() *browser {
	jar, _ := cookiejar.New(nil) // fails never
	return &browser{f, &http.Client{Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

// answer of the server, read whole.
type answer struct {
	*http.Response
	body string
}

func (b *browser) do(r *http.Request) answer {
	b.Helper()
	res, err := b.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	return answer{res, string(body)}
}

func (b *browser) request(method, path string, form url.Values) *http.Request {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func (b *browser) get(path string) answer {
	b.Helper()
	return b.do(b.request(http.MethodGet, path, nil))
}

func (b *browser) post(path string, form url.Values) answer {
	b.Helper()
	return b.do(b.request(http.MethodPost, path, form))
}

func (b *browser) login(name, password string) answer {
	b.Helper()
	return b.post("/office/login", url.Values{"name": {name}, "password": {password}, "next": {"/office/"}})
}

// as gives a browser with that account logged in.
func (f *fixture) as(name string) *browser {
	f.Helper()
	b := f.browser()
	if res := b.login(name, password); res.StatusCode != http.StatusSeeOther {
		f.Fatalf("login of %s: %s\n%s", name, res.Status, res.body)
	}
	return b
}

// api asks with the API token.
func (f *fixture) api(path string) answer {
	f.Helper()
	b := f.browser()
	r := b.request(http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return b.do(r)
}

func (f *fixture) expect(a answer, status int, holds ...string) {
	f.Helper()
	if a.StatusCode != status {
		f.Fatalf("%s %s: %s, want %d\n%s", a.Request.Method, a.Request.URL.Path, a.Status, status, a.body)
	}
	for _, h := range holds {
		if !strings.Contains(a.body, h) {
			f.Errorf("%s does not hold %q", a.Request.URL.Path, h)
		}
	}
}

func (f *fixture) report(body string) (r survey.Report) {
	f.Helper()
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		f.Fatalf("%v in %s", err, body)
	}
	return r
}

// place finds one place of a report.
func (f *fixture) place(r survey.Report, code string) survey.PlaceReport {
	f.Helper()
	for _, p := range r.Places {
		if p.Code == code {
			return p
		}
	}
	f.Fatalf("no place %s in the report", code)
	return survey.PlaceReport{}
}
