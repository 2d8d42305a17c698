package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"jindu/internal/redisstore/redistest"
)

// Many watch one survey at two servers while 500 responses a second come in at one of
// them: all see the last state soon, and cost little memory. JINDU_WATCHERS sets how
// many watch.
func TestManyWatchersOnRedis(t *testing.T) {
	watchers, seconds := 200, 2
	if n, err := strconv.Atoi(os.Getenv("JINDU_WATCHERS")); err == nil {
		watchers, seconds = n, 5
	}
	const perSecond = 500 / raceFactor
	redis := redistest.Start(t)
	a := admin{t, "127.0.0.1:" + redistest.FreePort(t)}
	here := serve(t, redisSettings(t, redis.URL(), nil))
	there := serve(t, redisSettings(t, redis.URL(), a.settings(map[string]string{}))) // who only watches
	path := townships(t, redisSettings(t, redis.URL(), nil))[0]
	host := strings.TrimPrefix(here.base, "http://")
	n := perSecond * seconds
	posts := make([]string, n)
	spread(n, func(next func() (int, bool)) {
		for i, ok := next(); ok; i, ok = next() {
			posts[i] = filledForm(t, host, path)
		}
	})

	<-live(t, there.base) // what is there once for all
	before := a.memory()
	conns := make([]net.Conn, watchers)
	for i := range conns {
		conns[i] = watch(t, []*program{here, there}[i%2].base)
		defer conns[i].Close()
	}
	var seen, first sync.WaitGroup
	first.Add(watchers)
	last := fmt.Sprintf(`"total":{"code":"460107","name":"琼山区","responses":%d,`, n)
	times := make([]time.Time, watchers)
	for i, conn := range conns {
		seen.Go(func() {
			begun := sync.OnceFunc(first.Done)
			defer begun()
			_ = conn.SetReadDeadline(time.Now().Add(2 * patience))
			for lines := bufio.NewReaderSize(conn, 32<<10); ; {
				line, err := lines.ReadString('\n')
				if err != nil {
					t.Error(err)
					return
				}
				if strings.HasPrefix(line, "data:") {
					begun()
				}
				if strings.Contains(line, last) {
					times[i] = time.Now()
					return
				}
			}
		})
	}
	first.Wait()
	each := (a.memory() - before) / int64((watchers+1)/2)
	t.Logf("%d bytes of heap and stack a watcher", each)
	if raceFactor == 1 && each > 50<<10 { // the race detector keeps more
		t.Errorf("%d bytes a watcher", each)
	}

	began := time.Now()
	spread(n, func(next func() (int, bool)) {
		sendForms(t, host, posts, func() (int, bool) {
			i, ok := next()
			if ok { // its moment at an even pace
				time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / perSecond)))
			}
			return i, ok
		})
	})
	sent := time.Now()
	seen.Wait()
	slowest := sent
	for _, at := range times {
		if at.After(slowest) {
			slowest = at
		}
	}
	t.Logf("%d watchers; %d responses, %.0f a second; the last one saw the last state after %v", watchers, n, float64(n)/sent.Sub(began).Seconds(), slowest.Sub(sent))
	if late := slowest.Sub(sent); late > 2*time.Second*raceFactor {
		t.Errorf("the last state came after %v", late)
	}
}

// watch opens a stream by hand.
func watch(t testing.TB, base string) net.Conn {
	t.Helper()
	host := strings.TrimPrefix(base, "http://")
	conn, err := net.Dial("tcp", host)
	if err == nil {
		_, err = fmt.Fprintf(conn, "GET /api/surveys/qiongshan-2026/live?by=township HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", host, testAPIToken)
	}
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

var memoryInUse = regexp.MustCompile(`(?m)^go_memstats_(?:heap|stack)_inuse_bytes (\S+)$`)

// memory of the server in use for heap and stacks, after a collection.
func (a admin) memory() (sum int64) {
	a.t.Helper()
	get(a.t, http.DefaultClient, "http://"+a.addr+"/debug/pprof/heap?gc=1")
	_, body := get(a.t, http.DefaultClient, "http://"+a.addr+"/metrics")
	for _, m := range memoryInUse.FindAllStringSubmatch(body, -1) {
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			a.t.Fatal(err)
		}
		sum += int64(n)
	}
	if sum == 0 {
		a.t.Fatal("no memory")
	}
	return sum
}
