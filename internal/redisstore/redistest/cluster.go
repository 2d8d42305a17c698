package redistest

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

const slots = 16384

// Cluster is masters, and replicas one for each of the first masters.
type Cluster struct {
	Masters  []*Server
	Replicas []*Server
}

// StartCluster of so many masters and replicas. nodeTimeout is when a node that
// does not answer counts as failed, in milliseconds.
func StartCluster(t testing.TB, masters, replicas, nodeTimeout int) *Cluster {
	t.Helper()
	c := &Cluster{}
	for i := range masters + replicas {
		s := Start(t, "--cluster-enabled", "yes", "--cluster-port", FreePort(t),
			"--cluster-node-timeout", fmt.Sprint(nodeTimeout), "--cluster-replica-validity-factor", "0")
		if i < masters {
			c.Masters = append(c.Masters, s)
		} else {
			c.Replicas = append(c.Replicas, s)
		}
	}
	first := c.Masters[0].Client()
	defer first.Close()
	for i, s := range c.nodes() {
		client := s.Client()
		defer client.Close()
		do(t, client, "CLUSTER", "SET-CONFIG-EPOCH", i+1)
		if i < masters {
			do(t, client, "CLUSTER", "ADDSLOTSRANGE", i*slots/masters, (i+1)*slots/masters-1)
		}
		if i > 0 {
			host, port, _ := net.SplitHostPort(s.Addr)
			do(t, first, "CLUSTER", "MEET", host, port, s.args[flag(s.args, "--cluster-port")])
		}
	}
	for _, s := range c.nodes() {
		s.awaitCluster(len(c.nodes()))
	}
	for i, s := range c.Replicas {
		client, master := s.Client(), c.Masters[i].Client()
		defer client.Close()
		defer master.Close()
		do(t, client, "CLUSTER", "REPLICATE", do(t, master, "CLUSTER", "MYID"))
	}
	for i, s := range c.Replicas {
		s.awaitReplica(c.Masters[i])
	}
	return c
}

// awaitReplica waits until the server follows its master and both know it.
func (s *Server) awaitReplica(master *Server) {
	s.t.Helper()
	says := func(server *Server, what string) {
		s.t.Helper()
		client := server.Client()
		defer client.Close()
		server.await(what, func(ctx context.Context) bool {
			return strings.Contains(client.Info(ctx, "replication").Val(), what)
		})
	}
	says(s, "master_link_status:up")
	says(master, "state=online")
}

func (c *Cluster) nodes() []*Server { return append(append([]*Server{}, c.Masters...), c.Replicas...) }

func flag(args []string, name string) int {
	for i, a := range args {
		if a == name {
			return i + 1
		}
	}
	panic(name)
}

// awaitCluster waits until the node serves, in a Cluster of so many nodes.
func (s *Server) awaitCluster(nodes int) {
	s.t.Helper()
	client := s.Client()
	defer client.Close()
	s.await("the cluster is well", func(ctx context.Context) bool {
		info := client.ClusterInfo(ctx).Val()
		return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d\r", nodes))
	})
}

// URL of the cluster, for redisstore.Open.
func (c *Cluster) URL() string {
	url := "redis://" + c.Masters[0].Addr + "?addr=" + c.Masters[1].Addr
	for _, s := range c.nodes()[2:] {
		url += "&addr=" + s.Addr
	}
	return url
}

// Restart kills every master and starts it again.
func (c *Cluster) Restart() {
	for _, s := range c.Masters {
		s.t.Helper()
		s.Kill()
	}
	for _, s := range c.Masters {
		s.launch()
	}
	for _, s := range c.Masters {
		s.awaitCluster(len(c.nodes()))
	}
}

// Clear drops all data.
func (c *Cluster) Clear() {
	for _, s := range c.Masters {
		s.t.Helper()
		s.Clear()
	}
}

// Clear drops all data and every script.
func (s *Server) Clear() {
	s.t.Helper()
	client := s.Client()
	defer client.Close()
	clearAll(s.t, client)
}

func clearAll(t testing.TB, c *redis.Client) {
	t.Helper()
	do(t, c, "FLUSHALL")
	do(t, c, "SCRIPT", "FLUSH")
}
