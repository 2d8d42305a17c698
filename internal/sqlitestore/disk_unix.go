//go:build linux || darwin || freebsd

package sqlitestore

import "golang.org/x/sys/unix"

// freeSpace that is left to this user.
func freeSpace(folder string) (int64, bool) {
	var disk unix.Statfs_t
	if err := unix.Statfs(folder, &disk); err != nil {
		return 0, false
	}
	return int64(disk.Bavail) * int64(disk.Bsize), true
}
