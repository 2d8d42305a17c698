package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// maxSkew is how far the clocks of Redis and this machine may lie apart: claims
// and attempts end by the clock of whichever process is asked.
const maxSkew = 30 * time.Second

// minListpack is how many rows a dedup bucket may have before Redis makes a hash
// table of it, which takes three times the memory.
const minListpack = 512

// Problem is something about a Redis server that must be mended.
type Problem struct {
	Server  string // its address
	Message string // in Chinese, with what to do
	Weak    bool   // only about durability: Options.AllowWeakDurability overrules it
}

// StartError says why the store does not start.
type StartError struct{ Problems []Problem }

func (e *StartError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = fmt.Sprintf("Redis %s：%s", p.Server, p.Message)
	}
	return strings.Join(lines, "\n")
}

// server is what one Redis server says of itself.
type server struct {
	addr   string
	info   map[string]string
	config map[string]string // empty where CONFIG is denied
	skew   time.Duration
}

func inspect(ctx context.Context, c *redis.Client) (server, error) {
	v := server{addr: c.Options().Addr, info: map[string]string{}}
	var info *redis.StringCmd
	var clock *redis.TimeCmd
	sent := time.Now()
	_, err := c.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		clock = pipe.Time(ctx)
		info = pipe.Info(ctx)
		return nil
	})
	if err != nil {
		return v, err
	}
	if got := time.Now(); clock.Val().Before(sent) || clock.Val().After(got) {
		v.skew = clock.Val().Sub(sent.Add(got.Sub(sent) / 2))
	}
	for line := range strings.Lines(info.Val()) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			v.info[name] = value
		}
	}
	// Versions before 7 take one name at a time; they are refused anyway.
	config, err := c.Do(ctx, "CONFIG", "GET", "appendfsync", "no-appendfsync-on-rewrite", "hash-max-listpack-entries").Result()
	if _, answered := err.(redis.Error); err != nil && !answered {
		return v, err
	}
	v.config = pairs(config)
	return v, nil
}

// pairs reads the reply of CONFIG GET.
func pairs(reply any) map[string]string {
	all := map[string]string{}
	if m, ok := reply.(map[any]any); ok {
		for k, v := range m {
			all[fmt.Sprint(k)] = fmt.Sprint(v)
		}
	}
	return all
}

// problems of one server.
func (v server) problems(cluster bool) []Problem {
	var all []Problem
	must := func(ok bool, message string, args ...any) {
		if !ok {
			all = append(all, Problem{Server: v.addr, Message: fmt.Sprintf(message, args...)})
		}
	}
	durable := func(ok bool, message string, args ...any) {
		if !ok {
			all = append(all, Problem{Server: v.addr, Message: fmt.Sprintf(message, args...), Weak: true})
		}
	}
	major, _ := strconv.Atoi(strings.Split(v.info["redis_version"], ".")[0])
	must(major >= 7, "版本是 %s，要 7.0 或更新，请升级", v.info["redis_version"])
	must(v.info["role"] == "master", "这是从节点（role:%s），请把地址改成主节点，或用 ?master_name= 接哨兵", v.info["role"])
	must(v.info["loading"] == "0" && v.info["async_loading"] == "0", "正在载入数据，请稍后再启动")
	must(v.info["aof_last_write_status"] == "ok", "上次写 AOF 文件失败，请检查磁盘空间和目录权限")
	must(v.skew.Abs() <= maxSkew, "时钟与本机相差 %v，请在两边启用时间同步（NTP）", v.skew.Round(time.Second))
	must(cluster || v.info["cluster_enabled"] == "0", "这是集群（Cluster），请在地址里用 ?addr=主机:端口 列出其他节点")

	durable(v.info["aof_enabled"] == "1", "没有开启 AOF，重启会丢答卷，请设 appendonly yes")
	durable(v.info["maxmemory_policy"] == "noeviction", "内存满时会淘汰数据（maxmemory-policy %s），请设 maxmemory-policy noeviction", v.info["maxmemory_policy"])
	if len(v.config) == 0 {
		durable(false, "不允许读取 CONFIG，无法核实 appendfsync，请给账号加上 +config|get")
		return all
	}
	durable(v.config["appendfsync"] == "always", "appendfsync 是 %s，断电会丢最近的答卷，请设 appendfsync always", v.config["appendfsync"])
	durable(v.config["no-appendfsync-on-rewrite"] == "no", "重写 AOF 时不落盘，请设 no-appendfsync-on-rewrite no")
	return all
}

// advice is what costs memory only.
func (v server) advice() string {
	n, err := strconv.Atoi(v.config["hash-max-listpack-entries"])
	if err == nil && n < minListpack {
		return fmt.Sprintf("hash-max-listpack-entries is %d; with %d the answers of many people take a third of the memory", n, minListpack)
	}
	return ""
}

// servers inspects every server that writes.
func (s *Store) servers(ctx context.Context) ([]server, error) {
	var mu sync.Mutex
	var all []server
	err := s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		v, err := inspect(ctx, c)
		mu.Lock()
		defer mu.Unlock()
		all = append(all, v)
		return err
	})
	if err == nil {
		s.lookForReplicas(all)
	}
	return all, err
}

// startCheck refuses a Redis that would not keep what it acknowledges.
func (s *Store) startCheck(ctx context.Context) error {
	all, err := s.servers(ctx)
	if err != nil {
		return classify(err)
	}
	if err := s.checkCluster(ctx); err != nil {
		return err
	}
	var wrong []Problem
	for _, v := range all {
		if advice := v.advice(); advice != "" {
			s.log.Warn("store: "+advice, "server", v.addr)
		}
		for _, p := range v.problems(s.cluster) {
			if p.Weak && s.weak {
				s.log.Warn("store: weak durability is allowed", "server", p.Server, "problem", p.Message)
				continue
			}
			wrong = append(wrong, p)
		}
	}
	if len(wrong) > 0 {
		return &StartError{wrong}
	}
	return nil
}

// checkCluster expects that every slot is served.
func (s *Store) checkCluster(ctx context.Context) error {
	c, ok := s.client.(*redis.ClusterClient)
	if !ok {
		return nil
	}
	info, err := c.ClusterInfo(ctx).Result()
	if err != nil {
		return classify(err)
	}
	if !strings.Contains(info, "cluster_state:ok") {
		return unavailable(&StartError{[]Problem{{Server: "集群", Message: "有槽位没有节点服务（cluster_state 不是 ok），请先修复集群"}}})
	}
	return nil
}
