package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"jindu/internal/redisstore/redistest"
	"jindu/internal/sqlitestore"
)

// An office begins on the embedded store and moves to Redis: whoever answered has
// answered, with the same receipt, and everybody else still can.
func TestMoveToRedis(t *testing.T) {
	set := testSettings(t.TempDir(), nil)
	p := serve(t, set)
	at := minted(t, set, p.base, "--place", "460107101")[0].URL
	var given []given
	for range 12 {
		g, ok := answer(t, at)
		if !ok {
			t.Fatal("no answer")
		}
		given = append(given, g)
	}
	archive := filepath.Join(t.TempDir(), "nightly.jindu")
	if r := runCommand(t, set, "backup", "--out", archive); r.code != 0 || !strings.Contains(r.out, "qiongshan-2026：12 份") || r.err != "" {
		t.Fatalf("backup beside the server: %+v", r)
	}
	if r := runCommand(t, set, "restore", archive); r.code != exitFailed || !strings.Contains(r.err, "正被另一个 jindu 使用") {
		t.Errorf("restore below a running server: %+v", r)
	}
	p.stop(syscall.SIGTERM)
	if r := runCommand(t, set, "restore", archive); r.code != exitFailed || !strings.Contains(r.err, "已经有数据") {
		t.Errorf("restore over what is there: %+v", r)
	}

	whole, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(t.TempDir(), "damaged.jindu")
	if err := os.WriteFile(damaged, whole[:len(whole)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	redis := maps.Clone(set)
	redis["JINDU_REDIS_URL"] = redistest.Start(t).URL()
	if r := runCommand(t, redis, "restore", damaged); r.code != exitFailed || !strings.Contains(r.err, "没有恢复任何东西") {
		t.Errorf("a damaged archive: %+v", r)
	}
	if r := runCommand(t, redis, "restore", archive); r.code != 0 || !strings.Contains(r.out, "qiongshan-2026：12 份") || r.err != "" {
		t.Fatalf("restore into Redis: %+v", r)
	}
	p = serve(t, redis)
	at = minted(t, redis, p.base, "--place", "460107101")[0].URL
	for _, g := range given {
		if status, s := g.visitor.submit(at, g.values); status != 200 || s.Receipt != g.receipt {
			t.Errorf("receipt %s is now %d %+v", g.receipt, status, s)
		}
	}
	if _, ok := answer(t, at); !ok {
		t.Error("nobody can answer any more")
	}
	if r := runCommand(t, redis, "audit", "qiongshan-2026"); r.code != 0 || !strings.Contains(r.out, "13 份") {
		t.Errorf("audit: %+v", r)
	}
	if r := runCommand(t, redis, "restore", archive); r.code != exitFailed || !strings.Contains(r.err, "已经有 jindu 的数据") {
		t.Errorf("restore over a Redis that is in use: %+v", r)
	}
	if r := runCommand(t, redis, "backup", "--out", archive); r.code != 0 || !strings.Contains(r.out, "13 份") {
		t.Errorf("backup of Redis: %+v", r)
	}
	back := testSettings(filepath.Join(t.TempDir(), "new"), nil)
	if r := runCommand(t, back, "restore", archive); r.code != 0 || !strings.Contains(r.out, "13 份") {
		t.Errorf("and back: %+v", r)
	}
	if r := runCommand(t, back, "audit", "qiongshan-2026"); r.code != 0 || !strings.Contains(r.out, "13 份") {
		t.Errorf("audit: %+v", r)
	}
}

func TestBackupHelp(t *testing.T) {
	for command, want := range map[string]string{"backup": "保管", "restore": "原来的", "export": "只供本单位分析"} {
		if r := runCommand(t, nil, command, "--help"); r.code != 0 || !strings.Contains(r.out, want) {
			t.Errorf("%s: %+v", command, r)
		}
	}
	if r := runCommand(t, nil, "restore", "no-such-file"); r.code != exitUsage || !strings.Contains(r.err, "no-such-file") {
		t.Errorf("%+v", r)
	}
}

func TestExport(t *testing.T) {
	set := testSettings(t.TempDir(), nil)
	p := serve(t, set)
	at := minted(t, set, p.base, "--place", "460107101")[0].URL
	for range 12 {
		if _, ok := answer(t, at); !ok {
			t.Fatal("no answer")
		}
	}
	dir := t.TempDir()
	for format, want := range map[string][]string{
		"csv": {"out.csv", "out-按镇街.csv", "out-按村居.csv"}, "jsonl": {"out.jsonl"}, "xlsx": {"out.xlsx"},
	} {
		r := runCommand(t, set, "export", "qiongshan-2026", "--format", format, "--out", filepath.Join(dir, "out."+format))
		if r.code != 0 || r.err != "" {
			t.Fatalf("%+v", r)
		}
		for _, name := range want {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil || info.Size() < 500 || info.Mode().Perm() != 0o600 || !strings.Contains(r.out, name) {
				t.Errorf("%s: %v %v; said %q", name, info, err, r.out)
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "out.csv"))
	if err != nil || strings.Count(string(text), "\n") != 13 || !strings.Contains(string(text), "比较满意,satisfied") {
		t.Errorf("%v\n%s", err, text)
	}
	if left, err := os.ReadDir(dir); len(left) != 5 || err != nil {
		t.Errorf("%v %v", left, err)
	}
}

// A store that lost its data must not take the place of a good backup.
func TestEmptiedStoreKeepsTheBackup(t *testing.T) {
	data, out := t.TempDir(), filepath.Join(t.TempDir(), "jindu.backup")
	if err := os.WriteFile(out, []byte("a good backup"), 0o600); err != nil {
		t.Fatal(err)
	}
	set := testSettings(data, nil)
	store, err := sqlitestore.Open(t.Context(), filepath.Join(data, dataFile), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if r := runCommand(t, set, "backup", "--out", out); r.code != exitFailed || !strings.Contains(r.err, "一份问卷也没有") {
		t.Errorf("%+v", r)
	}
	if kept, err := os.ReadFile(out); err != nil || string(kept) != "a good backup" {
		t.Errorf("%q, %v", kept, err)
	}
}
