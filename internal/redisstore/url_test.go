package redisstore

import (
	"errors"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"jindu/internal/redisstore/redistest"
)

// An address that is not understood is refused, and nothing of it is told: a password
// that was not escaped may stand in any part.
func TestURLRefused(t *testing.T) {
	for _, address := range []string{
		"redis://u:12345/s3cret@h", "redis://u:12?s3cret@h:6379", "redis://u:12?s3cret=x@h:6379", "redis://s3cret/s3cret@h", "redis://:12#s3cret@h:6379",
		"redis://h:6379/0#s3cret", "redis://h:6379/s3cret", "redis://h:6379/0/s3cret", "redis://h:6379?s3cret=1", "redis://h:6379?read_timeout=s3cret",
		"redis://u:s3cret:6379", "redis://u:s3cret@h:0", "redis://u:s3 cret@h", "redis://u:s3cret%@h", "s3cret", "http://:s3cret@h", "unix://u:s3cret@/tmp/redis.sock",
		"redis:s3cret@h", "redis://h:1?addr=u:s3cret@h:2", "redis://h:1?addr=s3cret", "redis://h:1?addr=h:s3cret", "redis://h:1?master_name=m&addr=u:s3cret@h:2",
		"redis://h:1?master_name=m&s3cret=1", "redis://h:1/s3cret?addr=h:2", "redis://h:1?addr=h:2&dial_timeout=s3cret", "redis://h;s3cret", "",
	} {
		client, err := newClient(address)
		if err == nil {
			client.Close()
			t.Errorf("%s is taken", address)
			continue
		}
		if !errors.Is(err, ErrURL) || strings.Contains(err.Error(), "s3") {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{
		"redis://h", "redis://h:6379/", "redis://u:p%23%2F%3F%40@h:6379/15", "rediss://:p@10.0.0.5:6379?skip_verify=true", "redis://[fd00::1]:6379/0", "redis://:6379",
		"redis://u:p@h:1?addr=h2:2&addr=[fd00::1]:3", "redis://u:p@h:1/0?master_name=m&addr=h2:2", "redis://my_redis-1.local:6379",
	} {
		client, err := newClient(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		client.Close()
	}
}

// A Redis that is there, and is not what the address says or does not write, is told
// apart from one that is away, and so is what mends it.
func TestWrongKindOfRedis(t *testing.T) {
	server := redistest.Start(t, "--min-replicas-to-write", "1")
	for address, says := range map[string]string{
		"redis://" + server.Addr + "/0":                                 "min-replicas-to-write",
		"redis://" + server.Addr + "/99":                                "没有这个编号的库",
		"redis://" + server.Addr + "?addr=" + server.Addr:               "不是集群",
		"redis://" + server.Addr + "?master_name=m&addr=" + server.Addr: "不是哨兵",
	} {
		s, err := Open(t.Context(), address, Options{})
		if err == nil {
			s.Close()
			t.Errorf("%s is opened", address)
			continue
		}
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// What a Redis answers that was well at the start has its own sentence.
func TestAdvice(t *testing.T) {
	server := redistest.Start(t)
	s, err := Open(t.Context(), server.URL(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	client := server.Client()
	defer client.Close()
	for _, step := range []struct {
		says     string
		set, end []any
	}{
		{"min-replicas-to-write", []any{"CONFIG", "SET", "min-replicas-to-write", "1"}, []any{"CONFIG", "SET", "min-replicas-to-write", "0"}},
		{"内存满了", []any{"CONFIG", "SET", "maxmemory", "1"}, []any{"CONFIG", "SET", "maxmemory", "0"}},
		{"从节点", []any{"REPLICAOF", "127.0.0.1", "1"}, []any{"REPLICAOF", "NO", "ONE"}},
	} {
		if err := client.Do(t.Context(), step.set...).Err(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Check(t.Context()); !strings.Contains(Advice(err), step.says) {
			t.Errorf("%v: %v", step.set, err)
		}
		if err := client.Do(t.Context(), step.end...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if says := Advice(redis.Nil); says != "" {
		t.Error(says)
	}
}
