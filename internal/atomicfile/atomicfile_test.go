package atomicfile

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What a killed program left goes; what another writes at this moment stays, and so
// does the file of another name.
func TestLeftBehind(t *testing.T) {
	dir := t.TempDir()
	killed, err := Create(filepath.Join(dir, "nightly"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := Create(filepath.Join(dir, "weekly"))
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	for _, f := range []*File{killed, other} {
		if err := os.Chtimes(f.Name(), old, old); err != nil {
			t.Fatal(err)
		}
	}
	writing, err := Create(filepath.Join(dir, "nightly"))
	if err != nil {
		t.Fatal(err)
	}
	last, err := Create(filepath.Join(dir, "nightly"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(killed.Name()); !os.IsNotExist(err) {
		t.Error("what was left behind stays:", err)
	}
	for _, f := range []*File{writing, last, other} {
		if err := f.Commit(); err != nil {
			t.Error(err)
		}
	}
}
