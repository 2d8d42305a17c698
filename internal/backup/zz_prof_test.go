package backup_test

import (
	"os"
	"testing"
	"time"
	"jindu/internal/backup"
)

func TestProf(t *testing.T) {
	if os.Getenv("PROF") == "" { t.Skip() }
	s := file(t)
	began := time.Now()
	a, err := backup.Open(t.Context(), "/tmp/j/million.jindu")
	if err != nil { t.Fatal(err) }
	t.Log("verify", time.Since(began))
	l := s.Load(t, time.Now)
	if _, err := a.Restore(t.Context(), l, nil); err != nil { t.Fatal(err) }
	t.Log("load", time.Since(began))
}
