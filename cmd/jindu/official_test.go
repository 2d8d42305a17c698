package main

import (
	"cmp"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"jindu/bot/wechat/fake"
	"jindu/internal/redisstore/redistest"
	"jindu/survey"
)

// startFake is WeChat with one account.
func startFake(t testing.TB, cfg fake.Config) *fake.Server {
	t.Helper()
	cfg.Token = cmp.Or(cfg.Token, testToken)
	wechat, err := fake.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(wechat.Close)
	return wechat
}

// accountSettings are those of a server that is connected to an account.
func accountSettings(t testing.TB, wechat *fake.Server, changes map[string]string) map[string]string {
	set := testSettings(t.TempDir(), map[string]string{
		"JINDU_WECHAT_TOKEN": wechat.Token, "JINDU_WECHAT_APP_ID": wechat.AppID, "JINDU_WECHAT_APP_SECRET": wechat.AppSecret,
		"JINDU_WECHAT_API_URL": wechat.URL,
	})
	if wechat.AESKey != "" {
		set["JINDU_WECHAT_AES_KEY"] = wechat.AESKey
	}
	for name, value := range changes {
		set[name] = value
	}
	return set
}

// reply is what a follower got, once.
func reply(t testing.TB) func(fake.Delivery, error) *fake.Reply {
	return func(d fake.Delivery, err error) *fake.Reply {
		t.Helper()
		if err != nil || d.Reply == nil || len(d.Attempts) != 1 {
			t.Fatalf("%+v: %v", d, err)
		}
		return d.Reply
	}
}

// personalLink is the questionnaire's address in a reply.
func personalLink(t testing.TB, r *fake.Reply) string {
	t.Helper()
	for _, l := range r.Links() {
		if strings.Contains(l.URL, "/s/") && strings.Contains(l.URL, "?as=") {
			return html.UnescapeString(l.URL)
		}
	}
	t.Fatalf("no personal link in %q", r.Text)
	return ""
}

// fillIn opens an address in a browser and sends the questionnaire.
func fillIn(t testing.TB, browser *http.Client, at string) submission {
	t.Helper()
	v := &visitor{browser, t}
	status, page := get(t, browser, at)
	if status != http.StatusOK {
		t.Fatalf("%d: %s", status, page)
	}
	before, _, _ := strings.Cut(at, "?")
	status, s := v.submit(before, form(t, page, answers()))
	if status != http.StatusOK {
		t.Fatalf("%d %+v", status, s)
	}
	return s
}

func tiersAt(r survey.Report, code string) map[string]int64 {
	for _, p := range r.Places {
		if p.Code == code {
			return map[string]int64{"wechat": p.Tiers["wechat"], "device": p.Tiers["device"]}
		}
	}
	return nil
}

const longtang = "460107101" // 龙塘镇

// A verified service account: a scene code leads to the questionnaire of its
// township, and a person counts once, whichever way they come.
func TestServiceAccount(t *testing.T) {
	wechat := startFake(t, fake.Config{AESKey: strings.Repeat("kQ3", 14) + "0", OAuthDomain: "127.0.0.1"})
	set := accountSettings(t, wechat, map[string]string{"JINDU_LOG_LEVEL": "debug"})
	p := serve(t, set)
	wechat.SetCallback(p.base + "/wechat")
	set["JINDU_BASE_URL"] = p.base
	p.says(t, `right="web authorization" has=true`)
	ctx := t.Context()
	if err := wechat.Verify(ctx); err != nil {
		t.Fatal(err)
	}

	out := t.TempDir()
	codes := minted(t, set, p.base, "--place", "460107", "--scene", "--out", out)
	if len(codes) != 11 || codes[0].Scene == "" || codes[0].Expires != "" {
		t.Fatalf("%d codes, %+v", len(codes), codes)
	}
	temporary := minted(t, set, p.base, "--place", longtang, "--scene", "--temporary", "7", "--out", out)
	if len(temporary) != 1 || temporary[0].Expires == "" {
		t.Fatalf("%+v", temporary)
	}
	ends, err := time.Parse(time.RFC3339, temporary[0].Expires)
	if err != nil || !strings.HasSuffix(temporary[0].File, "-scene-temp-"+ends.In(survey.China).Format("20060102")+".png") {
		t.Errorf("%+v %v", temporary, err)
	}
	if r := runCommand(t, set, "qr", "--survey", "qiongshan-2026", "--place", longtang, "--scene", "--temporary", "7"); !strings.Contains(r.out, "有效到 "+ends.In(survey.China).Format("2006年1月2日")) {
		t.Errorf("%+v", r)
	}
	var code qrLine
	for _, c := range codes {
		if c.Place == longtang {
			code = c
		}
	}

	alice := wechat.Person("alice")
	welcome := reply(t)(alice.Scan(ctx, code.URL)) // subscribe with qrscene_
	if !strings.Contains(welcome.Text, "龙塘镇") || !strings.Contains(welcome.Text, "禁毒") {
		t.Errorf("%s", welcome.Text)
	}
	link := personalLink(t, welcome)
	first := fillIn(t, alice.Browser(), link)
	if first.Status != "accepted" {
		t.Errorf("%+v", first)
	}
	if got := tiersAt(tallyOf(t, p.base), longtang); got["wechat"] != 1 || got["device"] != 0 {
		t.Errorf("%v", got)
	}
	// Again by a printed code, in a browser that has no cookies: WeChat knows her.
	printed := minted(t, set, p.base, "--place", longtang)[0].URL
	if again := fillIn(t, alice.Browser(), printed); again.Status != "duplicate" || again.Receipt != first.Receipt {
		t.Errorf("%+v, first %+v", again, first)
	}
	// Her new link, forwarded to a friend, who is not taken for her.
	again := personalLink(t, reply(t)(alice.Scan(ctx, code.URL))) // SCAN, bare key
	bob := wechat.Person("bob")
	if s := fillIn(t, bob.Browser(), again); s.Status != "accepted" {
		t.Errorf("%+v", s)
	}
	if s := fillIn(t, wechat.Person("carol").Browser(), printed); s.Status != "accepted" {
		t.Errorf("%+v", s)
	}
	if got := tiersAt(tallyOf(t, p.base), longtang); got["wechat"] != 3 || got["device"] != 0 {
		t.Errorf("%v", got)
	}
	// A page snapshot is nobody.
	status, page := get(t, wechat.Snapshot("dora").Browser(), printed)
	if status != http.StatusForbidden || !strings.Contains(page, "使用完整服务") {
		t.Errorf("%d %s", status, page)
	}
	// WeChat down: the page is there all the same.
	wechat.Inject(fake.Fault{API: "sns/oauth2/access_token", Status: 502})
	if s := fillIn(t, wechat.Person("emil").Browser(), printed); s.Status != "accepted" {
		t.Errorf("%+v", s)
	}
	wechat.Heal()
	if got := tiersAt(tallyOf(t, p.base), longtang); got["wechat"] != 3 || got["device"] != 1 {
		t.Errorf("%v", got)
	}

	// The menu: every button of it says something fitting.
	if r := runCommand(t, set, "menu", "push"); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	for button, want := range map[string]string{"满意度": "琼山区", "怎么举报": "110", "戒毒求助": "戒毒", "有人吸毒后不舒服": "120", "答题测一测": "第 1 题"} {
		if r := reply(t)(alice.Click(ctx, button)); !strings.Contains(r.Text, want) {
			t.Errorf("%s: %s", button, r.Text)
		}
	}
	if r := runCommand(t, set, "menu", "show"); r.code != exitDone || !strings.Contains(r.out, "name: 禁毒知识") {
		t.Errorf("%+v", r)
	}
	if r := runCommand(t, set, "menu", "clear"); r.code != exitDone {
		t.Errorf("%+v", r)
	}
	if r := runCommand(t, set, "menu", "show"); r.code != exitDone || !strings.Contains(r.out, "没有自定义菜单") {
		t.Errorf("%+v", r)
	}
	// A scene that starts a quiz.
	quiz := runCommand(t, set, "qr", "--json", "--scene", "--quiz", "campus")
	var line qrLine
	if err := json.Unmarshal([]byte(quiz.out), &line); err != nil {
		t.Fatalf("%+v", quiz)
	}
	if r := reply(t)(wechat.Person("pupil").Scan(ctx, line.URL)); !strings.Contains(r.Text, "第 1 题") {
		t.Errorf("%s", r.Text)
	}

	ticket := printed[strings.LastIndex(printed, "/")+1:]
	token := link[strings.Index(link, "?as=")+4:]
	p.stop(syscall.SIGTERM)
	for name, secret := range map[string]string{
		"main secret": testSecret, "app secret": wechat.AppSecret, "access token": wechat.AccessToken(), "callback token": wechat.Token,
		"AES key": wechat.AESKey, "open id": alice.ID, "another open id": bob.ID, "ticket": ticket, "personal token": token, "PIN": testPIN,
		"API token": testAPIToken, "code": "code=", "state": "state=", "message": "满意度",
	} {
		if secret == "" || strings.Contains(p.output(), secret) {
			t.Errorf("%s in the log", name)
		}
	}
	if !strings.Contains(p.output(), "level=DEBUG") || !strings.Contains(p.output(), "sns/oauth2/access_token") {
		t.Error("the log says too little to be looked through")
	}
}

// What an account may not do has another way, and the commands say which.
func TestOtherAccounts(t *testing.T) {
	for name, c := range map[string]struct {
		kind fake.Kind
		menu bool
	}{
		"verified subscription account":   {fake.VerifiedSubscription, true},
		"unverified subscription account": {fake.UnverifiedSubscription, false},
	} {
		t.Run(name, func(t *testing.T) {
			var later atomic.Int64 // seconds by which WeChat's clock is put forward
			now := func() time.Time { return time.Now().Add(time.Duration(later.Load()) * time.Second) }
			wechat := startFake(t, fake.Config{Kind: c.kind, Now: now})
			set := accountSettings(t, wechat, nil)
			p := serve(t, set)
			wechat.SetCallback(p.base + "/wechat")
			set["JINDU_BASE_URL"] = p.base
			ctx := t.Context()

			if r := runCommand(t, set, "menu", "push"); (r.code == exitDone) != c.menu || (!c.menu && !strings.Contains(r.err, "菜单")) {
				t.Errorf("%+v", r)
			}
			r := runCommand(t, set, "qr", "--scene", "--survey", "qiongshan-2026", "--place", longtang)
			if r.code != exitFailed || !strings.Contains(r.err, "不加 --scene") || strings.Contains(r.err, wechat.AppSecret) {
				t.Errorf("%+v", r)
			}
			alice := wechat.Person("alice")
			follow := reply(t)(alice.Follow(ctx))
			var ask *fake.Choice
			for _, choice := range follow.Choices() {
				if choice.Send == "满意度" {
					ask = &choice
				}
			}
			if ask == nil {
				t.Fatalf("the greeting does not lead to the questionnaire: %s", follow.Text)
			}
			place := reply(t)(alice.Tap(ctx, *ask))
			if !strings.Contains(place.Text, "琼山区") {
				t.Errorf("%s", place.Text)
			}
			link := personalLink(t, reply(t)(alice.Say(ctx, "满意度 龙塘镇")))
			first := fillIn(t, alice.Browser(), link)
			if got := tiersAt(tallyOf(t, p.base), longtang); first.Status != "accepted" || got["wechat"] != 1 {
				t.Errorf("%+v %v", first, got)
			}
			// On another phone of hers, by another link; and forwarded to a friend.
			later.Add(60)
			if s := fillIn(t, alice.Browser(), personalLink(t, reply(t)(alice.Say(ctx, "满意度 云龙镇")))); s.Status != "duplicate" || s.Receipt != first.Receipt {
				t.Errorf("%+v, first %+v", s, first)
			}
			if s := fillIn(t, wechat.Person("bob").Browser(), link); s.Status != "accepted" {
				t.Errorf("%+v", s)
			}
			// Nobody is sent to an authorization that the account has no right to.
			printed := minted(t, set, p.base, "--place", longtang)[0].URL
			if s := fillIn(t, wechat.Person("carol").Browser(), printed); s.Status != "accepted" {
				t.Errorf("%+v", s)
			}
			if n := wechat.Calls("connect/oauth2/authorize"); n != 0 {
				t.Errorf("%d authorizations", n)
			}
			if got := tiersAt(tallyOf(t, p.base), longtang); got["wechat"] != 1 || got["device"] != 2 {
				t.Errorf("%v", got)
			}
		})
	}
}

// Two processes on one Redis share the access token, and a person counts once over
// both. Nothing secret is in what they print.
func TestTwoProcessesOneToken(t *testing.T) {
	wechat := startFake(t, fake.Config{})
	store := redistest.Start(t)
	set := accountSettings(t, wechat, map[string]string{"JINDU_REDIS_URL": store.URL(), "JINDU_LOG_LEVEL": "debug"})
	processes := make([]*program, 2)
	var both sync.WaitGroup
	for i := range processes {
		both.Go(func() { processes[i] = serve(t, set) })
	}
	both.Wait()
	if n := wechat.Calls("stable_token"); n != 1 {
		t.Errorf("the token was fetched %d times", n)
	}
	for _, p := range processes {
		if p == nil {
			t.Fatal("a process did not start")
		}
		p.says(t, `right="customer messages" has=true`)
	}
	alice := wechat.Person("alice")
	var receipts []string
	for _, p := range processes {
		s := fillIn(t, alice.Browser(), minted(t, set, p.base, "--place", longtang)[0].URL)
		receipts = append(receipts, s.Receipt)
	}
	if receipts[0] != receipts[1] {
		t.Errorf("receipts %v", receipts)
	}
	// WeChat refuses the token of one process: the command line and the servers go on.
	wechat.Revoke()
	set["JINDU_BASE_URL"] = processes[0].base
	if r := runCommand(t, set, "menu", "push"); r.code != exitDone {
		t.Errorf("%+v", r)
	}
	for _, p := range processes {
		p.stop(syscall.SIGTERM)
		for _, secret := range []string{wechat.AppSecret, wechat.AccessToken(), alice.ID, testSecret} {
			if strings.Contains(p.output(), secret) {
				t.Error("a secret or an open id in the log")
			}
		}
	}
}

var settled = regexp.MustCompile(`第 (\d) 题|答对 (\d) 题`)

// 64 messages of one follower at once, through WeChat: everybody gets an answer,
// and the quiz goes on from one state.
func TestManyMessagesAtOnce(t *testing.T) {
	wechat := startFake(t, fake.Config{})
	set := accountSettings(t, wechat, map[string]string{"JINDU_RATE_FOLLOWER": "0"})
	p := serve(t, set)
	wechat.SetCallback(p.base + "/wechat")
	ctx := t.Context()
	alice := wechat.Person("alice")
	reply(t)(alice.Say(ctx, "答题 basics")) // whose questions have one right option
	seen := make([]string, 64)
	var all sync.WaitGroup
	for i := range seen {
		all.Go(func() {
			d, err := alice.Say(ctx, "A")
			if err != nil || len(d.Attempts) != 1 {
				t.Errorf("%v after %d attempts", err, len(d.Attempts))
				return
			}
			seen[i] = settled.FindString(d.Text())
		})
	}
	all.Wait()
	count := map[string]int{}
	for _, s := range seen {
		count[s]++
	}
	for _, question := range []string{"第 2 题", "第 3 题", "第 4 题", "第 5 题"} {
		if count[question] != 1 {
			t.Errorf("%s came %d times: %v", question, count[question], count)
		}
	}
	if r := reply(t)(alice.Say(ctx, "答题 basics")); !strings.Contains(r.Text, "第 1 题") {
		t.Errorf("after the quiz: %s", r.Text)
	}
}

// The doctor of a server that runs as it should has nothing to say against it but
// that 127.0.0.1 is no public address.
func TestDoctor(t *testing.T) {
	verify := filepath.Join(t.TempDir(), "MP_verify_aB3dE6gH9jK2mN5p.txt")
	if err := os.WriteFile(verify, []byte("aB3dE6gH9jK2mN5p\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wechat := startFake(t, fake.Config{AESKey: strings.Repeat("kQ3", 14) + "0"})
	set := accountSettings(t, wechat, map[string]string{"JINDU_WECHAT_VERIFY": filepath.Dir(verify)})
	p := serve(t, set)
	if status, body := get(t, http.DefaultClient, p.base+"/"+filepath.Base(verify)); status != 200 || body != "aB3dE6gH9jK2mN5p" {
		t.Errorf("%d %q", status, body)
	}
	if status, _ := get(t, http.DefaultClient, p.base+"/MP_verify_other.txt"); status != 404 {
		t.Errorf("%d for a file that is not configured", status)
	}
	set["JINDU_BASE_URL"] = p.base
	problems := func(change map[string]string) (result, map[string]string) {
		t.Helper()
		with := accountSettings(t, wechat, set)
		for name, value := range change {
			with[name] = value
		}
		r := runCommand(t, with, "wechat", "doctor", "--json")
		found := map[string]string{}
		for line := range strings.Lines(r.out) {
			var f struct{ Check, Level, Text, Fix string }
			if err := json.Unmarshal([]byte(line), &f); err != nil {
				t.Fatalf("%+v", r)
			}
			if f.Level == "problem" {
				found[f.Check] = f.Text + f.Fix
			}
		}
		return r, found
	}
	if r, found := problems(nil); r.code != exitFailed || len(found) != 1 || found["对外网址"] == "" {
		t.Errorf("%v\n%+v", found, r)
	}
	if _, found := problems(map[string]string{"JINDU_WECHAT_TOKEN": "another"}); !strings.Contains(found["回调"], "JINDU_WECHAT_TOKEN") {
		t.Errorf("%v", found)
	}
	if r, found := problems(map[string]string{"JINDU_WECHAT_APP_SECRET": "wrong-secret"}); !strings.Contains(found["接口凭证"], "AppSecret") || strings.Contains(r.out+r.err, "wrong-secret") {
		t.Errorf("%v", found)
	}
	r := runCommand(t, set, "wechat", "doctor")
	for _, want := range []string{"[正常] 回调", "[正常] 域名验证文件", "[正常] 网页授权", "[请人工核对] 网页授权域名", "→ 到"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("no %q in\n%s", want, r.out)
		}
	}
}

// A menu that WeChat would refuse, or that leads nowhere, is found with its place.
func TestCheckMenu(t *testing.T) {
	dir := t.TempDir()
	text := `buttons:
  - name: 太长的一级菜单
    buttons:
      - {name: 好, key: 答题}
      - {name: 坏, key: 紫薯布丁怎么做}
  - name: 网页
    url: jindu.example.cn
  - name: "铃\a"
    key: 答题
`
	if err := os.WriteFile(filepath.Join(dir, "menu.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := runCommand(t, nil, "check", dir)
	for _, want := range []string{"menu.yaml:2:11: ", "menu.yaml:5:24: 机器人不认识", "menu.yaml:7:10: 网址", "menu.yaml:8:11: 第 2 个字是看不见的控制字符"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("no %q in\n%s", want, r.out)
		}
	}
	if r.code != exitFailed {
		t.Errorf("exit code %d", r.code)
	}
	push := runCommand(t, map[string]string{"JINDU_CONTENT": dir, "JINDU_WECHAT_APP_ID": "wx1", "JINDU_WECHAT_APP_SECRET": "x", "JINDU_WECHAT_API_URL": "http://127.0.0.1:1"}, "menu", "push")
	if push.code != exitFailed || !strings.Contains(push.err, "menu.yaml:5:24") {
		t.Errorf("%+v", push)
	}
	if r := runCommand(t, nil, "menu", "push"); r.code != exitUsage || !strings.Contains(r.err, "JINDU_WECHAT_APP_SECRET") {
		t.Errorf("%+v", r)
	}
}

// letter waits for the next customer message.
func letter(t testing.TB, f *fake.Follower) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	text, err := f.Letter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// noLetter says that no customer message is waiting.
func noLetter(t testing.TB, f *fake.Follower) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if text, err := f.Letter(ctx); err == nil {
		t.Errorf("a second answer: %s", text)
	}
}
