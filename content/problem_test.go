package content

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file with very many problems is told of in a page or two, and takes no memory
// by them.
func TestVeryManyProblems(t *testing.T) {
	_, err := Parse(overlay(base(t), Folder{"questions/zz.txt": "[help/report]\n" + strings.Repeat("怎么办\n", 50_000)}))
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != MostProblems {
		t.Fatalf("%d problems", len(problems))
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != MostListed+1 || !strings.HasPrefix(lines[0], "questions/zz.txt:") || lines[MostListed] != "至少还有 9800 处没有列出" {
		t.Errorf("%d lines, the last %s", len(lines), lines[len(lines)-1])
	}
	dir := t.TempDir()
	for i := range MostProblems + 5 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.tmp", i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, problems, err := readDir(dir); err != nil || len(problems) != MostProblems {
		t.Errorf("%d problems of a stray folder, %v", len(problems), err)
	}
}

// The office page lists of a broken folder what a person reads, and where the rest is.
func TestStatusOfManyProblems(t *testing.T) {
	var many Problems
	for i := range 60 {
		many.Add(Problem{"a.md", i + 1, 1, "坏"})
	}
	live := Live{log: slog.New(slog.DiscardHandler)}
	live.refuse(many)
	if got := live.status.Problems; len(got) != 51 || got[0] != "a.md:1:1: 坏" || got[50] != "还有 10 处没有列出，用 jindu check 查看" {
		t.Errorf("%d: %s", len(got), got)
	}
}

// A folder where a file belongs is named, not passed over.
func TestFolderInPlaceOfFile(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"menu.yaml", "laws/laws.yaml", "drugs/bingdu.md"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, problems, err := readDir(dir); err != nil || len(problems) != 3 {
		t.Errorf("%v, %v", problems, err)
	}
}
