package sqlitestore

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"jindu/survey"
)

// TestFileMoved: nothing is acknowledged into a file that is no longer there, and
// readyz tells; put back, the store goes on.
func TestFileMoved(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "jindu.db")
	s := openTest(t, path, Options{})
	if err := submitNumber(s, 1)(); err != nil {
		t.Fatal(err)
	}
	move := func(from, to string) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Skip("this system does not move open files") // Windows
		}
	}
	aside := filepath.Join(dir, "aside.db")
	move(path, aside)
	for name, change := range map[string]func(){
		"removed":  func() {},
		"replaced": func() { _ = os.WriteFile(path, nil, 0o600) },
	} {
		change()
		if err := submitNumber(s, 2)(); !errors.Is(err, survey.ErrUnavailable) {
			t.Errorf("%s: submit: %v", name, err)
		}
		if _, err := s.Check(t.Context()); err == nil {
			t.Errorf("%s: healthy", name)
		}
	}
	move(aside, path)
	if err := submitNumber(s, 2)(); err != nil {
		t.Error(err)
	}
	expectAgreement(t, s, "kill")
}
