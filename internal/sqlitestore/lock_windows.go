package sqlitestore

import (
	"os"

	"golang.org/x/sys/windows"
)

var errWouldBlock error = windows.ERROR_LOCK_VIOLATION

// tryLock takes the lock of one byte far behind the text, which others may so
// still read. It ends when the file is closed.
func tryLock(f *os.File) error {
	return windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
}

// syncFolder has nothing to do: NTFS journals names.
func syncFolder(string) error { return nil }
