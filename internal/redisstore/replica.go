package redisstore

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// replicaWait bounds how long a batch waits for a replica to have it as well.
	// One that is well but slow has it long before; Redis must answer in replyTimeout.
	replicaWait = time.Second
	// replicaLag is within how many seconds a replica that is well was heard of.
	replicaLag = 2
)

// runReplicated runs a script and, where there are replicas, waits until one has
// what it wrote: a failover in the next moment then finds it there. Redis promises
// no more than that (it may elect another replica), and a replica that does not
// keep up must not stop the town from answering: then the master alone will do, and
// keep looks again later.
func (s *Store) runReplicated(ctx context.Context, script *redis.Script, keys []string, args ...any) *redis.Cmd {
	if !s.replicated.Load() {
		return script.Run(ctx, s.client, keys, args...)
	}
	// WAIT is about what its own connection wrote, so both go through one.
	master, err := s.masterOf(ctx, keys[0])
	if err != nil {
		return script.Run(ctx, s.client, keys, args...)
	}
	var done *redis.Cmd
	copies := redis.NewIntCmd(ctx, "WAIT", 1, replicaWait.Milliseconds())
	master.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		done = script.EvalSha(ctx, pipe, keys, args...)
		return pipe.Process(ctx, copies)
	})
	if err := done.Err(); redis.HasErrorPrefix(err, "NOSCRIPT") || redis.HasErrorPrefix(err, "MOVED") || redis.HasErrorPrefix(err, "ASK") {
		return script.Run(ctx, s.client, keys, args...) // which loads it and follows
	}
	if n, err := copies.Result(); err == nil && n == 0 && s.replicated.CompareAndSwap(true, false) {
		s.log.Warn("store: no replica keeps up; responses are acknowledged without one for now")
	}
	return done
}

func (s *Store) masterOf(ctx context.Context, key string) (*redis.Client, error) {
	if c, ok := s.client.(*redis.ClusterClient); ok {
		return c.MasterForKey(ctx, key)
	}
	return s.client.(*redis.Client), nil
}

// lookForReplicas notes whether every server that writes has a replica that is well.
func (s *Store) lookForReplicas(all []server) {
	s.replicated.Store(len(all) > 0 && !slices.ContainsFunc(all, func(v server) bool { return !v.hasReplica() }))
}

// hasReplica looks for slave0:ip=…,port=…,state=online,offset=…,lag=0 and so on.
func (v server) hasReplica() bool {
	for name, value := range v.info {
		if !strings.HasPrefix(name, "slave") || !strings.Contains(value, "state=online") {
			continue
		}
		_, lag, _ := strings.Cut(value, "lag=")
		if n, err := strconv.Atoi(lag); err == nil && n <= replicaLag {
			return true
		}
	}
	return false
}
