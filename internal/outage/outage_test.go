package outage

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// A long outage with many failures is a few lines, and none of them is missing
// from the counts.
func TestOutage(t *testing.T) {
	var out strings.Builder
	now := time.Unix(0, 0)
	l := New(slog.New(slog.NewTextHandler(&out, nil)), "not stored", func() time.Time { return now })
	l.Worked(t.Context())
	for range 3500 { // 35 s
		l.Failed(t.Context(), errors.New("away"), "tier", "device")
		now = now.Add(10 * time.Millisecond)
	}
	l.Worked(t.Context()) // some do
	now = now.Add(2 * time.Second)
	l.Worked(t.Context())
	l.Worked(t.Context())
	l.Failed(t.Context(), errors.New("again"))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i, want := range []string{
		`level=ERROR msg="not stored" error=away tier=device`, `level=WARN msg="not stored, still" error=away tier=device times=1000 for=10s`,
		`times=1000 for=20s`, `times=1000 for=30s`, `level=INFO msg="not stored, over" times=3500 after=37s`, `level=ERROR msg="not stored" error=again`,
	} {
		if i >= len(lines) || !strings.Contains(lines[i], want) {
			t.Fatalf("line %d is not %s:\n%s", i, want, out.String())
		}
	}
	if len(lines) != 6 {
		t.Error(out.String())
	}
}

// What a stranger repeats without end is a line a minute, and all of it is counted.
func TestOften(t *testing.T) {
	var out strings.Builder
	now := time.Unix(0, 0)
	o := NewOften(slog.New(slog.NewTextHandler(&out, nil)), "refused", func() time.Time { return now })
	for range 3500 { // 175 s
		o.Happened(t.Context(), errors.New("no"), "survey", "x")
		now = now.Add(50 * time.Millisecond)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 {
		t.Fatal(out.String())
	}
	for i, want := range []string{"times=1", "times=1200", "times=1200"} {
		if !strings.HasSuffix(lines[i], `level=WARN msg=refused error=no survey=x `+want) {
			t.Error(lines[i])
		}
	}
}
