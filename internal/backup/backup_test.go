package backup_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/internal/backup"
	"jindu/internal/office"
	"jindu/internal/redisstore"
	"jindu/internal/redisstore/redistest"
	"jindu/internal/respondent"
	"jindu/internal/sqlitestore"
	"jindu/internal/storetest"
	"jindu/survey"
)

func file(t testing.TB) storetest.Stop {
	path := filepath.Join(t.TempDir(), "data", "jindu.db")
	return storetest.Stop{
		Name: "sqlite", Parts: 1,
		Open: func(t *testing.T, now func() time.Time) storetest.Movable {
			s, err := sqlitestore.Open(t.Context(), path, sqlitestore.Options{Now: now})
			return opened(t, s, err)
		},
		Load: func(t *testing.T, _ func() time.Time) backup.Target {
			l, err := sqlitestore.Load(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			return l
		},
	}
}

func server(name, url string, parts int) storetest.Stop {
	return storetest.Stop{
		Name: name, Parts: parts,
		Open: func(t *testing.T, now func() time.Time) storetest.Movable {
			s, err := redisstore.Open(t.Context(), url, redisstore.Options{Now: now})
			return opened(t, s, err)
		},
		Load: func(t *testing.T, now func() time.Time) backup.Target {
			l, err := redisstore.Load(t.Context(), url, redisstore.Options{Now: now})
			if err != nil {
				t.Fatal(err)
			}
			return l
		},
	}
}

func opened(t *testing.T, s storetest.Movable, err error) storetest.Movable {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Everything survives the way through all engines.
func TestTravel(t *testing.T) {
	single := func() storetest.Stop { return server("redis", redistest.Start(t).URL(), 1) }
	cluster := server("cluster", redistest.StartCluster(t, 3, 0, 2000).URL(), 64)
	storetest.Travel(t, file(t), single(), file(t), cluster, single(), file(t), file(t))
}

const surveyID = "qiongshan-2026"

// answer is the nth person's.
func answer(n int) *survey.Response {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
	return &survey.Response{
		Survey: surveyID, Version: 1, Fingerprint: "f", Tier: "wechat", ID: survey.SubmissionID(sum[:16]), Respondent: respondent.Pseudonym(sum[16:]),
		Place: fmt.Sprintf("460107%03d%03d", 100+n%7, 200+n%11), Point: fmt.Sprint("点", n%3), At: time.Unix(1_800_000_000+int64(n), 0),
		Answers: []survey.Answer{{Question: "q1", Options: []string{"a"}}},
		Cells:   []survey.Cell{{Name: survey.CellResponses, N: 1}, {Name: "q/q1/a", N: 1}, {Name: "right", N: int64(n % 4)}},
	}
}

// Backups made while people answer hold all that was acknowledged before they
// began, and in each of them log, tally and dedup are of one moment.
func TestWhilePeopleAnswer(t *testing.T) {
	for _, from := range []storetest.Stop{
		file(t), server("redis", redistest.Start(t).URL(), 1), server("cluster", redistest.StartCluster(t, 3, 0, 2000).URL(), 64),
	} {
		t.Run(from.Name, func(t *testing.T) {
			store := from.Open(t, time.Now)
			var next atomic.Int64
			submit := func(upTo int64) {
				var all sync.WaitGroup
				for range 32 {
					all.Go(func() {
						for n := next.Add(1); n <= upTo; n = next.Add(1) {
							if _, err := store.Submit(context.Background(), answer(int(n))); err != nil {
								t.Error(err)
							}
						}
					})
				}
				all.Wait()
			}
			submit(2000)
			for round := range 3 {
				acknowledged := 2000 + round*1000
				next.Store(int64(acknowledged))
				archive := filepath.Join(t.TempDir(), "archive")
				started := make(chan struct{})
				watched := sourceFunc{store, sync.OnceFunc(func() { close(started) }), new(atomic.Int64)}
				var during sync.WaitGroup
				during.Go(func() { <-started; submit(int64(acknowledged + 1000)) })
				sum, err := backup.Create(t.Context(), archive, watched, time.Now(), nil)
				if err != nil {
					t.Fatal(err)
				}
				during.Wait()
				s := sum.Surveys[0]
				if all := s.Differences(); len(all) > 0 || s.Entries < int64(acknowledged) {
					t.Errorf("%d acknowledged, %+v: %s", acknowledged, s, all)
				}
				t.Logf("%d acknowledged before, %d in the archive", acknowledged, s.Entries)
				restored := restore(t, archive, file(t))
				for n := 1; n <= acknowledged; n++ {
					if res, err := restored.Submit(t.Context(), answer(n)); err != nil || res.Outcome != survey.Replayed {
						t.Fatalf("person %d: %v %v", n, res.Outcome, err)
					}
				}
				restored.Close()
			}
			store.Close()
		})
	}
}

// sourceFunc is a store that says when its dump has begun.
type sourceFunc struct {
	backup.Source
	began func()
	n     *atomic.Int64
}

func (s sourceFunc) Dump(ctx context.Context, put func(backup.Record) error) error {
	return s.Source.Dump(ctx, func(r backup.Record) error {
		if r.Respondent != nil || r.Entry != nil {
			if s.began(); s.n.Add(1)%100 == 0 {
				time.Sleep(time.Millisecond) // lets people in between
			}
		}
		return put(r)
	})
}

func restore(t *testing.T, archive string, to storetest.Stop) storetest.Movable {
	t.Helper()
	a, err := backup.Open(t.Context(), archive)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.Restore(t.Context(), to.Load(t, time.Now), nil); err != nil {
		t.Fatal(err)
	}
	return to.Open(t, time.Now)
}

// filled is a store with answers and an archive of it.
func filled(t *testing.T, stop storetest.Stop, n int) (store storetest.Movable, archive string) {
	t.Helper()
	store = stop.Open(t, time.Now)
	for i := range n {
		if _, err := store.Submit(t.Context(), answer(i)); err != nil {
			t.Fatal(err)
		}
	}
	archive = filepath.Join(t.TempDir(), "archive")
	if _, err := backup.Create(t.Context(), archive, store, time.Now(), nil); err != nil {
		t.Fatal(err)
	}
	return store, archive
}

// However an archive was cut or changed, it is refused before a store is touched.
func TestDamage(t *testing.T) {
	store, archive := filled(t, file(t), 50)
	store.Close()
	if info, err := os.Stat(archive); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	whole, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	expect := func(what string, data []byte, want ...error) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "damaged")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := backup.Open(t.Context(), path)
		if err == nil {
			a.Close()
			t.Errorf("%s: it opens", what)
			return
		}
		for _, w := range want {
			if errors.Is(err, w) {
				return
			}
		}
		t.Errorf("%s: %v", what, err)
	}
	for n := 0; n < len(whole); n += 1 + len(whole)/200 {
		expect(fmt.Sprint("cut at ", n), whole[:n], backup.ErrDamaged, backup.ErrFormat)
		changed := bytes.Clone(whole)
		changed[n] ^= 0x10
		if n > 9 || n < 3 { // between them gzip notes time and system, which say nothing
			expect(fmt.Sprint("changed at ", n), changed, backup.ErrDamaged, backup.ErrFormat)
		}
	}
	expect("something after it", append(bytes.Clone(whole), "more"...), backup.ErrDamaged)
	expect("twice", append(bytes.Clone(whole), whole...), backup.ErrDamaged)

	plain := unzip(t, whole)
	lines := bytes.SplitAfter(plain, []byte("\n"))
	for what, text := range map[string][]byte{
		"a line less":  bytes.Join(append(append([][]byte{}, lines[:9]...), lines[10:]...), nil),
		"a line twice": bytes.Join(append(append([][]byte{}, lines[:9]...), lines[8:]...), nil),
		"a number":     bytes.Replace(plain, []byte(`"n":`), []byte(`"n":1`), 1),
		"without end":  bytes.Join(lines[:len(lines)-2], nil),
		"null end":     append(bytes.Join(lines[:len(lines)-2], nil), "{\"end\":null}\n"...),
	} {
		expect(what, zip(t, text), backup.ErrDamaged)
	}
	expect("a later format", zip(t, bytes.Replace(plain, []byte(`"format":1`), []byte(`"format":2`), 1)), backup.ErrFormat)
	expect("another file", zip(t, []byte("{}\n")), backup.ErrFormat)
	expect("no gzip", []byte("SQLite format 3\x00"), backup.ErrFormat)
}

func unzip(t *testing.T, data []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func zip(t *testing.T, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// An archive that is whole but that no store can take in leaves the store empty,
// so that a sound one can follow.
func TestRestoreThatFails(t *testing.T) {
	store, archive := filled(t, file(t), 30)
	store.Close()
	whole, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(unzip(t, whole), []byte("\n"))
	lines[20] = []byte(`{"respondent":{"who":"AAAA","first":"AAAA"}}` + "\n")
	body := bytes.Join(lines[:len(lines)-2], nil)
	sum := sha256.Sum256(body)
	bad := filepath.Join(t.TempDir(), "bad")
	end := fmt.Sprintf(`{"end":{"records":{"all":%d},"sha256":"%s"}}`+"\n", len(lines)-3, hex.EncodeToString(sum[:]))
	if err := os.WriteFile(bad, zip(t, append(body, end...)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, stop := range []storetest.Stop{file(t), server("redis", redistest.Start(t).URL(), 1)} {
		a, err := backup.Open(t.Context(), bad)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Restore(t.Context(), stop.Load(t, time.Now), nil); err == nil {
			t.Errorf("%s takes it in", stop.Name)
		}
		a.Close()
		restored := restore(t, archive, stop)
		if n, err := restored.Respondents(t.Context(), surveyID); n != 30 || err != nil {
			t.Errorf("%s: %d respondents, %v", stop.Name, n, err)
		}
	}
}

// What a restore that was killed had written is no store, and in nobody's way.
func TestRestoreThatWasKilled(t *testing.T) {
	store, archive := filled(t, file(t), 30)
	store.Close()
	path := filepath.Join(t.TempDir(), "jindu.db")
	for _, ending := range []string{".restore", ".restore-wal"} {
		if err := os.WriteFile(path+ending, []byte("half a store"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := sqlitestore.OpenReader(t.Context(), path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a store opens: %v", err)
	}
	if _, err := sqlitestore.Open(t.Context(), path, sqlitestore.Options{}); !errors.Is(err, sqlitestore.ErrRestoring) {
		t.Errorf("a server begins with an empty store after a restore that broke off: %v", err)
	}
	a, err := backup.Open(t.Context(), archive)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	l, err := sqlitestore.Load(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Restore(t.Context(), l, nil); err != nil {
		t.Fatal(err)
	}
	s, err := sqlitestore.Open(t.Context(), path, sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if n, err := s.Respondents(t.Context(), surveyID); n != 30 || err != nil {
		t.Errorf("%d respondents, %v", n, err)
	}
	if left, err := filepath.Glob(path + ".restore*"); len(left) > 0 || err != nil {
		t.Error(left, err)
	}
}

// A store that holds anything is left alone, and no server starts on half a store.
func TestOnlyIntoAnEmptyStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jindu.db")
	redis := redistest.Start(t)
	for name, c := range map[string]struct {
		open            func() (storetest.Movable, error)
		load            func() (backup.Target, error)
		notEmpty, inUse error
	}{
		"sqlite": {
			func() (storetest.Movable, error) { return sqlitestore.Open(t.Context(), path, sqlitestore.Options{}) },
			func() (backup.Target, error) { return sqlitestore.Load(t.Context(), path) },
			sqlitestore.ErrNotEmpty, sqlitestore.ErrLocked,
		},
		"redis": {
			func() (storetest.Movable, error) {
				return redisstore.Open(t.Context(), redis.URL(), redisstore.Options{})
			},
			func() (backup.Target, error) {
				return redisstore.Load(t.Context(), redis.URL(), redisstore.Options{})
			},
			redisstore.ErrNotEmpty, redisstore.ErrRestoring,
		},
	} {
		target, err := c.load()
		if err != nil {
			t.Fatal(name, err)
		}
		if s, err := c.open(); !errors.Is(err, c.inUse) {
			t.Errorf("%s: a server starts while an archive is restored: %v %v", name, s, err)
		}
		if _, err := c.load(); !errors.Is(err, c.inUse) || errors.Is(err, survey.ErrUnknown) {
			t.Errorf("%s: two restores at once: %v", name, err)
		}
		if err := target.Abort(t.Context()); err != nil {
			t.Error(name, err)
		}
		s, err := c.open()
		if err != nil {
			t.Fatal(name, err)
		}
		if err := s.PutAccount(t.Context(), office.Account{Name: "anna", Created: time.Now()}); err != nil {
			t.Error(name, err)
		}
		s.Close()
		if _, err := c.load(); !errors.Is(err, c.notEmpty) {
			t.Errorf("%s: restoring over an account: %v", name, err)
		}
		if s, err = c.open(); err != nil {
			t.Fatal(name, err)
		}
		if _, err := s.Account(t.Context(), "anna"); err != nil {
			t.Error(name, err)
		}
		s.Close()
	}
}

// What is destroyed while a backup is made does not live on in it, and the
// archive of before stays.
func TestClosedMeanwhile(t *testing.T) {
	for _, stop := range []storetest.Stop{file(t), server("redis", redistest.Start(t).URL(), 1)} {
		store, archive := filled(t, stop, 200)
		before, err := os.ReadFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		var forgetting sync.WaitGroup
		closing := sync.OnceFunc(func() {
			forgetting.Go(func() { // whose last step waits for readers
				if err := store.Forget(context.Background(), surveyID); err != nil {
					t.Error(err)
				}
			})
			for state := (survey.State{}); !state.Closed && err == nil; time.Sleep(time.Millisecond) {
				state, err = store.State(t.Context(), surveyID)
			}
		})
		_, err = backup.Create(t.Context(), archive, sourceFunc{store, closing, new(atomic.Int64)}, time.Now(), nil)
		if err == nil {
			t.Errorf("%s: a backup with the key of a survey that was closed for good", stop.Name)
		}
		forgetting.Wait()
		after, err := os.ReadFile(archive)
		if err != nil || !bytes.Equal(after, before) {
			t.Errorf("%s: the archive of before is another: %v", stop.Name, err)
		}
		if left, err := filepath.Glob(filepath.Join(filepath.Dir(archive), ".*")); len(left) > 0 || err != nil {
			t.Error(left, err)
		}
	}
}

// Of two backups of one Redis at once, the second is made, and is exact.
func TestTwoBackupsAtOnce(t *testing.T) {
	store, archive := filled(t, server("redis", redistest.Start(t).URL(), 1), 200)
	other := sync.OnceFunc(func() {
		sum, err := backup.Create(t.Context(), archive+"2", store, time.Now(), nil)
		if err != nil || len(sum.Surveys[0].Differences()) > 0 {
			t.Errorf("the second: %+v %v", sum, err)
		}
	})
	if _, err := backup.Create(t.Context(), archive, sourceFunc{store, other, new(atomic.Int64)}, time.Now(), nil); err == nil {
		t.Error("the first knew nothing of the second")
	}
}
