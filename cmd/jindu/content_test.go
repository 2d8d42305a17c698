package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jindu/content"
)

// Who has only the program gets the built-in content as files, and never over others.
func TestContentCommand(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "built-in")
	if r := runCommand(t, nil, "content", dir); r.code != exitDone || !strings.Contains(r.out, "jindu check my-content") {
		t.Fatalf("%+v", r)
	}
	want, err := content.Read("")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || string(got) != text {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if r := runCommand(t, nil, "check", dir); r.code != exitDone {
		t.Errorf("what was written has problems: %+v", r)
	}
	file := filepath.Join(dir, "menu.yaml")
	if err := os.WriteFile(file, []byte("ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, file} {
		if r := runCommand(t, nil, "content", path); r.code != exitUsage || !strings.Contains(r.err, "请写一个新的") {
			t.Errorf("%+v", r)
		}
	}
	if got, _ := os.ReadFile(file); string(got) != "ours" {
		t.Error("written over")
	}
	if r := runCommand(t, nil, "content", t.TempDir()); r.code != exitDone {
		t.Errorf("into an empty folder: %+v", r)
	}
}

// A path that is not the whole content folder is answered in Chinese, and with the
// folder that is meant.
func TestCheckOfAPart(t *testing.T) {
	my := filepath.Join(t.TempDir(), "my")
	if err := os.MkdirAll(filepath.Join(my, "help"), 0o755); err != nil {
		t.Fatal(err)
	}
	market := filepath.Join(my, "help", "market.md")
	if err := os.WriteFile(market, []byte("正文\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(my, "help"): "上一级 " + my + "\n", market: "上一级 " + my + "\n", filepath.Join(my, "brk"): "没有内容文件夹 " + filepath.Join(my, "brk"),
	} {
		r := runCommand(t, nil, "check", path)
		if r.code != exitFailed || !strings.Contains(r.err, want) || strings.Contains(r.err, "no such") {
			t.Errorf("%+v", r)
		}
	}
}
