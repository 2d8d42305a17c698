package main

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"jindu/internal/redisstore/redistest"
)

// redisSettings are those of a server on a Redis of the tests.
func redisSettings(t testing.TB, address string, changes map[string]string) map[string]string {
	t.Helper()
	set := testSettings(t.TempDir(), changes)
	set["JINDU_REDIS_URL"] = address
	return set
}

// resident is a browser that has opened forms and knows nothing of having answered:
// what it is told comes from the store.
type resident struct {
	cookies []*http.Cookie
	forms   []url.Values
}

// crowd is the client of all residents of a test.
var crowd = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
	Timeout:       patience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send makes a request as the resident and gives the whole answer.
func (r *resident) send(method, at, body, accept string) (*http.Response, string, error) {
	req, err := http.NewRequest(method, at, strings.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", accept)
	for _, c := range r.cookies {
		req.AddCookie(c)
	}
	resp, err := crowd.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp, string(text), err
}

// open fetches one form, and fills it in.
func (r *resident) open(t testing.TB, at string) error {
	resp, page, err := r.send(http.MethodGet, at, "", "text/html")
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%d: %s", resp.StatusCode, page)
	}
	r.cookies = append(r.cookies, resp.Cookies()...)
	r.forms = append(r.forms, form(t, page, answers()))
	return nil
}

// post sends a form as a script does.
func (r *resident) post(at string, form int) (status int, s submission, err error) {
	resp, body, err := r.send(http.MethodPost, at, r.forms[form].Encode(), "application/json")
	if err != nil {
		return 0, s, err
	}
	return resp.StatusCode, s, json.Unmarshal([]byte(body), &s)
}

// minting makes the tickets of townships once: they are valid at every server of the
// tests, and each start of the program costs seconds under the race detector.
var minting struct {
	sync.Once
	paths []string
}

// townships are the paths of one ticket for each township.
func townships(t testing.TB, set map[string]string) []string {
	t.Helper()
	minting.Do(func() {
		for _, line := range minted(t, set, "http://jindu.test", "--place", "460107") {
			minting.paths = append(minting.paths, strings.TrimPrefix(line.URL, "http://jindu.test"))
		}
	})
	if len(minting.paths) == 0 {
		t.Fatal("no tickets")
	}
	return minting.paths
}

// expectCounted holds tally, log and dedup table to so many responses.
func expectCounted(t testing.TB, set map[string]string, base string, n int) {
	t.Helper()
	if total := tallyOf(t, base).Total.Responses; total != int64(n) {
		t.Errorf("%d counted, want %d", total, n)
	}
	if r := runCommand(t, set, "audit", "qiongshan-2026"); r.code != exitDone || !strings.Contains(r.out, fmt.Sprintf("%d 份", n)) {
		t.Errorf("audit: %+v", r)
	}
}

// Everybody answers again and again, at whichever of two servers, from two forms: one
// response each. JINDU_LOAD=full sends 2,000 residents.
func TestTwoServersCountOnce(t *testing.T) {
	people, posts, atOnce := 400, 5, 64
	if os.Getenv("JINDU_LOAD") == "full" {
		people = 2000
	}
	set := redisSettings(t, redistest.Start(t).URL(), nil)
	servers := []*program{serve(t, set), serve(t, set)}
	paths := townships(t, set)
	all := make([]resident, people)
	var opened sync.WaitGroup
	var next atomic.Int64
	for range atOnce {
		opened.Go(func() {
			for i := next.Add(1) - 1; i < int64(people); i = next.Add(1) - 1 {
				for _, s := range servers { // the second is another tab
					if err := all[i].open(t, s.base+paths[int(i)%len(paths)]); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	if opened.Wait(); t.Failed() {
		return
	}

	order := make([]int, people*posts)
	for i := range order {
		order[i] = i % people
	}
	rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	var mu sync.Mutex
	said := make([]map[string]bool, people) // person → form, status and receipt
	var posted sync.WaitGroup
	next.Store(0)
	began := time.Now()
	for range atOnce {
		posted.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(order)); i = next.Add(1) - 1 {
				who, tab := order[i], rand.N(2)
				status, s, err := all[who].post(servers[rand.N(2)].base+paths[who%len(paths)], tab)
				if err != nil || status != http.StatusOK || s.Receipt == "" {
					t.Errorf("%d %+v %v", status, s, err)
					return
				}
				mu.Lock()
				if said[who] == nil {
					said[who] = map[string]bool{}
				}
				said[who][fmt.Sprint(tab, " ", s.Status, " ", s.Receipt)] = true
				mu.Unlock()
			}
		})
	}
	posted.Wait()
	took := time.Since(began)
	t.Logf("%d posts of %d residents to two servers in %v: %.0f a second", len(order), people, took, float64(len(order))/took.Seconds())
	for who, answers := range said {
		accepted, receipts, tabs := 0, map[string]bool{}, map[string]bool{}
		for a := range answers {
			part := strings.Fields(a)
			tabs[part[0]], receipts[part[2]] = true, true
			if part[1] == "accepted" {
				accepted++
			}
		}
		if accepted != 1 || len(receipts) != 1 || len(tabs) != len(answers) {
			t.Errorf("resident %d was told %v", who, answers)
		}
	}
	expectCounted(t, set, servers[0].base, people)
	if total := tallyOf(t, servers[1].base).Total.Responses; total != int64(people) {
		t.Errorf("the other server counts %d", total)
	}
}

// One of two servers is killed under load: what it had acknowledged is there, and
// whoever got no answer sends the same form to the other and counts once.
func TestOneServerOfTwoIsKilled(t *testing.T) {
	set := redisSettings(t, redistest.Start(t).URL(), nil)
	doomed, other := serve(t, set), serve(t, set)
	paths := townships(t, set)
	type sent struct {
		resident
		at      string // path
		receipt string // "" when no answer came
	}
	var all sync.WaitGroup
	outcomes := make(chan sent, 64)
	stop := make(chan struct{})
	for worker := range 64 {
		base, path := []string{doomed.base, other.base}[worker%2], paths[worker%len(paths)]
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				who := sent{at: path}
				if err := who.open(t, base+path); err != nil {
					if base == other.base {
						t.Error(err)
					}
					return // it was killed before anything was sent
				}
				status, s, err := who.post(base+path, 0)
				if err == nil && status == http.StatusOK {
					who.receipt = s.Receipt
				} else if base == other.base {
					t.Errorf("the other server: %d %v", status, err)
				}
				if outcomes <- who; who.receipt == "" {
					return
				}
			}
		})
	}
	go func() { all.Wait(); close(outcomes) }()
	var people []sent
	unanswered := 0
	kill := sync.OnceFunc(func() { go doomed.stop(syscall.SIGKILL) })
	end := sync.OnceFunc(func() { close(stop) })
	for who := range outcomes {
		people = append(people, who)
		if who.receipt == "" {
			unanswered++
		}
		if len(people) >= 400 {
			kill()
		}
		if len(people) >= 800 {
			end()
		}
	}
	<-doomed.gone
	for _, who := range people {
		status, s, err := who.post(other.base+who.at, 0)
		if err != nil || status != http.StatusOK || s.Status != "accepted" || who.receipt != "" && s.Receipt != who.receipt {
			t.Errorf("receipt %q is now %d %+v %v", who.receipt, status, s, err)
		}
	}
	t.Logf("%d residents, %d of them without an answer from the killed server", len(people), unanswered)
	expectCounted(t, set, other.base, len(people))
	if total := tallyOf(t, serve(t, set).base).Total.Responses; total != int64(len(people)) {
		t.Errorf("%d counted after the restart", total)
	}
}

// What one server counts is on the screens of the other within a second or so.
func TestOtherServersScreen(t *testing.T) {
	set := redisSettings(t, redistest.Start(t).URL(), nil)
	here, there := serve(t, set), serve(t, set)
	path := townships(t, set)[0]
	frames := live(t, there.base)
	<-frames // the state at the beginning
	for n := range int64(5) {
		var who resident
		if err := who.open(t, here.base+path); err != nil {
			t.Fatal(err)
		}
		if status, _, err := who.post(here.base+path, 0); status != http.StatusOK {
			t.Fatal(status, err)
		}
		began := time.Now()
		for f := range frames {
			if f.Total.Responses == n+1 {
				break
			}
		}
		// A second between two readings, and the notice's way.
		took := time.Since(began)
		if t.Log("seen after", took); took > 1500*time.Millisecond+100*time.Millisecond*raceFactor {
			t.Errorf("change %d was seen after %v", n+1, took)
		}
	}
}

// A quiz goes on at whichever server gets the next message, and WeChat's retry gets
// the same reply wherever it arrives, also when both arrive at once.
func TestQuizOverTwoServers(t *testing.T) {
	set := redisSettings(t, redistest.Start(t).URL(), nil)
	bases := []string{serve(t, set).base, serve(t, set).base}
	f := &follower{t: t, base: bases[0], id: "oPupil"}
	reply := f.say("答题 basics")
	answered := 0
	for !strings.Contains(reply, "答对") || strings.Contains(reply, "msgmenucontent=A&") {
		if answered++; answered > 20 {
			t.Fatalf("the quiz has no end: %s", reply)
		}
		before := progress.FindString(html.UnescapeString(reply))
		one, two := *f, *f
		one.base, two.base = bases[answered%2], bases[1-answered%2]
		one.last, two.last = f.last+1, f.last+1
		f.last++
		var replies [2]string
		var both sync.WaitGroup
		both.Go(func() { replies[0] = one.again("A") })
		if answered%2 == 0 { // the retry comes after the first reply was made
			both.Wait()
		}
		both.Go(func() { replies[1] = two.again("A") })
		both.Wait()
		if replies[0] != replies[1] {
			t.Fatalf("two servers gave two replies:\n%s\n---\n%s", replies[0], replies[1])
		}
		reply = replies[0]
		if now := progress.FindString(html.UnescapeString(reply)); now == before {
			t.Fatalf("still at %q: %s", now, reply)
		}
	}
	if answered != 5 {
		t.Errorf("%d answers", answered)
	}
}

// A Redis that would forget or evict is refused, with what to mend; who allows it is
// reminded wherever they look.
func TestWeakRedis(t *testing.T) {
	for args, mend := range map[string]string{
		"--appendonly no":                "appendonly yes",
		"--appendfsync everysec":         "appendfsync always",
		"--maxmemory-policy allkeys-lru": "maxmemory-policy noeviction",
	} {
		set := redisSettings(t, redistest.Start(t, strings.Fields(args)...).URL(), nil)
		if r := runCommand(t, set, "serve"); r.code != exitFailed || !strings.Contains(r.err, mend) {
			t.Errorf("%s: %+v", args, r)
		}
	}

	const says = "重启会丢最近的数据"
	admin := "127.0.0.1:" + redistest.FreePort(t)
	set := redisSettings(t, redistest.Start(t, "--appendonly", "no").URL(), map[string]string{
		"JINDU_ADMIN_ADDR": admin, "JINDU_ALLOW_WEAK_DURABILITY": "true",
	})
	p := serve(t, set)
	if status, body := get(t, http.DefaultClient, "http://"+admin+"/readyz"); status != 200 || !strings.Contains(body, says) {
		t.Errorf("readyz: %d %q", status, body)
	}
	if r := runCommand(t, set, "health"); r.code != exitDone || !strings.Contains(r.out, says) {
		t.Errorf("health: %+v", r)
	}
	add := command(set, "account", "add", "li", "--role", "district", "--place", "460107")
	add.Stdin = strings.NewReader("correct horse\n")
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	office := newVisitor(t)
	resp, err := office.PostForm(p.base+"/office/login", url.Values{"name": {"li"}, "password": {"correct horse"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if status, page := get(t, office.Client, p.base+"/office/surveys/qiongshan-2026"); status != 200 || !strings.Contains(page, says) || !strings.Contains(page, `role="alert">刚收到的答卷可能会丢`) {
		t.Errorf("the office page: %d %s", status, page)
	}
}

// percentile of what took so long, 0 to 100.
func percentile(took []time.Duration, p int) time.Duration {
	slices.Sort(took)
	return took[min(len(took)*p/100, len(took)-1)]
}

// eventually tries until it works.
func eventually(t testing.TB, try func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
