package redisstore

import (
	"context"
	"slices"
	"strconv"

	"jindu/survey"
)

// Check reads and writes once, the write as durable as any, and looks at every
// server that writes.
func (s *Store) Check(ctx context.Context) (survey.Health, error) {
	h := survey.Health{Engine: "redis"}
	now := strconv.FormatInt(s.now().Unix(), 10)
	err := s.settle(ctx, nil, func(ctx context.Context) error { return s.client.Set(ctx, healthKey, now, 0).Err() })
	if err != nil {
		return survey.Health{}, err
	}
	var all []server
	err = s.read(ctx, func(ctx context.Context) (err error) {
		all, err = s.servers(ctx)
		return err
	})
	if err == nil {
		err = s.checkCluster(ctx)
	}
	if err == nil {
		err = s.lookAround(ctx)
	}
	if err != nil {
		return survey.Health{}, err
	}
	for _, v := range all {
		if h.Version == "" || v.info["redis_version"] < h.Version {
			h.Version = v.info["redis_version"]
		}
	}
	h.Durability, h.Weak = durability(all), weakest(all, s.cluster)
	return h, nil
}

// durability says what an acknowledged response survives, on the weakest server.
func durability(all []server) string {
	says := func(name, value string) bool {
		return slices.ContainsFunc(all, func(v server) bool { return v.info[name] == value })
	}
	config := func(name string, good string) bool {
		return !slices.ContainsFunc(all, func(v server) bool { return v.config[name] != good })
	}
	switch {
	case slices.ContainsFunc(all, func(v server) bool { return v.info["maxmemory_policy"] != "noeviction" }):
		return "内存满时会丢数据"
	case says("aof_enabled", "0"):
		return "重启会丢最近的数据"
	case slices.ContainsFunc(all, func(v server) bool { return len(v.config) == 0 }):
		return "断电是否丢数据无法核实"
	case !config("appendfsync", "always"), !config("no-appendfsync-on-rewrite", "no"):
		return "断电可能丢最近几秒的数据"
	case !says("connected_slaves", "0"):
		return "断电不丢；主从切换可能丢最近几份"
	}
	return "断电不丢"
}

// weakest says whether an acknowledged response may be lost on one of them.
func weakest(all []server, cluster bool) bool {
	return slices.ContainsFunc(all, func(v server) bool {
		return slices.ContainsFunc(v.problems(cluster), func(p Problem) bool { return p.Weak })
	})
}
