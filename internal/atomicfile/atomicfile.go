// Package atomicfile writes a file that appears under its name only when it is
// whole and on the disk: until then what stood there before stays.
package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// File is a file in the making. Its owner calls Commit, or Discard, or both in
// that order.
type File struct {
	*os.File
	path string
	done bool
}

// Create begins a file in the folder of path, which only this user may read.
func Create(path string) (*File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part")
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
