package sqlitestore

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/internal/respondent"
	"jindu/survey"
)

// helperEnv makes the test binary a process that submits until it is killed.
const helperEnv = "JINDU_SQLITESTORE_HELPER"

// killResponse is the nth response of a round: the same in both processes.
func killResponse(n int64) *survey.Response {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
	place := fmt.Sprintf("460107%03d%03d", 100+n%24, 200+n%20)
	return &survey.Response{
		Survey:     "kill",
		ID:         survey.SubmissionID(sum[:16]),
		Respondent: respondent.Pseudonym(sum[16:]),
		Tier:       "device",
		Place:      place,
		Answers:    []survey.Answer{{Question: "q1", Options: []string{"a"}}},
		At:         time.Unix(1_800_000_000+n, 0),
		Cells:      []survey.Cell{{Name: survey.CellResponses, N: 1}, {Name: fmt.Sprint("q/q1/", n%5), N: 1}, {Name: "right", N: n % 4}},
	}
}

// helper submits with 64 goroutines, from the number on its command line, and
// prints the number of each response that was acknowledged.
func helper(path string) int {
	from, err := strconv.ParseInt(os.Args[len(os.Args)-1], 10, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	s, err := Open(context.Background(), path, Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var next atomic.Int64
	next.Store(from)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for {
				n := next.Add(1)
				if _, err := s.Submit(context.Background(), killResponse(n)); err != nil {
					fmt.Fprintln(os.Stderr, err)
					return
				}
				fmt.Fprintf(os.Stdout, "%d\n", n)
			}
		})
	}
	wg.Wait()
	return 1
}

// TestKill kills the process under load: what it acknowledged is there, once,
// and nothing is there by halves.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jindu.db")
	var acknowledged []int64
	for round := range 3 {
		from := int64(round) * 1_000_000
		got := killUnderLoad(t, path, from, 400+300*round)
		t.Logf("round %d: %d acknowledged", round, len(got))
		acknowledged = append(acknowledged, got...)

		s, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		expectAgreement(t, s, "kill")
		var wg sync.WaitGroup
		for w := range 32 {
			wg.Go(func() {
				for i := w; i < len(acknowledged); i += 32 {
					r := killResponse(acknowledged[i])
					res, err := s.Submit(t.Context(), r)
					if err != nil || res.Outcome != survey.Replayed || !res.At.Equal(r.At) {
						t.Errorf("response %d was acknowledged: %+v, %v", acknowledged[i], res, err)
					}
					first := r.ID
					r.ID[0]++
					res, err = s.Submit(t.Context(), r)
					if err != nil || res.Outcome != survey.Duplicate || res.FirstID != first {
						t.Errorf("response %d again: %+v, %v", acknowledged[i], res, err)
					}
				}
			})
		}
		wg.Wait()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func killUnderLoad(t *testing.T, path string, from int64, enough int) (acknowledged []int64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], strconv.FormatInt(from, 10))
	cmd.Env = append(os.Environ(), helperEnv+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // what follows the last line break was cut off
		}
		n, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		acknowledged = append(acknowledged, n)
		if len(acknowledged) == enough {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	cmd.Wait()
	if len(acknowledged) < enough {
		t.Fatalf("the helper ended after %d", len(acknowledged))
	}
	return acknowledged
}

// expectAgreement recounts a survey of killResponses from its log.
func expectAgreement(t *testing.T, s *Store, id string) {
	t.Helper()
	respondents, err := s.Respondents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	recount := map[string]int64{}
	var logged int64
	err = s.Log(t.Context(), id, "", func(e survey.LogEntry) error {
		logged++
		recount[e.Place]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	tally, err := s.Tally(t.Context(), id, survey.Filter{Level: survey.ByVillage})
	if err != nil {
		t.Fatal(err)
	}
	if len(tally.Rows) != len(recount) {
		t.Errorf("%d places tallied, %d logged", len(tally.Rows), len(recount))
	}
	for _, row := range tally.Rows {
		var answers int64
		for o := range 5 {
			answers += row.Counts[fmt.Sprint("q/q1/", o)]
		}
		if n := row.Counts[survey.CellResponses]; n != recount[row.Place] || n != answers {
			t.Errorf("%s: %d responses, %d answers, %d in the log", row.Place, n, answers, recount[row.Place])
		}
	}
	if respondents != logged {
		t.Errorf("%d respondents, %d log entries", respondents, logged)
	}
}
