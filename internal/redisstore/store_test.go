package redisstore

import (
	"testing"
	"time"

	"jindu/internal/redisstore/redistest"
	"jindu/internal/storetest"
)

func TestSingle(t *testing.T) {
	server := redistest.Start(t)
	storetest.Run(t, func(t *testing.T, now func() time.Time) storetest.Engine {
		server.Clear()
		return &engine{openTest(t, server.URL(), now), now, server.URL(), 1, func() { server.Kill(); server.Run() }}
	})
}

func TestCluster(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 0, 2000)
	storetest.Run(t, func(t *testing.T, now func() time.Time) storetest.Engine {
		cluster.Clear()
		return &engine{openTest(t, cluster.URL(), now), now, cluster.URL(), clusterParts, cluster.Restart}
	})
}

// engine is a Store whose Redis can crash.
type engine struct {
	*Store
	now   func() time.Time
	url   string
	parts int
	crash func()
}

// LogParts is how many orders the log has.
func (e *engine) LogParts() int { return e.parts }

// Reopen kills and starts Redis while the store that was there still holds its
// connections, as another process may.
func (e *engine) Reopen(t *testing.T) storetest.Engine {
	e.crash()
	return &engine{openTest(t, e.url, e.now), e.now, e.url, e.parts, e.crash}
}

func openTest(t testing.TB, url string, now func() time.Time) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
