package redisstore

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jindu/internal/dedup"
	"jindu/internal/redisstore/redistest"
)

// TestForgetLeavesNoBytes looks for the key and the dedup rows in the raw files.
func TestForgetLeavesNoBytes(t *testing.T) {
	for name, settings := range map[string][]string{
		"append-only file": nil, "snapshots": {"--appendonly", "no", "--save", "3600 1", "--rdbcompression", "no"}, "both": {"--save", "3600 1", "--rdbcompression", "no"},
	} {
		t.Run(name, func(t *testing.T) { testForgetLeavesNoBytes(t, settings) })
	}
}

func testForgetLeavesNoBytes(t *testing.T, settings []string) {
	server := redistest.Start(t, settings...)
	s, err := Open(t.Context(), server.URL(), Options{AllowWeakDurability: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	st, err := s.State(t.Context(), loadSurvey)
	if err != nil {
		t.Fatal(err)
	}
	claim := [16]byte{0: 0xaa, 15: 0xbb}
	if _, err := s.Claim(t.Context(), claim, [16]byte{0: 0xcc, 15: 0xdd}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	secrets := map[string][]byte{"key": st.Key, "claim": []byte(token(claim))}
	for n := range int64(150) {
		r := loadResponse(n)
		if _, err := s.Submit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		m := dedup.NewMask(loadSurvey, r.Respondent)
		secrets[fmt.Sprint("row ", n)] = m.Who()
		secrets[fmt.Sprint("masked id ", n)] = m.Hide(r.ID, r.At)
	}
	client := server.Client()
	defer client.Close()
	slow := func() int {
		t.Helper()
		list, err := client.SlowLogGet(t.Context(), -1).Result()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(fmt.Sprint(list), home(loadSurvey).log())
	}
	if err := client.ConfigSet(t.Context(), "slowlog-log-slower-than", "0").Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Submit(t.Context(), loadResponse(1)); err != nil || slow() == 0 {
		t.Fatal(err, "slow calls are not logged")
	}
	if err := client.Save(t.Context()).Err(); err != nil { // somebody's snapshot
		t.Fatal(err)
	}
	if found := search(t, server.Dir(), secrets); found != len(secrets) {
		t.Fatalf("%d of %d secrets are in the files before: the search does not see them", found, len(secrets))
	}
	if err := s.Forget(t.Context(), loadSurvey); err != nil {
		t.Fatal(err)
	}
	if notes, err := s.Remains(t.Context()); len(notes) > 0 || err != nil {
		t.Errorf("remains: %q, %v", notes, err)
	}
	if slow() > 0 {
		t.Error("calls with rows of the survey are in the slow log")
	}
	if found := search(t, server.Dir(), secrets); found > 0 {
		t.Errorf("%d secrets are still in the files", found)
	}
	if settings != nil {
		return // what a crash leaves is told elsewhere
	}
	server.Kill()
	server.Run()
	for calls(s)[1] != nil {
		time.Sleep(10 * time.Millisecond)
	}
	if st, err := s.State(t.Context(), loadSurvey); err != nil || !st.Closed || st.Key != nil {
		t.Errorf("%+v, %v", st, err)
	}
}

// search gives how many of the secrets are in the files of a folder.
func search(t *testing.T, dir string, secrets map[string][]byte) (found int) {
	t.Helper()
	var all []byte
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all = append(all, text...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets {
		if bytes.Contains(all, secret) {
			found++
		}
	}
	return found
}

// TestForgetGoesOn: a server takes up what an interrupted Forget left, and leaves
// alone what was never closed.
func TestForgetGoesOn(t *testing.T) {
	server := redistest.Start(t)
	s := openTest(t, server.URL(), nil)
	for n := range int64(50) {
		r := loadResponse(n)
		if _, err := s.Submit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		r.Survey = "open"
		if _, err := s.Submit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.client.SAdd(t.Context(), closingKey, loadSurvey, "open").Err(); err != nil {
		t.Fatal(err)
	}
	if err := s.closePart(t.Context(), home(loadSurvey), 1); err != nil {
		t.Fatal(err)
	}
	other := openTest(t, server.URL(), nil) // its keeper begins at once
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		left, err := other.Respondents(t.Context(), loadSurvey)
		if err != nil {
			t.Fatal(err)
		}
		open, err := other.client.SCard(t.Context(), closingKey).Result()
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 && open == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d rows and %d closings are left", left, open)
		}
	}
	if n, err := other.Respondents(t.Context(), "open"); n != 50 || err != nil {
		t.Errorf("the survey that stays open has %d respondents, %v", n, err)
	}
}

// TestForgetRemains: what could not be written anew is said.
func TestForgetRemains(t *testing.T) {
	server := redistest.Start(t, "--save", "3600 1")
	client := server.Client()
	defer client.Close()
	acl := []any{"ACL", "SETUSER", "jindu", "reset", "on", ">p", "~jindu:*", "&jindu:*", "+@all", "-@admin", "-@dangerous", "+info"}
	if err := client.Do(t.Context(), append(acl, "+config|get")...).Err(); err != nil {
		t.Fatal(err)
	}
	s := openTest(t, "redis://jindu:p@"+server.Addr, nil)
	if _, err := s.Submit(t.Context(), loadResponse(1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Forget(t.Context(), loadSurvey); err != nil {
		t.Fatal(err)
	}
	notes, err := s.Remains(t.Context())
	if text := strings.Join(notes, "\n"); err != nil || !strings.Contains(text, "BGREWRITEAOF") || !strings.Contains(text, "dump.rdb") || !strings.Contains(text, "BGSAVE") || !strings.Contains(text, "SLOWLOG RESET") {
		t.Errorf("%q, %v", notes, err)
	}
	// Who may not read the settings does not know whether there are snapshots.
	if err := client.Do(t.Context(), acl...).Err(); err != nil {
		t.Fatal(err)
	}
	if err := client.ConfigSet(t.Context(), "save", "").Err(); err != nil {
		t.Fatal(err)
	}
	if notes, err := s.Remains(t.Context()); err != nil || !strings.Contains(strings.Join(notes, "\n"), "看不到 save") {
		t.Errorf("%q, %v", notes, err)
	}
}
