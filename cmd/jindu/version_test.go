package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A release says which commit it was made of, although it is built without the go
// command's own note, which has a time in it.
func TestReleaseNamesItsCommit(t *testing.T) {
	if _, err := os.Stat("../../.git"); err != nil {
		t.Skip("no repository")
	}
	head, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		t.Skip(err)
	}
	line, err := exec.Command("make", "-C", "../..", "--no-print-directory", "-n", "release", "PLATFORMS=linux/amd64", "RELEASE=v9").Output()
	if err != nil {
		t.Skip(err)
	}
	var flags string
	for l := range strings.Lines(string(line)) {
		if _, after, ok := strings.Cut(l, `-ldflags "`); ok {
			flags, _, _ = strings.Cut(after, `"`)
		}
	}
	want := strings.TrimSpace(string(head))
	if !strings.Contains(flags, "main.commit="+want) {
		t.Fatalf("make release links with %s", flags)
	}
	// The linker sets what the program prints: the same two variables in a program
	// that is quick to link.
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":     "module main\n",
		"release.go": "package main\n\nfunc main() { println(version().String()) }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source, err := os.ReadFile("version.go")
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(source), "type versionCmd")
	text = strings.Replace(text, "package main", "package main\n", 1)
	if err := os.WriteFile(filepath.Join(dir, "version.go"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("go", "run", "-buildvcs=false", "-ldflags", flags, ".")
	run.Dir = dir
	run.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "jindu v9 (commit "+want) {
		t.Errorf("%v: %s", err, out)
	}
}
