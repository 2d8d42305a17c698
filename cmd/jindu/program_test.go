package main

import (
	"bufio"
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestMain lets a test run the real program: this test binary, started again.
func TestMain(m *testing.M) {
	if os.Getenv("JINDU_TEST_PROGRAM") == "1" {
		main()
	}
	os.Exit(m.Run())
}

const (
	testSecret   = "0123456789abcdef0123456789abcdef"
	testToken    = "testtoken"
	testAPIToken = "api-token-of-the-tests"
	testPIN      = "314159"
	patience     = 30 * time.Second
)

// testSettings are those of a server of the tests, with changes.
func testSettings(data string, changes map[string]string) map[string]string {
	set := map[string]string{
		"JINDU_ADDR": "127.0.0.1:0", "JINDU_ADMIN_ADDR": "off", "JINDU_DATA": data, "JINDU_SECRET": testSecret,
		"JINDU_WECHAT_TOKEN": testToken, "JINDU_API_TOKEN": testAPIToken, "JINDU_ASSIST_PIN": testPIN,
		"JINDU_RATE_TICKET": "0",
	}
	maps.Copy(set, changes)
	return set
}

// command is the program with nothing of this process's settings but the given.
func command(settings map[string]string, args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = []string{"JINDU_TEST_PROGRAM=1", "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		c.Env = append(c.Env, name+"="+settings[name])
	}
	return c
}

// result of a command that ended.
type result struct {
	code     int
	out, err string
}

// runCommand runs one command of the program to its end.
func runCommand(t testing.TB, settings map[string]string, args ...string) result {
	t.Helper()
	var out, err strings.Builder
	c := command(settings, args...)
	c.Stdout, c.Stderr = &out, &err
	if e := c.Run(); e != nil && c.ProcessState == nil {
		t.Fatal(e)
	}
	return result{c.ProcessState.ExitCode(), out.String(), err.String()}
}

// program is a running server.
type program struct {
	cmd  *exec.Cmd
	base string        // its public address
	gone chan struct{} // closed when it has ended

	mu  sync.Mutex
	log strings.Builder
}

var serving = regexp.MustCompile(`msg=serving .*base_url=(\S+)`)

// serve starts `jindu serve` and waits until it listens. It ends with the test.
func serve(t testing.TB, settings map[string]string) *program {
	t.Helper()
	return startProgram(t, serving, command(settings, "serve"))
}

// startProgram waits for a line that names the address, on either stream.
func startProgram(t testing.TB, ready *regexp.Regexp, c *exec.Cmd) *program {
	t.Helper()
	p := &program{cmd: c, gone: make(chan struct{})}
	read, write := io.Pipe()
	c.Stdout, c.Stderr = write, write
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = c.Wait()
		write.Close()
	}()
	found := make(chan string, 1)
	go func() {
		defer close(p.gone)
		for lines := bufio.NewScanner(read); lines.Scan(); {
			p.mu.Lock()
			p.log.WriteString(lines.Text() + "\n")
			p.mu.Unlock()
			if m := ready.FindStringSubmatch(lines.Text()); m != nil {
				select {
				case found <- m[1]:
				default:
				}
			}
		}
	}()
	t.Cleanup(func() {
		p.stop(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("output of the program:\n%s", p.output())
		}
	})
	select {
	case p.base = <-found:
	case <-p.gone:
		t.Fatalf("the program ended:\n%s", p.output())
	case <-time.After(patience):
		t.Fatalf("the program does not listen:\n%s", p.output())
	}
	return p
}

// stop sends a signal and waits for the end and for all that the program wrote: a line
// of the log may come after the reply that it tells of.
func (p *program) stop(signal syscall.Signal) {
	_ = p.cmd.Process.Signal(signal)
	<-p.gone
}

func (p *program) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// get fetches a page and gives its status and body.
func get(t testing.TB, client *http.Client, url string, headers ...string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}
