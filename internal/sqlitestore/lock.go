package sqlitestore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// lockName is the file whose lock stands for the data folder. It stays when the
// server ends; the lock goes with the process, however it ends.
const lockName = "jindu.lock"

// folderLock is the exclusive lock of a data folder.
type folderLock struct{ file *os.File }

// lockFolder takes the lock of a folder, or says who has it.
func lockFolder(dir string) (*folderLock, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := tryLock(f); err != nil {
		f.Close()
		if errors.Is(err, errWouldBlock) {
			return nil, fmt.Errorf("%w: %s%s", ErrLocked, dir, holder(path))
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	// Who holds it is a help to the operator only, so a full disk is no reason to stop.
	if f.Truncate(0) == nil {
		fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	return &folderLock{f}, nil
}

func (l *folderLock) release() error { return l.file.Close() }

func holder(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", pid)
}
