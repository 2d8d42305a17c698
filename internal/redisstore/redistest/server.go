// Package redistest starts real Redis servers for tests, on free ports of
// loopback and in temporary folders, and ends them by their process.
package redistest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

// patience bounds every wait for a server.
const patience = 20 * time.Second

// Server is one redis-server.
type Server struct {
	Addr string // host:port

	t    testing.TB
	dir  string
	args []string
	cmd  *exec.Cmd
}

// Start a server that keeps what it acknowledges: appendonly yes, appendfsync
// always. args are further settings, as on redis-server's command line.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	logging.Disable() // what the client says of a server that is away is the test's doing
	port := FreePort(t)
	s := &Server{Addr: net.JoinHostPort("127.0.0.1", port), t: t, dir: t.TempDir()}
	s.args = append([]string{
		"--port", port, "--bind", "127.0.0.1", "--dir", s.dir, "--save", "", "--daemonize", "no",
		"--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning", "--logfile", "redis.log",
		"--repl-diskless-sync-delay", "0",
	}, args...)
	s.Run()
	t.Cleanup(s.Kill)
	return s
}

// Dir is the folder of its files.
func (s *Server) Dir() string { return s.dir }

// URL of the server, for redisstore.Open.
func (s *Server) URL() string { return "redis://" + s.Addr + "/0" }

// Run starts the server again with what it has on disk, and waits until it answers.
func (s *Server) Run() {
	s.t.Helper()
	s.launch()
	client := s.Client()
	defer client.Close()
	s.await("it answers", func(ctx context.Context) bool { return client.Ping(ctx).Err() == nil })
}

func (s *Server) launch() {
	s.t.Helper()
	s.cmd = exec.Command("redis-server", s.args...)
	var out bytes.Buffer
	s.cmd.Stdout, s.cmd.Stderr = &out, &out
	s.cmd.Dir = s.dir
	if err := s.cmd.Start(); err != nil {
		s.t.Fatalf("redis-server (make deps installs it): %v", err)
	}
}

// Client of the server alone; the caller closes it.
func (s *Server) Client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1, DialerRetries: 1})
}

// await polls until a thing is so.
func (s *Server) await(what string, so func(context.Context) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for !so(ctx) {
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(s.dir, "redis.log"))
			s.t.Fatalf("redis %s: waited in vain until %s\n%s", s.Addr, what, log)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Kill ends the server as a crash does, if it runs.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Kill()
	s.cmd.Wait()
	s.cmd = nil
}

// Freeze stops the server from running; Thaw lets it go on.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw a frozen server.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// FreePort is a port of 127.0.0.1 that is the test's until it ends, also while a
// server that had it is down: outgoing connections get no port so low (Linux gives
// them 32768 and up, others 49152), and who keeps its twin of UDP keeps it from the
// other tests, in whatever process they run.
func FreePort(t testing.TB) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(20000 + rand.IntN(12000))
		addr := net.JoinHostPort("127.0.0.1", port)
		kept, err := net.ListenPacket("udp", addr)
		if err != nil {
			continue
		}
		l, err := net.Listen("tcp", addr)
		if err != nil {
			kept.Close()
			continue
		}
		l.Close()
		t.Cleanup(func() { kept.Close() })
		return port
	}
	t.Fatal("no port of 20000 to 31999 is free")
	return ""
}

// do runs a command and expects that it works.
func do(t testing.TB, c *redis.Client, args ...any) any {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	reply, err := c.Do(ctx, args...).Result()
	if err != nil {
		t.Fatal(fmt.Sprint(args...), err)
	}
	return reply
}
