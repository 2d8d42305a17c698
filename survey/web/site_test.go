package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/page"
	"jindu/internal/respondent"
	"jindu/internal/sqlitestore"
	"jindu/survey"
)

const (
	testPIN  = "2468-abc"
	county   = "460107"
	township = "460107101" // 龙塘镇
)

// site is the residents' pages over a real store.
type site struct {
	testing.TB
	cfg    Config
	lib    *content.Library
	q      *content.Questionnaire
	store  *shakyStore
	pages  *Pages
	server *httptest.Server
	now    atomic.Int64 // unix seconds
	cut    atomic.Bool  // requests get no answer
}

// shakyStore fails when it is told to: before the write, or after it.
type shakyStore struct {
	survey.Store
	before, after atomic.Pointer[error]
	submits       atomic.Int64
}

func (s *shakyStore) Submit(ctx context.Context, r *survey.Response) (survey.Result, error) {
	s.submits.Add(1)
	if err := s.before.Load(); err != nil {
		return survey.Result{}, *err
	}
	result, err := s.Store.Submit(ctx, r)
	if failure := s.after.Load(); failure != nil && err == nil {
		return survey.Result{}, *failure
	}
	return result, err
}

func newSite(t testing.TB, change ...func(*site)) *site {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	lib, err := content.Default()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	keys, err := respondent.NewKeys([]byte(strings.Repeat("k", respondent.MinSecret)))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{TB: t, lib: lib, q: lib.Questionnaires["qiongshan-2026"]}
	s.now.Store(time.Date(2026, 11, 23, 10, 0, 0, 0, survey.China).Unix())
	now := func() time.Time { return time.Unix(s.now.Load(), 0) }
	db, err := sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "jindu.db"), sqlitestore.Options{Now: now, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	s.store = &shakyStore{Store: db}
	s.cfg = Config{
		Library: func() *content.Library { return s.lib }, Desk: survey.NewDesk(s.store, keys, now), Keys: keys,
		Legal:     page.Legal{Org: "琼山区禁毒委员会办公室", ICP: "琼ICP备00000000号-1", PSB: "琼公网安备46010000000000号", Contact: "0898-00000000"},
		AssistPIN: testPIN, RateTicket: 600, Now: now, Log: log, BaseURL: "https://jindu.example.cn",
	}
	for _, f := range change {
		f(s)
	}
	if s.pages, err = New(s.cfg); err != nil {
		t.Fatal(err)
	}
	engine := gin.New()
	if err := engine.SetTrustedProxies(nil); err != nil {
		t.Fatal(err)
	}
	s.pages.Register(engine)
	guarded := http.NewCrossOriginProtection().Handler(engine)
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.cut.Load() {
			panic(http.ErrAbortHandler)
		}
		guarded.ServeHTTP(w, r)
	}))
	t.Cleanup(s.server.Close)
	return s
}

func (s *site) pass(d time.Duration) { s.now.Add(int64(d / time.Second)) }

// ticket of a place, as its path.
func (s *site) ticket(place string, change ...func(*survey.Ticket)) string {
	s.Helper()
	ticket, err := survey.NewTicket(s.q, s.lib.Places[place], "")
	if err != nil {
		s.Fatal(err)
	}
	for _, f := range change {
		f(&ticket)
	}
	return "/s/" + ticket.Encode(s.cfg.Keys)
}

func assisted(t *survey.Ticket) { t.Assisted = true }
func preview(t *survey.Ticket)  { t.Preview = true }

// counted is the number of responses by place, as the tally has it.
func (s *site) counted() map[string]int64 {
	s.Helper()
	tally, err := s.store.Tally(s.Context(), s.q.ID, survey.Filter{Level: survey.ByVillage})
	if err != nil {
		s.Fatal(err)
	}
	n := map[string]int64{}
	for _, row := range tally.Rows {
		n[row.Place] += row.Counts[survey.CellResponses]
	}
	return n
}

// tiers is the number of responses by tier.
func (s *site) tiers() map[string]int64 {
	s.Helper()
	tally, err := s.store.Tally(s.Context(), s.q.ID, survey.Filter{Level: survey.ByTownship})
	if err != nil {
		s.Fatal(err)
	}
	n := map[string]int64{}
	for _, row := range tally.Rows {
		for cell, count := range row.Counts {
			if tier, ok := strings.CutPrefix(cell, "tier/"); ok {
				n[tier] += count
			}
		}
	}
	return n
}

func (s *site) expect(total int64) {
	s.Helper()
	var sum int64
	for _, n := range s.counted() {
		sum += n
	}
	if sum != total {
		s.Errorf("%d responses are counted, want %d", sum, total)
	}
}
