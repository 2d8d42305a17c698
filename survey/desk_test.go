package survey_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/content"
	"jindu/internal/respondent"
	"jindu/internal/sqlitestore"
	"jindu/survey"
)

const (
	qiongshan = "qiongshan-2026"
	meilan    = "meilan-2026"
	longtang  = "460107101"
)

// noon is a time at which each test begins.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, survey.China)

// fixture is a desk over a store of its own.
type fixture struct {
	*testing.T
	desk  *survey.Desk
	store *sqlitestore.Store
	lib   *content.Library
	q     *content.Questionnaire

	mu  sync.Mutex
	now time.Time
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	lib, err := content.Load("")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := respondent.NewKeys([]byte(strings.Repeat("s", 32)))
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{T: t, lib: lib, q: lib.Questionnaires[qiongshan], now: noon}
	f.store, err = sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "jindu.db"),
		sqlitestore.Options{Now: f.clock, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.store.Close(); err != nil {
			t.Error(err)
		}
	})
	f.desk = survey.NewDesk(f.store, keys, f.clock)
	return f
}

func (f *fixture) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fixture) wait(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

func (f *fixture) page(q *content.Questionnaire) survey.Page {
	f.Helper()
	p, ok := f.desk.ReadPage(q, "d", f.desk.MintPage(q, "d"))
	if !ok {
		f.Fatal("its own page is refused")
	}
	return p
}

// submission of a device, on a new page.
func (f *fixture) submission(device string) survey.Submission {
	f.Helper()
	ticket, err := survey.NewTicket(f.q, f.lib.Places[longtang], "")
	if err != nil {
		f.Fatal(err)
	}
	return survey.Submission{
		Questionnaire: f.q, Ticket: ticket, Place: longtang, Page: f.page(f.q), Tier: content.TierDevice, Device: device,
		Answers: []survey.Answer{{Question: "satisfaction", Options: []string{"satisfied"}}},
	}
}

func (f *fixture) submit(s survey.Submission, want survey.Outcome) survey.Receipt {
	f.Helper()
	r, err := f.desk.Submit(f.Context(), s)
	if err != nil {
		f.Fatal(err)
	}
	if r.Outcome != want {
		f.Fatalf("outcome %v, want %v", r.Outcome, want)
	}
	return r
}

func (f *fixture) respondents() int64 {
	f.Helper()
	n, err := f.store.Respondents(f.Context(), f.q.ID)
	if err != nil {
		f.Fatal(err)
	}
	return n
}

func TestSubmitOnce(t *testing.T) {
	f := newFixture(t)
	first := f.submission("phone")
	accepted := f.submit(first, survey.Accepted)
	if len(accepted.Code) != 9 || accepted.Code[4] != '-' || !accepted.At.Equal(noon) {
		t.Errorf("receipt %+v", accepted)
	}
	f.wait(time.Hour)
	for _, r := range []survey.Receipt{f.submit(first, survey.Replayed), f.submit(f.submission("phone"), survey.Duplicate)} {
		if r.Code != accepted.Code || !r.At.Equal(noon) || r.FirstID != accepted.FirstID {
			t.Errorf("receipt %+v, want that of %+v", r, accepted)
		}
	}
	if other := f.submit(f.submission("another phone"), survey.Accepted); other.Code == accepted.Code {
		t.Error("two people share a receipt")
	}
	if n := f.respondents(); n != 2 {
		t.Errorf("%d respondents", n)
	}
}

func TestSubmitAssisted(t *testing.T) {
	f := newFixture(t)
	for range 3 { // one phone, three people; each form may be sent again
		s := f.submission("staff")
		s.Tier, s.Ticket.Assisted = content.TierAssisted, true
		f.submit(s, survey.Accepted)
		f.submit(s, survey.Replayed)
	}
	if n := f.respondents(); n != 3 {
		t.Errorf("%d respondents", n)
	}
}

func TestSubmitRefuses(t *testing.T) {
	f := newFixture(t)
	preview := f.submission("phone")
	preview.Ticket.Preview = true
	if _, err := f.desk.Submit(f.Context(), preview); err == nil {
		t.Error("a preview counts")
	}
	f.q.Tiers = []string{content.TierWechat}
	if _, err := f.desk.Submit(f.Context(), f.submission("phone")); !errors.Is(err, survey.ErrTier) {
		t.Errorf("a tier that does not count: %v", err)
	}
	if n := f.respondents(); n != 0 {
		t.Errorf("%d respondents", n)
	}
}

func TestSubmitAfterForget(t *testing.T) {
	f := newFixture(t)
	f.submit(f.submission("phone"), survey.Accepted)
	if err := f.store.Forget(t.Context(), f.q.ID); err != nil {
		t.Fatal(err)
	}
	for _, device := range []string{"phone", "another"} {
		if _, err := f.desk.Submit(t.Context(), f.submission(device)); !errors.Is(err, survey.ErrClosed) {
			t.Errorf("%s: %v", device, err)
		}
	}
}

// Closed for good by another process: pages and the bot know within seconds.
func TestClosedBesideThisProcess(t *testing.T) {
	f := newFixture(t)
	if err := f.desk.Open(t.Context(), f.q); err != nil {
		t.Fatal(err)
	}
	if err := f.store.Forget(t.Context(), f.q.ID); err != nil {
		t.Fatal(err)
	}
	f.wait(10 * time.Second)
	if err := f.desk.Open(t.Context(), f.q); !errors.Is(err, survey.ErrClosed) {
		t.Errorf("page: %v", err)
	}
	if _, err := f.desk.PersonalToken(t.Context(), f.q, "somebody", noon); !errors.Is(err, survey.ErrClosed) {
		t.Errorf("personal link: %v", err)
	}
}

// hung is a store that does not answer after the state of a survey for a while.
type hung struct {
	survey.Store
	until <-chan struct{} // closed when it goes on
	asked atomic.Int32
}

func (h *hung) State(ctx context.Context, id string) (survey.State, error) {
	h.asked.Add(1)
	select {
	case <-h.until:
		return h.Store.State(ctx, id)
	case <-ctx.Done():
		return survey.State{}, ctx.Err()
	}
}

// While the store hangs, nobody waits longer than they want to, all wait for one
// look, and who saw the survey before goes on with what was known.
func TestOpenWhileStoreHangs(t *testing.T) {
	f := newFixture(t)
	going := make(chan struct{})
	close(going)
	store := &hung{Store: f.store, until: going}
	keys, err := respondent.NewKeys([]byte(strings.Repeat("s", 32)))
	if err != nil {
		t.Fatal(err)
	}
	desk := survey.NewDesk(store, keys, f.clock)
	open := func(q *content.Questionnaire) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		return desk.Open(ctx, q)
	}
	if err := desk.Open(t.Context(), f.q); err != nil {
		t.Fatal(err)
	}
	f.wait(time.Minute)
	thaw := make(chan struct{})
	store.until = thaw
	store.asked.Store(0)
	for range 10 {
		if err := open(f.q); err != nil {
			t.Errorf("a survey seen before: %v", err)
		}
		if err := open(f.lib.Questionnaires["meilan-2026"]); !errors.Is(err, survey.ErrUnavailable) {
			t.Errorf("a survey never seen: %v", err)
		}
	}
	if n := store.asked.Load(); n != 2 {
		t.Errorf("the store was asked %d times", n)
	}
	close(thaw)
	for id, q := range f.lib.Questionnaires {
		if err := desk.Open(t.Context(), q); err != nil {
			t.Errorf("%s after the store went on: %v", id, err)
		}
	}
}

// Fast answers are marked and counted all the same.
func TestFastMark(t *testing.T) {
	f := newFixture(t)
	fast := f.submission("fast")
	f.wait(time.Duration(len(f.q.Questions))*time.Second - time.Millisecond)
	f.submit(fast, survey.Accepted)
	calm := f.submission("calm")
	f.wait(time.Duration(len(f.q.Questions)) * time.Second)
	f.submit(calm, survey.Accepted)
	var marks [][]string
	err := f.store.Log(t.Context(), f.q.ID, "", func(e survey.LogEntry) error {
		marks = append(marks, e.Marks)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(marks) != 2 || len(marks[0]) != 1 || marks[0][0] != survey.MarkFast || len(marks[1]) != 0 {
		t.Errorf("marks %v", marks)
	}
}

func TestPage(t *testing.T) {
	f := newFixture(t)
	token := f.desk.MintPage(f.q, "d")
	p, ok := f.desk.ReadPage(f.q, "d", token)
	if !ok || !p.Opened.Equal(noon) {
		t.Errorf("page %+v, %v", p, ok)
	}
	if again := f.page(f.q); again.ID == p.ID {
		t.Error("two pages share an id")
	}
	if _, ok := f.desk.ReadPage(f.lib.Questionnaires[meilan], "d", token); ok {
		t.Error("a page passes for another questionnaire's")
	}
	if _, ok := f.desk.ReadPage(f.q, "another browser", token); ok {
		t.Error("a page passes for another browser's")
	}
	f.wait(30 * 24 * time.Hour)
	if _, ok := f.desk.ReadPage(f.q, "d", token); !ok {
		t.Error("a page left open is refused")
	}
	for _, bad := range []string{"", "x", token + "A", token[1:], strings.ToUpper(token)} {
		if _, ok := f.desk.ReadPage(f.q, "d", bad); ok {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestPhase(t *testing.T) {
	f := newFixture(t)
	date := func(s string) (d content.Date) {
		if s != "" {
			at, err := time.Parse(time.DateOnly, s)
			if err != nil {
				t.Fatal(err)
			}
			d.Time = at
		}
		return d
	}
	for _, x := range []struct {
		opens, closes, now string
		want               survey.Phase
	}{
		{"", "", "2026-11-23T00:00:00+08:00", survey.Running},
		{"2026-12-01", "", "2026-11-30T23:59:59+08:00", survey.NotYet},
		{"2026-12-01", "", "2026-11-30T16:00:00Z", survey.Running}, // midnight in China
		{"", "2026-12-31", "2026-12-31T15:59:59Z", survey.Running},
		{"", "2026-12-31", "2026-12-31T16:00:00Z", survey.Over},
		{"2026-12-01", "2026-12-31", "2027-01-01T00:00:00+08:00", survey.Over},
	} {
		now, err := time.Parse(time.RFC3339, x.now)
		if err != nil {
			t.Fatal(err)
		}
		f.wait(now.Sub(f.clock()))
		if got := f.desk.Phase(&content.Questionnaire{Opens: date(x.opens), Closes: date(x.closes)}); got != x.want {
			t.Errorf("%s to %s at %s: %v", x.opens, x.closes, x.now, got)
		}
	}
}

func TestPersonalLink(t *testing.T) {
	f := newFixture(t)
	const openid = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"
	token := func(q *content.Questionnaire, openid string) string {
		t.Helper()
		s, err := f.desk.PersonalToken(t.Context(), q, openid, noon)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	mine := token(f.q, openid)
	if token(f.q, openid) != mine {
		t.Error("the reply to a retry would hold another link")
	}
	if raw, _ := base64.RawURLEncoding.DecodeString(mine); strings.Contains(string(raw), openid[:6]) || strings.Contains(mine, openid[:6]) {
		t.Error("the link holds the openid")
	}
	p, ok := f.desk.ReadPersonal(t.Context(), f.q, mine)
	if !ok || !p.Until.Equal(noon.Add(survey.PersonalLinkLife)) {
		t.Errorf("%+v, %v", p, ok)
	}
	other, ok := f.desk.ReadPersonal(t.Context(), f.q, token(f.q, "another"))
	if !ok || other.Respondent == p.Respondent || other.Claim == p.Claim {
		t.Error("two followers are one")
	}
	there := f.lib.Questionnaires[meilan]
	if elsewhere, ok := f.desk.ReadPersonal(t.Context(), there, token(there, openid)); !ok || elsewhere.Respondent == p.Respondent {
		t.Error("two questionnaires can be joined")
	}
	if _, ok := f.desk.ReadPersonal(t.Context(), there, mine); ok {
		t.Error("a link passes for another questionnaire's")
	}
	if _, ok := f.desk.ReadPersonal(t.Context(), f.q, mine[:len(mine)-1]); ok {
		t.Error("a cut link passes")
	}

	claim := func(device string, want bool) {
		t.Helper()
		if got, err := f.desk.ClaimPersonal(t.Context(), p, device); err != nil || got != want {
			t.Errorf("%s claims: %v, %v", device, got, err)
		}
	}
	claim("mine", true)
	claim("a neighbour's", false)
	claim("mine", true)

	s := f.submission("")
	s.Tier, s.Personal = content.TierWechat, &p
	receipt := f.submit(s, survey.Accepted)
	again := f.submission("")
	again.Tier, again.Personal = content.TierWechat, &p
	if f.submit(again, survey.Duplicate).Code != receipt.Code {
		t.Error("another receipt for the same person")
	}
	f.wait(survey.PersonalLinkLife)
	if _, ok := f.desk.ReadPersonal(t.Context(), f.q, mine); ok {
		t.Error("the link does not end")
	}
}

func TestAccept(t *testing.T) {
	f := newFixture(t)
	change := func(q content.Questionnaire) *content.Library {
		lib := *f.lib
		lib.Questionnaires = map[string]*content.Questionnaire{q.ID: &q}
		return &lib
	}
	changed, reworded := *f.q, *f.q
	changed.Fingerprint, reworded.Title = "another", "改了标题"
	if err := f.desk.Accept(t.Context(), change(changed)); err != nil {
		t.Errorf("before the first answer: %v", err)
	}
	f.submit(f.submission("phone"), survey.Accepted)
	if err := f.desk.Accept(t.Context(), f.lib); err != nil {
		t.Errorf("the same content: %v", err)
	}
	if err := f.desk.Accept(t.Context(), change(reworded)); err != nil {
		t.Errorf("other words: %v", err)
	}
	err := f.desk.Accept(t.Context(), change(changed))
	var problems content.Problems
	if !errors.As(err, &problems) || len(problems) != 1 || problems[0].File != "surveys/qiongshan-2026.yaml" {
		t.Errorf("another meaning: %v", err)
	}
	f.q.Fingerprint = "another" // and the store refuses what slips through
	if _, err := f.desk.Submit(t.Context(), f.submission("another phone")); !errors.Is(err, survey.ErrFrozen) {
		t.Errorf("submitted under another meaning: %v", err)
	}
}

// bent is a store whose tallies or dedup went wrong.
type bent struct {
	survey.Store
	cell  string
	add   int64
	extra int64 // respondents
}

func (b bent) Tally(ctx context.Context, id string, filter survey.Filter) (survey.Tally, error) {
	t, err := b.Store.Tally(ctx, id, filter)
	if b.cell != "" {
		t.Rows[0].Counts[b.cell] += b.add
	}
	return t, err
}

func (b bent) Respondents(ctx context.Context, id string) (int64, error) {
	n, err := b.Store.Respondents(ctx, id)
	return n + b.extra, err
}

func TestAudit(t *testing.T) {
	f := newFixture(t)
	if n, differences, err := survey.Audit(t.Context(), f.store, f.q); n != 0 || len(differences) > 0 || err != nil {
		t.Errorf("empty: %d, %v, %v", n, differences, err)
	}
	for i := range 5 {
		f.submit(f.submission(fmt.Sprint(i)), survey.Accepted)
	}
	for name, x := range map[string]struct {
		store survey.Store
		want  []string
	}{
		"good":         {f.store, nil},
		"count":        {bent{f.store, "n", 1, 0}, []string{`460107101 "" n: tally 6, log 5`}},
		"answer":       {bent{f.store, "q/satisfaction/satisfied", -2, 0}, []string{`460107101 "" q/satisfaction/satisfied: tally 3, log 5`}},
		"unknown cell": {bent{f.store, "q/satisfaction/bought", 1, 0}, []string{`460107101 "" q/satisfaction/bought: tally 1, log 0`}},
		"dedup":        {bent{f.store, "", 0, -1}, []string{"dedup 4, log 5"}},
	} {
		n, differences, err := survey.Audit(t.Context(), x.store, f.q)
		if err != nil || n != 5 || fmt.Sprint(differences) != fmt.Sprint(x.want) {
			t.Errorf("%s: %d, %v, %v", name, n, differences, err)
		}
	}
	if err := f.store.Forget(t.Context(), f.q.ID); err != nil {
		t.Fatal(err)
	}
	if n, differences, err := survey.Audit(t.Context(), f.store, f.q); n != 5 || len(differences) > 0 || err != nil {
		t.Errorf("closed for good: %d, %v, %v", n, differences, err)
	}
}

// busy is a store that takes in a response whenever its log is read, before and
// after.
type busy struct {
	survey.Store
	submit func()
}

func (b busy) Log(ctx context.Context, id string, after survey.Cursor, fn func(survey.LogEntry) error) error {
	b.submit()
	err := b.Store.Log(ctx, id, after, fn)
	b.submit()
	return err
}

// Responses that arrive during an audit are no difference.
func TestAuditWhileSubmitting(t *testing.T) {
	f := newFixture(t)
	people := 0
	submit := func() {
		people++
		f.submit(f.submission(fmt.Sprint(people)), survey.Accepted)
	}
	submit()
	if _, differences, err := survey.Audit(t.Context(), busy{f.store, submit}, f.q); err != nil || len(differences) > 0 {
		t.Errorf("%v, %v", differences, err)
	}
	// What is wrong by more than they are shows all the same.
	_, differences, err := survey.Audit(t.Context(), busy{bent{f.store, "n", 10, 10}, submit}, f.q)
	if err != nil || len(differences) != 2 {
		t.Errorf("%v, %v", differences, err)
	}
	if n, differences, err := survey.Audit(t.Context(), f.store, f.q); n != int64(people) || err != nil || len(differences) > 0 {
		t.Errorf("at rest: %d, %v, %v", n, differences, err)
	}
}
