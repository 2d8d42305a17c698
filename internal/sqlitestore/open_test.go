package sqlitestore

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"jindu/internal/office"
	"jindu/survey"
)

func TestOpenMakesFolderAndFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "数据 100% #1?", "sub", "jindu.db")
	s := openTest(t, path, Options{})
	if _, err := s.Submit(t.Context(), killResponse(1)); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v: others can read the surveys' keys", info.Mode())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Close left a WAL: %v", err)
	}
	s = openTest(t, path, Options{})
	if res, err := s.Submit(t.Context(), killResponse(1)); err != nil || res.Outcome != survey.Replayed {
		t.Errorf("%+v, %v", res, err)
	}
}

func TestOpenEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jindu.db")
	writeFile(t, path, nil)
	s := openTest(t, path, Options{})
	if _, err := s.Submit(t.Context(), killResponse(1)); err != nil {
		t.Fatal(err)
	}
	if v, err := scanOne[int](t.Context(), s.read.db, "PRAGMA user_version"); err != nil || v != len(migrations) {
		t.Errorf("version %d, %v", v, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	made := func(t *testing.T, statements string) string {
		path := filepath.Join(t.TempDir(), "jindu.db")
		s := openTest(t, path, Options{})
		for n := range int64(200) {
			if _, err := s.Submit(t.Context(), killResponse(n)); err != nil {
				t.Fatal(err)
			}
		}
		alter(t, s, statements)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, test := range []struct {
		name string
		make func(t *testing.T) string
		want string
	}{
		{"text", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "jindu.db")
			writeFile(t, path, bytes.Repeat([]byte("not a database\n"), 1000))
			return path
		}, "restore a backup"},
		{"damaged", func(t *testing.T) string {
			path := made(t, "")
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for i := 4096 * 3; i < len(data); i++ {
				data[i] ^= 0x5a
			}
			writeFile(t, path, data)
			return path
		}, "restore a backup"},
		{"cut", func(t *testing.T) string {
			path := made(t, "")
			if err := os.Truncate(path, 4096*3); err != nil {
				t.Fatal(err)
			}
			return path
		}, "restore a backup"},
		{"other program", func(t *testing.T) string { return made(t, "PRAGMA application_id = 1") }, "another program"},
		{"later version", func(t *testing.T) string { return made(t, "PRAGMA user_version = 999") }, "later version"},
		{"a folder", func(t *testing.T) string { return t.TempDir() }, "unable to open"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := test.make(t)
			for range 2 { // and lets go of the lock
				s, err := Open(t.Context(), path, Options{})
				if err == nil {
					s.Close()
					t.Fatal("opened")
				}
				if !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
					t.Errorf("error %q, want %q and the path", err, test.want)
				}
				if errors.Is(err, ErrLocked) {
					t.Errorf("the lock is still held: %v", err)
				}
			}
		})
	}
}

// alter runs SQL on the connection that writes, outside of its transactions.
func alter(t *testing.T, s *Store, statements string) {
	t.Helper()
	db, conn, err := dial(t.Context(), s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
}

func TestOpenLogsDisagreement(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jindu.db")
	s := openTest(t, path, Options{})
	for n := range int64(3) {
		r := killResponse(n)
		for _, id := range []string{"good", "closed", "short"} {
			r.Survey = id
			if _, err := s.Submit(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Forget(t.Context(), "closed"); err != nil {
		t.Fatal(err)
	}
	alter(t, s, "DELETE FROM log WHERE survey = 'short' AND seq = 2")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	s = openTest(t, path, Options{Logger: slog.New(slog.NewTextHandler(&out, nil))})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "survey=short dedup=3 log=2 tally=3") {
		t.Errorf("logged %q", got)
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, filepath.Join(dir, "jindu.db"), Options{})
	for _, name := range []string{"jindu.db", "other.db"} {
		_, err := Open(t.Context(), filepath.Join(dir, name), Options{})
		if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "process") {
			t.Errorf("second server: %v, want ErrLocked with the folder and the process", err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openTest(t, filepath.Join(dir, "jindu.db"), Options{})
}

func openBeside(t *testing.T, path string) *Store {
	t.Helper()
	s, err := OpenReader(t.Context(), path)
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

// TestBeside runs a command's store beside a server's, both writing.
func TestBeside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jindu.db")
	if _, err := OpenReader(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing there: %v, want fs.ErrNotExist", err)
	}
	server := openTest(t, path, Options{})
	beside := openBeside(t, path)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := range int64(300) {
			if _, err := server.Submit(t.Context(), killResponse(n)); err != nil {
				t.Error(err)
			}
		}
	}()
	for n := range 30 {
		a := office.Account{Name: string(rune('a' + n)), Role: office.RoleViewer, Created: time.Unix(1, 0)}
		if err := beside.PutAccount(t.Context(), a); err != nil {
			t.Error(err)
		}
		if _, err := server.Account(t.Context(), a.Name); err != nil {
			t.Error(err)
		}
	}
	<-done
	expectAgreement(t, beside, "kill")
	if err := beside.Forget(t.Context(), "kill"); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Submit(t.Context(), killResponse(1)); !errors.Is(err, survey.ErrClosed) {
		t.Errorf("after another process closed the survey: %v", err)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := beside.Check(t.Context()); err != nil {
		t.Error(err)
	}
	alter(t, beside, "PRAGMA user_version = 0")
	if _, err := OpenReader(t.Context(), path); err == nil || !strings.Contains(err.Error(), "start the server") {
		t.Errorf("older tables: %v", err)
	}
}

func TestOpenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "jindu.db")
	if _, err := Open(ctx, path, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	openTest(t, path, Options{})
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
