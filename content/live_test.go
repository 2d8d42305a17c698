package content

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An edit that could not be taken up for a passing trouble is taken up when it is over,
// without another edit; the log says it once.
func TestReloadAfterTrouble(t *testing.T) {
	dir := t.TempDir()
	var trouble error
	var log strings.Builder
	live, err := NewLive(t.Context(), dir, func(context.Context, *Library) error { return trouble }, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "drugs", "shiyan.md")
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(goodDrug), 0o644); err != nil {
		t.Fatal(err)
	}
	trouble = errors.New("the store is away")
	for range 5 {
		live.Poll(t.Context())
	}
	if live.Library().Entries["drugs/shiyan"] != nil || strings.Count(log.String(), "the store is away") != 1 {
		t.Errorf("%s", log.String())
	}
	trouble = nil
	live.Poll(t.Context())
	if live.Library().Entries["drugs/shiyan"] == nil || len(live.Status().Problems) > 0 {
		t.Errorf("not taken up: %+v", live.Status())
	}
}
