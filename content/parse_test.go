package content

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A small file must not take the memory of the server.
func TestDeepFilesAreRefused(t *testing.T) {
	taken := func(f Folder) (uint64, error) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Parse(f)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc, err
	}
	usual, err := taken(base(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"brackets":  "a: " + strings.Repeat("[", 40_000),
		"braces":    strings.Repeat("{a: ", 40_000),
		"list":      strings.Repeat("- ", 40_000) + "x",
		"indents":   deepIndents(2_000),
		"questions": strings.Repeat("? ", 40_000) + "x",
	} {
		used, err := taken(overlay(base(t), Folder{"quizzes/deep.yaml": text}))
		if err == nil || !strings.Contains(err.Error(), "quizzes/deep.yaml:1:1: YAML 格式有误：嵌套太深") {
			t.Errorf("%s: %.200v", name, err)
		}
		if used > usual+100<<20 {
			t.Errorf("%s takes %d MB, the content itself %d", name, used>>20, usual>>20)
		}
	}
}

func deepIndents(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// A named pipe among the files is a problem, not a wait without end.
func TestPipeInTheFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "drugs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := pipe(filepath.Join(dir, "drugs/pipe.md")); err != nil {
		t.Skip("no named pipes here: ", err) // Windows
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "drugs/pipe.md:1:1: 不是普通文件") {
		t.Errorf("%v", err)
	}
}

// TestLongIsRefused: what would keep the parser for minutes is refused at once.
func TestLongIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"keys": strings.Repeat("a: b\n", 200_000), "commas": "a: [" + strings.Repeat(",", 900_000) + "]", "pairs": strings.Repeat("a: b: ", 100_000),
		"tags": strings.Repeat("! ", 450_000), "quotes": "x: " + strings.Repeat(`"a" `, 200_000),
	} {
		began := time.Now()
		if _, err := parseYAML(text); err == nil {
			t.Errorf("%s: taken", name)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%s: refused after %v", name, took)
		}
	}
}
