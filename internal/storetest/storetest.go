// Package storetest is the one suite that every engine of the stores must pass.
package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"jindu/bot/quiz"
	"jindu/internal/office"
	"jindu/internal/respondent"
	"jindu/survey"
)

// Engine is all that an engine keeps.
type Engine interface {
	survey.Store
	quiz.Store
	office.AccountStore
	Close() error
	// Reopen leaves the engine as a crash would, as far as a test can, and opens
	// what it had kept.
	Reopen(t *testing.T) Engine
}

// Open opens an empty engine that takes the time from now, and closes it when
// the test ends.
type Open func(t *testing.T, now func() time.Time) Engine

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *fixture)
	}{
		{"State", testState},
		{"Submit", testSubmit},
		{"SubmitSamePersonAtOnce", testSamePerson},
		{"SubmitSameSubmissionAtOnce", testSameSubmission},
		{"SubmitOtherSurvey", testOtherSurvey},
		{"SubmitManyAtOnce", testMany},
		{"SubmitFrozen", testFrozen},
		{"SubmitOddInput", testOddInput},
		{"SubmitCells", testCells},
		{"Tally", testTally},
		{"TallyWhileSubmitting", testTallyWhileSubmitting},
		{"LogOrder", testLogOrder},
		{"LogResume", testLogResume},
		{"LogStops", testLogStops},
		{"LogPrivacy", testLogPrivacy},
		{"LogHoldsNothing", testLogHoldsNothing},
		{"Watch", testWatch},
		{"WatchSlow", testWatchSlow},
		{"WatchEnds", testWatchEnds},
		{"Forget", testForget},
		{"ForgetUnknown", testForgetUnknown},
		{"Claim", testClaim},
		{"ClaimAtOnce", testClaimAtOnce},
		{"Quiz", testQuiz},
		{"QuizExpiry", testQuizExpiry},
		{"QuizOldVersion", testQuizOldVersion},
		{"QuizAtOnce", testQuizAtOnce},
		{"Accounts", testAccounts},
		{"Check", testCheck},
		{"Reopen", testReopen},
		{"ContextDone", testContextDone},
		{"ContextEnds", testContextEnds},
		{"Closed", testClosed},
	} {
		t.Run(test.name, func(t *testing.T) {
			clock := &clock{at: start}
			test.run(t, &fixture{T: t, Engine: open(t, clock.now), clock: clock, ctx: t.Context()})
		})
	}
}

// patience bounds every wait for something that must happen.
const patience = 20 * time.Second

// start is the time at which each test begins; not at a minute's start.
var start = time.Date(2026, 11, 23, 10, 0, 42, 345678901, time.FixedZone("CST", 8*3600))

const (
	surveyID    = "qiongshan-2026"
	fingerprint = "f1"
	town1       = "460107100"
	town2       = "460107101"
	town3       = "460107102"
)

// fixture is one test's engine.
type fixture struct {
	*testing.T
	Engine
	clock *clock
	ctx   context.Context
}

// clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// person is the pseudonym of the nth person.
func person(n int) respondent.Pseudonym {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("person"), uint64(n)))
	return respondent.Pseudonym(sum[:16])
}

func newID() (id survey.SubmissionID) {
	rand.Read(id[:])
	return id
}

// response is a new submission of the nth person.
func response(n int, place string) *survey.Response {
	return &survey.Response{
		Survey:      surveyID,
		Version:     1,
		Fingerprint: fingerprint,
		ID:          newID(),
		Respondent:  person(n),
		Tier:        "wechat",
		Place:       place,
		Answers:     []survey.Answer{{Question: "q1", Options: []string{"satisfied"}}},
		At:          start,
		Cells:       []survey.Cell{{Name: survey.CellResponses, N: 1}, {Name: "q/q1/satisfied", N: 1}},
	}
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// submit expects an outcome of a submission.
func (f *fixture) submit(r *survey.Response, want survey.Outcome) survey.Result {
	f.Helper()
	res, err := f.Submit(f.ctx, r)
	if err != nil {
		f.Fatalf("Submit: %v", err)
	}
	if res.Outcome != want {
		f.Fatalf("Submit: outcome %v, want %v", res.Outcome, want)
	}
	return res
}

// log reads the whole log after a cursor.
func (f *fixture) log(id string, after survey.Cursor) []survey.LogEntry {
	f.Helper()
	var all []survey.LogEntry
	f.must(f.Log(f.ctx, id, after, func(e survey.LogEntry) error {
		all = append(all, e)
		return nil
	}))
	return all
}

// tally reads a tally as place → point → cell → count.
func (f *fixture) tally(id string, filter survey.Filter) counts {
	f.Helper()
	t, err := f.Tally(f.ctx, id, filter)
	f.must(err)
	return f.counts(t)
}

// expectCount expects as many respondents, log entries and counted responses.
func (f *fixture) expectCount(id string, want int64) {
	f.Helper()
	n, err := f.Respondents(f.ctx, id)
	f.must(err)
	logged := int64(len(f.log(id, "")))
	tallied := f.tally(id, survey.Filter{Level: survey.ByTownship}).sum(survey.CellResponses)
	if n != want || logged != want || tallied != want {
		f.Errorf("%s: %d respondents, %d log entries, %d counted; want %d of each", id, n, logged, tallied, want)
	}
}

// together runs f(0) … f(n-1) at once and waits for all.
func together(n int, f func(i int)) {
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			f(i)
		})
	}
	done.Wait()
}

// saved is a quiz.Store.Save with times that are far off.
func (f *fixture) save(who respondent.Pseudonym, msg quiz.MessageKey, version int64, state, reply string) error {
	var s []byte
	if state != "" {
		s = []byte(state)
	}
	later := f.clock.now().Add(time.Hour)
	return f.Save(f.ctx, who, msg, version, s, later, []byte(reply), later)
}
