package redisstore

import (
	"path/filepath"
	"testing"
	"time"

	"jindu/internal/backup"
	"jindu/internal/redisstore/redistest"
)

// TestBackupOfFullMemory: what is in a Redis that takes nothing more can be saved.
func TestBackupOfFullMemory(t *testing.T) {
	server := redistest.Start(t)
	s := openTest(t, server.URL(), nil)
	const people = 300
	for n := range int64(people) {
		if _, err := s.Submit(t.Context(), loadResponse(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.client.ConfigSet(t.Context(), "maxmemory", "1mb").Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Submit(t.Context(), loadResponse(people)); err == nil {
		t.Fatal("the memory is not full")
	}
	looking, err := Open(t.Context(), server.URL(), Options{Looking: true})
	if err != nil {
		t.Fatal(err)
	}
	defer looking.Close()
	sum, err := backup.Create(t.Context(), filepath.Join(t.TempDir(), "archive"), looking, time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := sum.Surveys[0]; got.Respondents != people || len(got.Differences()) > 0 {
		t.Errorf("%+v", got)
	}
}
