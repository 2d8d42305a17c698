package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"jindu/bot/quiz"
	"jindu/internal/backup"
	"jindu/internal/office"
	"jindu/survey"
)

// Movable is an engine that can be backed up.
type Movable interface {
	survey.Store
	quiz.Store
	office.AccountStore
	backup.Source
	Close() error
}

// Stop is a place for a store: empty at first.
type Stop struct {
	Name  string
	Parts int // orders that its log has
	// Open opens what is there.
	Open func(t *testing.T, now func() time.Time) Movable
	// Load begins to restore an archive.
	Load func(t *testing.T, now func() time.Time) backup.Target
}

// staying is an engine that does not crash.
type staying struct{ Movable }

func (s staying) Reopen(*testing.T) Engine { return s }

// Travel fills the store at the first stop and moves it to each of the others in
// turn. It expects that everything is there each time.
func Travel(t *testing.T, stops ...Stop) {
	clock := &clock{at: start}
	f := &fixture{T: t, clock: clock, ctx: t.Context()}
	at := stops[0].Open(t, clock.now)
	f.Engine = staying{at}
	want := f.pack()
	ordered := stops[0].Parts == 1
	for i, stop := range stops[1:] {
		archive := filepath.Join(t.TempDir(), "archive")
		made, err := backup.Create(f.ctx, archive, at, start, nil)
		f.must(err)
		a, err := backup.Open(f.ctx, archive)
		f.must(err)
		restored, err := a.Restore(f.ctx, stop.Load(t, clock.now), nil)
		f.must(errors.Join(err, a.Close()))
		if !reflect.DeepEqual(restored, made) || !a.Made.Equal(start) {
			t.Errorf("restored %+v of %+v", restored, made)
		}
		f.must(at.Close())
		at = stop.Open(t, clock.now)
		f.Engine = staying{at}
		ordered = ordered && stop.Parts == 1
		t.Run(fmt.Sprint(i+1, " ", stop.Name), func(t *testing.T) {
			f := *f
			f.T = t
			for _, s := range restored.Surveys {
				if all := s.Differences(); len(all) > 0 {
					t.Errorf("%s: %s", s.ID, all)
				}
			}
			f.expectPacked(want, ordered)
			want.add(&f, 1000+i)
		})
	}
	f.must(f.save(person(1), message(7), want.version, "next", "next reply"))
	f.expectSaved(person(1), message(7), "next", "next reply", true)
	f.must(at.Close())
}

const (
	closedID = "closed-2025"
	oddID    = `odd "survey": 问卷/{1}*`
	quizlike = "q" // its keys in Redis begin like those of the quiz
)

// packed is what a store held before it was moved.
type packed struct {
	states   map[string]survey.State
	sent     []*survey.Response
	logs     map[string][]string
	tallies  map[string]map[survey.Level]counts
	version  int64 // of the attempt
	accounts []office.Account
}

var packedSurveys = []string{surveyID, "unanswered", closedID, oddID, quizlike}

// pack fills an empty store with something of everything.
func (f *fixture) pack() *packed {
	f.Helper()
	p := &packed{}
	for n := range 60 {
		for _, id := range []string{surveyID, closedID, oddID, quizlike} {
			r := response(n, []string{town1, town2 + "200", town2 + "201", town3}[n%4])
			r.Survey, r.Version, r.Tier = id, 1+n/30, []string{"wechat", "device", "assisted"}[n%3]
			r.Point = []string{"", "东门市场", "a:b|c{d}\n"}[n%3]
			r.At = start.Add(time.Duration(n) * 13 * time.Second)
			if n%5 == 0 {
				r.Marks = []string{survey.MarkFast}
				r.Cells = append(r.Cells, survey.Cell{Name: "mark/fast", N: 1})
			}
			r.Answers = append(r.Answers, survey.Answer{Question: "channel", Options: []string{"tv", "学校"}},
				survey.Answer{Question: "remark", Text: fmt.Sprintf("建议 %d：😀\"<>&\n第二行", n)})
			f.submit(r, survey.Accepted)
			if id != closedID {
				p.sent = append(p.sent, r)
			}
		}
	}
	f.must(f.Forget(f.ctx, closedID))
	later := start.Add(time.Hour)
	_, err := f.Claim(f.ctx, [16]byte{1}, [16]byte{2}, later)
	f.must(err)
	_, err = f.Claim(f.ctx, [16]byte{3}, [16]byte{4}, start.Add(-time.Second)) // has ended
	f.must(err)
	f.must(f.save(person(1), message(1), 0, "state", "reply"))
	f.must(f.save(person(2), message(2), 0, "", "only a reply"))
	p.accounts = []office.Account{
		{Name: "anna", Role: office.RoleDistrict, Hash: "$argon2id$", Created: start.Truncate(time.Second)},
		{Name: "王五", Role: office.RoleTownship, Place: town1, Hash: "$argon2id$x", Created: start.Truncate(time.Second)},
	}
	for _, a := range p.accounts {
		f.must(f.PutAccount(f.ctx, a))
	}
	p.look(f)
	return p
}

// look takes down what the store holds.
func (p *packed) look(f *fixture) {
	f.Helper()
	p.states, p.logs = map[string]survey.State{}, map[string][]string{}
	p.tallies = map[string]map[survey.Level]counts{}
	for _, id := range packedSurveys {
		st, err := f.State(f.ctx, id)
		f.must(err)
		p.states[id] = st
		p.logs[id] = f.plainLog(id)
		p.tallies[id] = map[survey.Level]counts{}
		for _, level := range []survey.Level{survey.ByTownship, survey.ByVillage, survey.ByPoint} {
			p.tallies[id][level] = f.tally(id, survey.Filter{Level: level})
		}
	}
	p.version = f.expectSaved(person(1), message(1), "state", "reply", true)
}

// plainLog is the log without cursors, which differ between engines.
func (f *fixture) plainLog(id string) []string {
	f.Helper()
	var all []string
	for _, e := range f.log(id, "") {
		e.Cursor, e.At = "", e.At.UTC()
		text, err := json.Marshal(e)
		f.must(err)
		all = append(all, string(text))
	}
	return all
}

// add one more person, so that the next stop has something new.
func (p *packed) add(f *fixture, n int) {
	f.Helper()
	for _, id := range []string{surveyID, "unanswered"} {
		r := response(n, town3+"300")
		r.Survey, r.At = id, start.Add(time.Duration(n)*time.Minute)
		f.submit(r, survey.Accepted)
		p.sent = append(p.sent, r)
	}
	r := response(n, town1)
	r.Survey = closedID
	if _, err := f.Submit(f.ctx, r); !errors.Is(err, survey.ErrClosed) {
		f.Errorf("a survey that was closed for good: %v", err)
	}
	p.look(f)
}

func (f *fixture) expectPacked(p *packed, ordered bool) {
	f.Helper()
	got := &packed{}
	got.look(f)
	if !reflect.DeepEqual(got.states, p.states) {
		f.Errorf("states %+v, want %+v", got.states, p.states)
	}
	if !reflect.DeepEqual(got.tallies, p.tallies) {
		f.Errorf("tallies %v, want %v", got.tallies, p.tallies)
	}
	if !ordered {
		for _, logs := range []map[string][]string{got.logs, p.logs} {
			for id := range maps.Keys(logs) {
				slices.Sort(logs[id])
			}
		}
	}
	if !reflect.DeepEqual(got.logs, p.logs) {
		f.Errorf("logs %v, want %v", got.logs, p.logs)
	}
	if got.version != p.version {
		f.Errorf("the attempt has version %d, want %d", got.version, p.version)
	}
	for _, r := range p.sent {
		first := survey.Result{Outcome: survey.Replayed, FirstID: r.ID, At: time.Unix(r.At.Unix(), 0)}
		if res := f.submit(r, survey.Replayed); !res.At.Equal(first.At) || res.FirstID != first.FirstID {
			f.Errorf("replayed as %+v, want %+v", res, first)
		}
		again := *r
		again.ID = newID()
		if res := f.submit(&again, survey.Duplicate); !res.At.Equal(first.At) || res.FirstID != first.FirstID {
			f.Errorf("duplicate of %+v, want %+v", res, first)
		}
	}
	if n, err := f.Respondents(f.ctx, closedID); n != 0 || err != nil {
		f.Errorf("%d respondents of a survey that was closed for good, %v", n, err)
	}
	if owner, err := f.Claim(f.ctx, [16]byte{1}, [16]byte{9}, start.Add(time.Hour)); err != nil || owner != [16]byte{2} {
		f.Errorf("claim of %x, %v", owner, err)
	}
	f.expectSaved(person(2), message(2), "", "only a reply", true)
	f.expectConflict(f.save(person(1), message(1), p.version, "x", "x"))
	f.expectAccounts(p.accounts...)
}
