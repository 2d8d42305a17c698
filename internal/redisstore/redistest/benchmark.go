package redistest

import (
	"crypto/rand"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// Random is an argument of Benchmark that is another text of 16 bytes each time.
const Random = randomNumber + "…"

const randomNumber = "__rand_int__" // which redis-benchmark makes 12 digits

// Benchmark gives the requests a second of redis-benchmark, -P 1, sending one command
// so often from so many clients. A command line has no NUL: see Plain.
func (s *Server) Benchmark(t testing.TB, command []string, requests, clients int) float64 {
	t.Helper()
	host, port, _ := net.SplitHostPort(s.Addr)
	line := []string{"-h", host, "-p", port, "-P", "1", "-c", strconv.Itoa(clients), "-n", strconv.Itoa(requests), "-r", "1000000000", "--csv"}
	// Two runs of redis-benchmark may begin with the same random numbers: its seed is
	// the second combined with the process.
	turn := rand.Text()[:4]
	for _, c := range command {
		if c == Random {
			c = randomNumber + turn
		}
		line = append(line, Plain(c))
	}
	out, err := exec.Command("redis-benchmark", line...).Output()
	if err != nil {
		t.Fatal(err)
	}
	// Its only row begins with the command, whose quotes it does not escape: count
	// from the end.
	columns := strings.Split(string(out), `","`)
	rate, err := strconv.ParseFloat(columns[max(0, len(columns)-7)], 64)
	if err != nil {
		t.Fatal(fmt.Errorf("%w: %s", err, out))
	}
	return rate
}

// Plain has another byte for each NUL.
func Plain(text string) string { return strings.ReplaceAll(text, "\x00", "\x01") }
