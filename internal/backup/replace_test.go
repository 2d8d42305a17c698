package backup_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"jindu/internal/backup"
	"jindu/internal/storetest"
)

// A backup does not give way to one of a store that lost what it has: the nightly run
// after a night in which Redis was emptied and the server started anew.
func TestGoodBackupStays(t *testing.T) {
	store := file(t).Open(t, time.Now)
	give := func(s storetest.Movable, from, to int) {
		t.Helper()
		for n := from; n < to; n++ {
			if _, err := s.Submit(t.Context(), answer(n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	give(store, 0, 20)
	archive := filepath.Join(t.TempDir(), "nightly")
	create := func(s backup.Source) error {
		_, err := backup.Create(t.Context(), archive, s, time.Now(), nil)
		return err
	}
	if err := create(store); err != nil {
		t.Fatal(err)
	}
	earlier := restore(t, archive, file(t))
	give(store, 20, 30)
	if err := create(store); err != nil { // more than before
		t.Fatal(err)
	}
	good, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}

	anew, other := file(t).Open(t, time.Now), file(t).Open(t, time.Now)
	give(anew, 0, 100) // more than was lost
	if _, err := other.State(t.Context(), "another"); err != nil {
		t.Fatal(err)
	}
	for why, s := range map[backup.Why]backup.Source{backup.Gone: other, backup.Anew: anew, backup.Fewer: earlier} {
		lost, ok := errors.AsType[*backup.Lost](create(s))
		if !ok || len(lost.Surveys) != 1 || lost.Surveys[0].Why != why || lost.Surveys[0].Was.Entries != 30 {
			t.Errorf("%s: %v", why, lost)
		}
		if now, err := os.ReadFile(archive); err != nil || !bytes.Equal(now, good) {
			t.Errorf("%s: the good backup is gone, %v", why, err)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(archive)); err != nil || len(left) != 1 {
		t.Error(left, err)
	}

	// What the office itself ended is not lost; what it ended stays ended.
	if err := store.Forget(t.Context(), surveyID); err != nil {
		t.Fatal(err)
	}
	if err := create(store); err != nil {
		t.Error(err)
	}
	if lost, ok := errors.AsType[*backup.Lost](create(anew)); !ok || lost.Surveys[0].Why != backup.Anew {
		t.Error("a survey that was closed for good came back")
	}
	if _, err := backup.Replace(t.Context(), archive, anew, time.Now(), nil); err != nil {
		t.Error(err)
	}
	// What is no archive is not ours to replace; a damaged one protects nothing.
	text := filepath.Join(t.TempDir(), "letter")
	if err := os.WriteFile(text, []byte("Dear Sir"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Create(t.Context(), text, store, time.Now(), nil); !errors.Is(err, backup.ErrFormat) {
		t.Error(err)
	}
	if err := os.WriteFile(archive, good[:len(good)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := create(earlier); err != nil {
		t.Error(err)
	}
}
