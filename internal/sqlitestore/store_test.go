package sqlitestore

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"jindu/internal/storetest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(helperEnv); path != "" {
		os.Exit(helper(path))
	}
	os.Exit(m.Run())
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, now func() time.Time) storetest.Engine {
		return openEngine(t, filepath.Join(t.TempDir(), "jindu.db"), now)
	})
}

// engine is a Store that can crash.
type engine struct {
	*Store
	now func() time.Time
}

func openEngine(t *testing.T, path string, now func() time.Time) *engine {
	return &engine{openTest(t, path, Options{Now: now}), now}
}

func openTest(t testing.TB, path string, opts Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Reopen opens a copy of the files as they are on disk at this moment, with all
// that the WAL holds, as after a crash.
func (e *engine) Reopen(t *testing.T) storetest.Engine {
	path := filepath.Join(t.TempDir(), "jindu.db")
	// The file first: what is folded into it meanwhile stays in the WAL as well.
	copyFile(t, e.path, path)
	copyFile(t, e.path+"-wal", path+"-wal")
	return openEngine(t, path, e.now)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
