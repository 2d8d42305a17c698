package redisstore

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jindu/internal/redisstore/redistest"
	"jindu/survey"
)

// expectRefused expects a start error that names each of those.
func expectRefused(t *testing.T, url string, names ...string) {
	t.Helper()
	s, err := Open(t.Context(), url, Options{})
	if err == nil {
		s.Close()
		t.Fatalf("it started; want an error about %v", names)
	}
	if _, ok := errors.AsType[*StartError](err); !ok {
		t.Errorf("error %v is no StartError", err)
	}
	for _, n := range names {
		if !strings.Contains(err.Error(), n) {
			t.Errorf("error does not name %s: %v", n, err)
		}
	}
}

// set changes the configuration of a running server.
func set(t *testing.T, server *redistest.Server, settings ...string) {
	t.Helper()
	client := server.Client()
	defer client.Close()
	for i := 0; i < len(settings); i += 2 {
		if err := client.ConfigSet(t.Context(), settings[i], settings[i+1]).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStartCheck(t *testing.T) {
	server := redistest.Start(t)
	set(t, server, "appendfsync", "everysec", "maxmemory-policy", "allkeys-lru", "no-appendfsync-on-rewrite", "yes")
	expectRefused(t, server.URL(), "appendfsync always", "noeviction", "no-appendfsync-on-rewrite no")
	set(t, server, "appendonly", "no")
	expectRefused(t, server.URL(), "appendonly yes")

	// What is allowed is said.
	for _, step := range []struct{ name, value, durability string }{
		{"hash-max-listpack-entries", "128", "内存满时会丢数据"},
		{"maxmemory-policy", "noeviction", "重启会丢最近的数据"},
		{"appendonly", "yes", "断电可能丢最近几秒的数据"},
		{"appendfsync", "always", "断电可能丢最近几秒的数据"},
		{"no-appendfsync-on-rewrite", "no", "断电不丢"},
	} {
		set(t, server, step.name, step.value)
		var out strings.Builder
		s, err := Open(t.Context(), server.URL(), Options{AllowWeakDurability: true, Logger: slog.New(slog.NewTextHandler(&out, nil))})
		if err != nil {
			t.Fatal(err)
		}
		h, err := s.Check(t.Context())
		if err != nil || h.Durability != step.durability || h.Engine != "redis" || !strings.HasPrefix(h.Version, "7.") && !strings.HasPrefix(h.Version, "8.") {
			t.Errorf("after %s %s: %+v, %v; want %s", step.name, step.value, h, err, step.durability)
		}
		s.Close()
		if weak := step.durability != "断电不丢"; strings.Contains(out.String(), "weak durability") != weak {
			t.Errorf("logged %s", out.String())
		}
		if !strings.Contains(out.String(), "hash-max-listpack-entries") {
			t.Error("small buckets were not mentioned")
		}
	}
}

// TestProblems: what a test cannot easily make a server say.
func TestProblems(t *testing.T) {
	good := func() server {
		return server{addr: "a:1", info: map[string]string{
			"redis_version": "7.0.15", "role": "master", "loading": "0", "async_loading": "0", "aof_enabled": "1",
			"aof_last_write_status": "ok", "maxmemory_policy": "noeviction", "cluster_enabled": "0",
		}, config: map[string]string{"appendfsync": "always", "no-appendfsync-on-rewrite": "no"}}
	}
	if p := good().problems(false); len(p) > 0 {
		t.Fatal(p)
	}
	for want, spoil := range map[string]func(*server){
		"7.0 或更新": func(v *server) { v.info["redis_version"] = "6.2.14" },
		"正在载入":    func(v *server) { v.info["loading"] = "1" },
		"磁盘空间":    func(v *server) { v.info["aof_last_write_status"] = "err" },
		"NTP":     func(v *server) { v.skew = -time.Minute },
		"从节点":     func(v *server) { v.info["role"] = "slave" },
		"?addr=":  func(v *server) { v.info["cluster_enabled"] = "1" },
	} {
		v := good()
		spoil(&v)
		p := v.problems(false)
		if len(p) != 1 || p[0].Weak || !strings.Contains(p[0].Message, want) {
			t.Errorf("%s: %v", want, p)
		}
	}
	v := good()
	v.info["redis_version"] = "10.0.1"
	if p := v.problems(false); len(p) > 0 {
		t.Error(p)
	}
}

func TestUsers(t *testing.T) {
	server := redistest.Start(t)
	client := server.Client()
	defer client.Close()
	must := func(args ...any) {
		t.Helper()
		if err := client.Do(t.Context(), args...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	const secret = "s3cret-word"
	must("ACL", "SETUSER", "jindu", "on", ">"+secret, "~jindu:*", "&jindu:*", "+@all", "-@admin", "-@dangerous", "+info", "+bgrewriteaof")
	url := "redis://jindu:" + secret + "@" + server.Addr
	expectRefused(t, url, "CONFIG", "+config|get")
	must("ACL", "SETUSER", "jindu", "+config|get")
	s := openTest(t, url, nil)
	if _, err := s.Submit(t.Context(), loadResponse(1)); err != nil {
		t.Error(err)
	}
	if err := s.Forget(t.Context(), loadSurvey); err != nil {
		t.Error(err)
	}
	for _, err := range calls(s)[1:] {
		if err != nil {
			t.Error(err)
		}
	}

	for _, bad := range []string{
		"redis://jindu:wrong-" + secret + "@" + server.Addr, "redis://jindu:" + secret + "@" + server.Addr + "/no-number",
		"redis://jindu:" + secret + "@" + server.Addr + "?" + "what=1", "redis://jindu:" + secret + "@bad host",
		"redis://jindu:" + secret + "%zz@host", "http://jindu:" + secret + "@host", "redis://jindu:" + secret + "@host?addr=h&bad=1",
	} {
		_, err := Open(t.Context(), bad, Options{})
		if err == nil {
			t.Errorf("%s was opened", bad)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("the password is in the error: %v", err)
		}
	}
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := selfSigned(t, dir)
	port := redistest.FreePort(t)
	redistest.Start(t, "--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert, "--tls-auth-clients", "no")
	s := openTest(t, "rediss://127.0.0.1:"+port+"?skip_verify=true", nil)
	if _, err := s.Submit(t.Context(), loadResponse(1)); err != nil {
		t.Error(err)
	}
	if _, err := Open(t.Context(), "rediss://127.0.0.1:"+port, Options{}); !errors.Is(err, survey.ErrUnavailable) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody: %v", err)
	}
}

func selfSigned(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, bytes []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", pkcs8)
}

// TestSentinel: the sentinels say who is master, before and after a failover.
func TestSentinel(t *testing.T) {
	sentinel := redistest.StartSentinel(t)
	expectRefused(t, sentinel.Replica.URL(), "从节点")
	s := openTest(t, sentinel.URL(), nil)
	l := startLoad(t, 8, s)
	l.reach(200)
	h, err := s.Check(t.Context())
	if err != nil || h.Durability != "断电不丢；主从切换可能丢最近几份" {
		t.Errorf("health %+v, %v", h, err)
	}
	sentinel.Master.Kill()
	l.reach(200)
	l.end()
	lost := l.verify(s)
	t.Logf("%d of %d acknowledged responses were not on the replica", lost, l.acked.Load())
	if lost > 8 {
		t.Errorf("a failover lost %d acknowledged responses", lost)
	}
}

// TestReplicaHangs: an acknowledged response is on the replica as well, but a
// replica that hangs stops no one.
func TestReplicaHangs(t *testing.T) {
	sentinel := redistest.StartSentinel(t)
	s := openTest(t, sentinel.Master.URL(), nil)
	replica := sentinel.Replica.Client()
	defer replica.Close()
	for n := range int64(300) {
		if _, err := s.Submit(t.Context(), loadResponse(n)); err != nil {
			t.Fatal(err)
		}
		if had := replica.XLen(t.Context(), home(loadSurvey).log()).Val(); had != n+1 {
			t.Fatalf("the replica has %d of %d responses", had, n+1)
		}
	}
	sentinel.Replica.Freeze()
	began := time.Now()
	for n := range int64(20) {
		if _, err := s.Submit(t.Context(), loadResponse(1000+n)); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took > 2*replicaWait {
		t.Errorf("20 submissions took %v", took)
	}
	sentinel.Replica.Thaw()
	for deadline := time.Now().Add(10 * time.Second); !s.replicated.Load(); time.Sleep(10 * time.Millisecond) {
		if _, err := s.Check(t.Context()); err != nil || time.Now().After(deadline) {
			t.Fatal("it does not wait for the replica that is well again", err)
		}
	}
}

func TestOpenAway(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, url := range []string{"redis://127.0.0.1:1", "redis://127.0.0.1:1?addr=127.0.0.1:2", "redis://127.0.0.1:1?master_name=m"} {
		began := time.Now()
		if _, err := Open(ctx, url, Options{}); !errors.Is(err, survey.ErrUnavailable) && !errors.Is(err, survey.ErrUnknown) {
			t.Errorf("%s: %v", url, err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: the error took %v", url, took)
		}
	}
}

// TestMovedToCluster: a survey that began in one part stays in it.
func TestMovedToCluster(t *testing.T) {
	cluster := redistest.StartCluster(t, 3, 0, 2000)
	expectRefused(t, "redis://"+cluster.Masters[0].Addr, "?addr=")
	s := openTest(t, cluster.URL(), nil)
	if err := s.client.HSet(t.Context(), home(loadSurvey).state(), "parts", 1, "key", "k").Err(); err != nil {
		t.Fatal(err)
	}
	for n := range int64(20) {
		if _, err := s.Submit(t.Context(), loadResponse(n)); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.client.XLen(t.Context(), home(loadSurvey).log()).Result(); n != 20 {
		t.Errorf("%d entries in the one part, %v", n, err)
	}
	expectAgreement(t, s, 20)
	if err := s.client.HSet(t.Context(), home("odd").state(), "parts", 3, "key", "k").Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.State(t.Context(), "odd"); err == nil {
		t.Error("a survey in three parts was taken")
	}
}
