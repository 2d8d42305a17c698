package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// Sentinel watches a master with one replica.
type Sentinel struct {
	*Server
	Master, Replica *Server
}

// MasterName is what the sentinel calls its master.
const MasterName = "jindu"

// StartSentinel with a master and a replica.
func StartSentinel(t testing.TB) *Sentinel {
	t.Helper()
	s := &Sentinel{Master: Start(t)}
	host, port, _ := net.SplitHostPort(s.Master.Addr)
	s.Replica = Start(t, "--replicaof", host+" "+port)
	s.Replica.awaitReplica(s.Master)

	own := FreePort(t)
	s.Server = &Server{Addr: net.JoinHostPort("127.0.0.1", own), t: t, dir: t.TempDir()}
	conf := fmt.Sprintf("port %s\nbind 127.0.0.1\nlogfile redis.log\nsentinel monitor %s %s %s 1\nsentinel down-after-milliseconds %s 1000\n",
		own, MasterName, host, port, MasterName)
	file := filepath.Join(s.dir, "sentinel.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	s.args = []string{file, "--sentinel"}
	s.Run()
	t.Cleanup(s.Kill)
	client := s.Client()
	defer client.Close()
	s.await("it knows the replica", func(ctx context.Context) bool {
		list, err := client.Do(ctx, "SENTINEL", "REPLICAS", MasterName).Slice()
		return err == nil && len(list) == 1
	})
	return s
}

// URL of the sentinel, for redisstore.Open.
func (s *Sentinel) URL() string {
	return "redis://" + s.Addr + "/0?master_name=" + MasterName
}
