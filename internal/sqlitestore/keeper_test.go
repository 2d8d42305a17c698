package sqlitestore

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"jindu/bot/quiz"
	"jindu/internal/dedup"
	"jindu/internal/respondent"
	"jindu/survey"
)

// TestPurge drops what has expired, in steps, and nothing else.
func TestPurge(t *testing.T) {
	var now atomic.Int64
	clock := func() time.Time { return time.Unix(1_000_000+now.Load(), 0) }
	s := openTest(t, filepath.Join(t.TempDir(), "jindu.db"), Options{Now: clock})
	const n = purgeRows + 20
	for i := range n {
		until := clock().Add(time.Duration(1+i/(n-10)) * time.Minute)
		var key [16]byte
		binary.BigEndian.PutUint64(key[8:], uint64(i))
		if _, err := s.Claim(t.Context(), key, key, until); err != nil {
			t.Fatal(err)
		}
		err := s.Save(t.Context(), respondent.Pseudonym(key), quiz.MessageKey(key), 0, []byte("s"), until, nil, until)
		if err != nil {
			t.Fatal(err)
		}
	}
	left := func(want int) {
		t.Helper()
		for _, table := range []string{"claims", "attempts", "replies"} {
			if got, err := scanOne[int](t.Context(), s.read.db, "SELECT count(*) FROM "+table); err != nil || got != want {
				t.Errorf("%d rows of %s, %v; want %d", got, table, err, want)
			}
		}
	}
	step := func(want bool) {
		t.Helper()
		if more, err := s.purge(t.Context()); err != nil || more != want {
			t.Errorf("more %v, %v", more, err)
		}
	}
	step(false)
	left(n)
	now.Store(60)
	step(true)
	left(n - purgeRows)
	step(false)
	left(10)
}

// TestKeeperFoldsWAL: what is written reaches the file itself soon.
func TestKeeperFoldsWAL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jindu.db")
	s := openTest(t, path, Options{})
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range int64(300) {
		if _, err := s.Submit(t.Context(), killResponse(n)); err != nil {
			t.Fatal(err)
		}
	}
	deadline := time.Now().Add(20 * time.Second)
	for {
		if now, err := os.Stat(path); err != nil {
			t.Fatal(err)
		} else if now.Size() > before.Size() && !s.writer.dirty.Load() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the file did not grow")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestForgetLeavesNoBytes looks for the key and the dedup rows in the raw files.
func TestForgetLeavesNoBytes(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, filepath.Join(dir, "jindu.db"), Options{})
	secrets := map[string][]byte{}
	for _, id := range []string{"a", "kill", "z"} {
		for n := range int64(150) {
			r := killResponse(n)
			r.Survey = id
			if _, err := s.Submit(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if id == "kill" {
				m := dedup.NewMask(id, r.Respondent)
				secrets[fmt.Sprint("row ", n)] = m.Who()
				secrets[fmt.Sprint("masked id ", n)] = m.Hide(r.ID, r.At)
			}
		}
	}
	st, err := s.State(t.Context(), "kill")
	if err != nil {
		t.Fatal(err)
	}
	secrets["key"] = st.Key
	claim := [16]byte{0: 0xaa, 15: 0xbb}
	if _, err := s.Claim(t.Context(), claim, [16]byte{0: 0xcc, 15: 0xdd}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	secrets["claim"] = claim[:]

	if found := search(t, dir, secrets); len(found) != len(secrets) {
		t.Errorf("before: found %d of %d secrets", len(found), len(secrets))
	}
	if err := s.Forget(t.Context(), "kill"); err != nil {
		t.Fatal(err)
	}
	for what, file := range search(t, dir, secrets) {
		t.Errorf("the %s is still in %s", what, file)
	}
	for _, id := range []string{"a", "z"} {
		if n, err := s.Respondents(t.Context(), id); err != nil || n != 150 {
			t.Errorf("%s: %d respondents, %v", id, n, err)
		}
	}
}

// search finds secrets in the files of a folder.
func search(t *testing.T, dir string, secrets map[string][]byte) map[string]string {
	t.Helper()
	found := map[string]string{}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for what, secret := range secrets {
			if bytes.Contains(data, secret) {
				found[what] = f.Name()
			}
		}
	}
	return found
}

// TestDedupTellsNothing: neither the pseudonym nor the id nor the time can be read.
func TestDedupTellsNothing(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, filepath.Join(dir, "jindu.db"), Options{})
	r := killResponse(1)
	if _, err := s.Submit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	found := search(t, dir, map[string][]byte{
		"pseudonym": r.Respondent[:],
		"id":        r.ID[:],
		"time":      binary.BigEndian.AppendUint64(nil, uint64(r.At.Unix())),
	})
	if len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

// TestForgetGoesOn: a server takes up what an interrupted Forget left.
func TestForgetGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jindu.db")
	s := openTest(t, path, Options{})
	const n = forgetRows + 10
	err := s.writer.do(t.Context(), func(b *batch, _ *item) error {
		for i := range n {
			m := dedup.NewMask("kill", respondent.Pseudonym{byte(i), byte(i >> 8)})
			if err := b.exec("INSERT INTO dedup (survey, who, first) VALUES ('kill', ?, ?)", m.Who(), m.Hide(survey.SubmissionID{}, time.Unix(0, 0))); err != nil {
				return err
			}
		}
		return b.exec("INSERT INTO surveys (id, closed_at) VALUES ('kill', 1)")
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		if more, err := s.forgetSome(context.Background()); err != nil || more != want {
			t.Errorf("more %v, %v; want %v", more, err, want)
		}
	}
	if left, err := s.Respondents(t.Context(), "kill"); err != nil || left != 0 {
		t.Errorf("%d respondents, %v", left, err)
	}
}
