package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jindu/internal/redisstore/redistest"
)

const benchAtOnce = 64

var pageField = regexp.MustCompile(`name="_page" value="([^"]+)"`)

// BenchmarkRedisSubmitRatio compares submissions to one `jindu serve` on Redis, 64 at
// once, with redis-benchmark (-P 1) calling the script that the server calls, with one
// of its responses, on the same Redis (appendfsync always), as many at once. The two
// take turns; all share the machine; forms are opened beforehand.
func BenchmarkRedisSubmitRatio(b *testing.B) {
	redis := redistest.Start(b)
	set := redisSettings(b, redis.URL(), nil)
	p := serve(b, set)
	address, err := url.Parse(p.base)
	if err != nil {
		b.Fatal(err)
	}
	path := townships(b, set)[0]
	command := watchSubmission(b, redis, func() {
		for range 2 { // the first one makes the words known
			var who resident
			if err := who.open(b, p.base+path); err != nil {
				b.Fatal(err)
			}
			if status, _, err := who.post(p.base+path, 0); status != http.StatusOK {
				b.Fatal(status, err)
			}
		}
	})
	client := redis.Client()
	defer client.Close()
	stored := func() int64 { return client.XLen(b.Context(), command[3+1]).Val() }
	posts := make([]string, 64*benchAtOnce)
	var took, theirs time.Duration
	b.ResetTimer()
	for done := 0; done < b.N; {
		n := min(b.N-done, len(posts))
		b.StopTimer()
		spread(n, func(next func() (int, bool)) {
			for i, ok := next(); ok; i, ok = next() {
				posts[i] = filledForm(b, address.Host, path)
			}
		})
		b.StartTimer()
		began := time.Now()
		spread(n, func(next func() (int, bool)) { sendForms(b, address.Host, posts, next) })
		took += time.Since(began)
		b.StopTimer()
		before := stored()
		rate := redis.Benchmark(b, command, len(posts), benchAtOnce)
		if added := stored() - before; added < int64(len(posts))*9/10 { // some numbers come twice
			b.Fatalf("redis-benchmark stored %d of %d", added, len(posts))
		}
		theirs += time.Duration(float64(n) / rate * float64(time.Second))
		done += n
	}
	b.ReportMetric(float64(b.N)/took.Seconds(), "http/s")
	b.ReportMetric(float64(b.N)/theirs.Seconds(), "redis-benchmark/s")
	b.ReportMetric(theirs.Seconds()/took.Seconds(), "ratio")
}

// spread has benchAtOnce workers take the numbers 0 … n-1.
func spread(n int, work func(next func() (int, bool))) {
	var taken atomic.Int64
	var all sync.WaitGroup
	for range benchAtOnce {
		all.Go(func() {
			work(func() (int, bool) {
				i := int(taken.Add(1)) - 1
				return i, i < n
			})
		})
	}
	all.Wait()
}

// filledForm opens the questionnaire as a new resident, and gives the request that
// sends it.
func filledForm(t testing.TB, host, path string) string {
	var who resident
	resp, page, err := who.send(http.MethodGet, "http://"+host+path, "", "text/html")
	if err != nil {
		t.Error(err)
		return ""
	}
	found := pageField.FindStringSubmatch(page)
	if found == nil {
		t.Errorf("%d without a form", resp.StatusCode)
		return ""
	}
	values := answers()
	values.Set("_page", found[1])
	var cookies []string
	for _, c := range resp.Cookies() {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	body := values.Encode()
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nAccept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: %s\r\nContent-Length: %d\r\n\r\n%s",
		path, host, strings.Join(cookies, "; "), len(body), body)
}

// sendForms over one connection, with as little work of its own as redis-benchmark.
func sendForms(t testing.TB, host string, posts []string, next func() (int, bool)) {
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for i, ok := next(); ok; i, ok = next() {
		if _, err := io.WriteString(conn, posts[i]); err != nil {
			t.Error(err)
			return
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Error(err)
			return
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), `"accepted"`) {
			t.Errorf("%d %v: %s", resp.StatusCode, err, body)
			return
		}
	}
}

// monitored is an argument of a command as MONITOR tells it.
var monitored = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// watchSubmission gives the command that a server sent to Redis for the last response
// of act, with another respondent each time; and has Redis know its words in the
// spelling that a command line can have.
func watchSubmission(t testing.TB, redis *redistest.Server, act func()) (command []string) {
	t.Helper()
	conn, err := net.Dial("tcp", redis.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "MONITOR\r\n"); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(conn)
	lines.Buffer(nil, 1<<20)
	lines.Scan() // +OK
	act()
	client := redis.Client()
	defer client.Close()
	ctx := context.Background()
	if err := client.Echo(ctx, "the end").Err(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() && !strings.Contains(lines.Text(), `"the end"`) {
		var said []string
		for _, quoted := range monitored.FindAllString(lines.Text(), -1) {
			text, err := strconv.Unquote(quoted)
			if err != nil {
				t.Fatalf("%s: %v", quoted, err)
			}
			said = append(said, text)
		}
		if len(said) > 20 && said[0] == "evalsha" && strings.HasSuffix(said[3], ":state") {
			command = said
		}
	}
	if command == nil {
		t.Fatal("no submission was seen")
	}
	keys, err := strconv.Atoi(command[2])
	if err != nil {
		t.Fatal(err)
	}
	args := command[3+keys:]
	words, err := strconv.Atoi(args[0])
	if err != nil || args[1] != "1" {
		t.Fatalf("%q responses in the last call, %v", args[1], err)
	}
	for i := range words {
		if err := client.HSet(ctx, command[3+2], redistest.Plain(args[5+2*i]), args[5+2*i+1]).Err(); err != nil {
			t.Fatal(err)
		}
	}
	args[5+2*words+2] = redistest.Random // the dedup row
	return command
}
