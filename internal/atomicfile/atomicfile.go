// Package atomicfile writes a file that appears under its name only when it is
// whole and on the disk: until then what stood there before stays.
package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// File is a file in the making. Its owner calls Commit, or Discard, or both in
// that order.
type File struct {
	*os.File
	path string
	done bool
}

// leftFor is how long a file in the making that nobody writes to belongs to nobody.
const leftFor = 10 * time.Minute

// Create begins a file in the folder of path, which only this user may read. It takes
// away what a program that was killed left behind of the same.
func Create(path string) (*File, error) {
	before, after := "."+filepath.Base(path)+".", ".part"
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), before) || !strings.HasSuffix(e.Name(), after) {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > leftFor {
			_ = os.Remove(filepath.Join(filepath.Dir(path), e.Name())) // else it stays, as before
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), before+"*"+after)
	if err != nil {
		return nil, err
	}
	return &File{File: f, path: path}, nil
}

// Commit makes the file durable and puts it in its place.
func (f *File) Commit() error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), f.path); err != nil {
		return err
	}
	f.done = true
	if runtime.GOOS == "windows" { // NTFS journals names
		return nil
	}
	dir, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Discard takes away a file that was not committed.
func (f *File) Discard() error {
	if f.done {
		return nil
	}
	f.done = true
	f.Close() // fails where Commit has closed it
	return os.Remove(f.Name())
}
