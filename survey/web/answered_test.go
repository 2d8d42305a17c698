package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jindu/content"
	"jindu/internal/backup"
	"jindu/internal/respondent"
	"jindu/internal/sqlitestore"
	"jindu/survey"
)

func (s *shakyStore) Find(ctx context.Context, id string, who respondent.Pseudonym) (survey.Result, bool, error) {
	if err := s.before.Load(); err != nil {
		return survey.Result{}, false, *err
	}
	return s.Store.Find(ctx, id, who)
}

// replace the store with another file.
func (s *site) replace(path string) {
	s.Helper()
	db, err := sqlitestore.Open(s.Context(), path, sqlitestore.Options{Now: s.cfg.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { db.Close() })
	s.store.Store = db
}

// expectCountsAgain sends a form that was answered "counted" before its response was
// lost: it counts now, once.
func (s *site) expectCountsAgain(b *browser, path string) {
	s.Helper()
	page := b.get(path)
	page.expect(s, http.StatusOK, s.q.Title)
	page.without(s, "填过了", "提交过")
	form := b.fill(page)
	for _, want := range []string{"accepted", "accepted"} { // and its retry
		a := b.postJSON(path, form)
		var got accepted
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != http.StatusOK || got.Status != want {
			s.Errorf("%d %s, want %s", a.status, a.body, want)
		}
	}
	s.expect(1)
	form.Set(fieldPage, b.another())
	if a := b.postJSON(path, form); !strings.Contains(a.body, `"duplicate"`) {
		s.Errorf("a second form: %s", a.body)
	}
	b.get(path).expect(s, http.StatusOK, "您已经填过了")
	s.expect(1)
}

// An older backup was restored: the browser was told that its answer counts, the
// store does not have it.
func TestAnsweredBeforeRestore(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	path := s.ticket(township)
	page := b.get(path)
	db := s.store.Store.(*sqlitestore.Store)
	archive := filepath.Join(t.TempDir(), "archive")
	if _, err := backup.Create(t.Context(), archive, db, time.Now(), nil); err != nil {
		t.Fatal(err)
	}
	b.post(path, b.fill(page)).expect(t, http.StatusOK, "提交成功")

	a, err := backup.Open(t.Context(), archive)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	restored := filepath.Join(t.TempDir(), "jindu.db")
	target, err := sqlitestore.Load(t.Context(), restored)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Restore(t.Context(), target, nil); err != nil {
		t.Fatal(err)
	}
	s.replace(restored)
	s.expectCountsAgain(b, path)
}

// The survey was begun anew in an empty store, under another key. Nothing of before
// says who somebody is: not the answered-cookie, nor that of a follower.
func TestAnsweredBeforeBeginningAnew(t *testing.T) {
	for _, tier := range []string{content.TierDevice, content.TierWechat} {
		t.Run(tier, func(t *testing.T) {
			s := newSite(t)
			b := s.browser()
			path := s.ticket(township)
			link := func() string {
				if tier == content.TierDevice {
					return path
				}
				token, err := s.cfg.Desk.PersonalToken(t.Context(), s.q, "openid", s.cfg.Now())
				if err != nil {
					t.Fatal(err)
				}
				return path + "?as=" + token
			}
			old := link()
			b.post(path, b.fill(b.get(old))).expect(t, http.StatusOK, "提交成功")
			if s.tiers()[tier] != 1 {
				t.Fatalf("counted as %v", s.tiers())
			}
			s.replace(filepath.Join(t.TempDir(), "jindu.db"))
			s.pass(time.Minute) // until the server looks for the key again
			s.expectCountsAgain(b, path)
			if s.tiers()[content.TierDevice] != 1 {
				t.Errorf("counted as %v: the follower's pseudonym is of the survey before", s.tiers())
			}
			if tier == content.TierDevice {
				return
			}
			other := s.browser() // an old link is an ordinary one
			other.post(path, other.fill(other.get(old))).expect(t, http.StatusOK, "提交成功")
			if s.tiers()[content.TierDevice] != 2 {
				t.Errorf("counted as %v", s.tiers())
			}
		})
	}
}

// While the store is away nothing is acknowledged, to nobody.
func TestAnsweredWhileStoreIsAway(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	path := s.ticket(township)
	form := b.fill(b.get(path))
	code := b.post(path, form).receipt(t)
	down := survey.ErrUnavailable
	s.store.before.Store(&down)
	for _, page := range []string{form.Get(fieldPage), b.another()} {
		form.Set(fieldPage, page)
		a := b.postJSON(path, form)
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || strings.Contains(a.body, code) {
			t.Errorf("%d %s", a.status, a.body)
		}
		b.post(path, form).expect(t, http.StatusServiceUnavailable, "再试一次")
	}
	page := b.get(path)
	page.expect(t, http.StatusOK, "您提交过这份问卷", "2026年11月23日 10:00", "没法再核对")
	page.without(t, "已经算上", code)
	s.store.before.Store(nil)
	b.get(path).expect(t, http.StatusOK, "您已经填过了", code)
	if a := b.postJSON(path, form); a.status != http.StatusOK || !strings.Contains(a.body, code) {
		t.Errorf("%d %s", a.status, a.body)
	}
	s.expect(1)
}
