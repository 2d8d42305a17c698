package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"jindu/bot/wechat/fake"
	"jindu/content"
)

// A WeChat that hangs does not hold up the start: pages and answers are there.
func TestStartWhileWeChatHangs(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	wechat := startFake(t, fake.Config{})
	wechat.Inject(fake.Fault{Until: never})
	began := time.Now()
	p := serve(t, accountSettings(t, wechat, nil))
	took := time.Since(began)
	t.Log("listening after", took)
	if took > 3*time.Second*raceFactor { // both looks wait for their whole time, 5 s and more
		t.Errorf("listening after %v", took)
	}
	wechat.SetCallback(p.base + "/wechat")
	if r := reply(t)(wechat.Person("alice").Say(t.Context(), "依托咪酯是什么")); !strings.Contains(r.Text, "第二类精神药品") {
		t.Error(r.Text)
	}
	if status, _ := get(t, http.DefaultClient, p.base+"/healthz"); status != http.StatusOK {
		t.Error(status)
	}
}

// What an account may not do is in the log from the start, once.
func TestMissingRightsAreLogged(t *testing.T) {
	p := serve(t, accountSettings(t, startFake(t, fake.Config{Kind: fake.UnverifiedSubscription}), nil))
	for _, right := range []string{"web authorization", "customer messages"} {
		line := `right="` + right + `" has=false reason=`
		p.says(t, line)
		if n := strings.Count(p.output(), line); n != 1 {
			t.Errorf("%q is logged %d times", line, n)
		}
	}
}

const exchangeAPI, authorizePage = "sns/oauth2/access_token", "connect/oauth2/authorize"

// startRecognizing is a server that has learnt that it may ask WeChat who reads its
// pages, and the address of a questionnaire.
func startRecognizing(t *testing.T) (*fake.Server, *program, string) {
	t.Helper()
	wechat := startFake(t, fake.Config{OAuthDomain: "127.0.0.1"})
	set := accountSettings(t, wechat, nil)
	p := serve(t, set)
	p.says(t, `right="web authorization" has=true`)
	return wechat, p, minted(t, set, p.base, "--place", longtang)[0].URL
}

// says waits for a word in the output.
func (p *program) says(t *testing.T, word string) {
	t.Helper()
	eventually(t, func() error {
		if !strings.Contains(p.output(), word) {
			return fmt.Errorf("no %s", word)
		}
		return nil
	})
}

// One refusal of a right is looked into at once, and is not believed for an hour.
func TestOneRefusal(t *testing.T) {
	wechat, p, printed := startRecognizing(t)
	asked := wechat.Calls(exchangeAPI)
	wechat.Inject(fake.Fault{API: exchangeAPI, Code: 48001, Times: 1})
	if s := fillIn(t, wechat.Person("alice").Browser(), printed); s.Status != "accepted" {
		t.Errorf("%+v", s)
	}
	eventually(t, func() error {
		if n := wechat.Calls(exchangeAPI) - asked; n != 2 { // hers, and the look
			return fmt.Errorf("%d exchanges", n)
		}
		return nil
	})
	for _, name := range []string{"bob", "carol"} {
		if s := fillIn(t, wechat.Person(name).Browser(), printed); s.Status != "accepted" {
			t.Errorf("%+v", s)
		}
	}
	if got := tiersAt(tallyOf(t, p.base), longtang); got["device"] != 1 || got["wechat"] != 2 {
		t.Errorf("%v", got)
	}
	if n := wechat.Calls(exchangeAPI) - asked; n != 4 {
		t.Errorf("%d exchanges", n)
	}
}

// A quota that is used up sends nobody to WeChat any more, and is left alone.
func TestUsedUpQuota(t *testing.T) {
	wechat, p, printed := startRecognizing(t)
	asked := wechat.Calls(exchangeAPI)
	wechat.Inject(fake.Fault{API: exchangeAPI, Code: 45009})
	if s := fillIn(t, wechat.Person("dora").Browser(), printed); s.Status != "accepted" {
		t.Errorf("%+v", s)
	}
	p.says(t, `right="web authorization" has=false`)
	sent := wechat.Calls(authorizePage)
	if s := fillIn(t, wechat.Person("emil").Browser(), printed); s.Status != "accepted" {
		t.Errorf("%+v", s)
	}
	if n := wechat.Calls(authorizePage); n != sent {
		t.Error("sent to an authorization that cannot succeed")
	}
	if n := wechat.Calls(exchangeAPI) - asked; n != 1 {
		t.Errorf("a used up quota was asked for %d times", n)
	}
}

// The picture of a quiz question comes before the question, with its bytes uploaded
// once for all; who asks how something looks gets it in the same way. An account
// that may not, has a link and a card.
func TestPicturesInTheChat(t *testing.T) {
	lib, err := content.Load("")
	if err != nil {
		t.Fatal(err)
	}
	named := func(png []byte) (id string) {
		for _, p := range lib.Pictures {
			if p.PNG == string(png) {
				return p.ID
			}
		}
		return ""
	}
	pictured := map[string]bool{}
	for _, q := range slices.Concat(lib.Quizzes["looks"].Questions, lib.Quizzes["looks"].Multiple) {
		pictured[q.Picture] = true
	}
	for name, kind := range map[string]fake.Kind{"verified": fake.VerifiedSubscription, "unverified": fake.UnverifiedSubscription} {
		t.Run(name, func(t *testing.T) {
			wechat := startFake(t, fake.Config{Kind: kind})
			p := serve(t, accountSettings(t, wechat, nil))
			wechat.SetCallback(p.base + "/wechat")
			ctx := t.Context()
			may := name == "verified"
			if may {
				p.says(t, `right="customer messages" has=true`)
			}
			// picture is the one that has come already, when the reply is there.
			picture := func(f *fake.Follower) string {
				t.Helper()
				came, cancel := context.WithCancel(ctx)
				if !may {
					cancel()
				}
				defer cancel()
				png, err := f.Picture(came)
				if may && err != nil {
					t.Fatal(err)
				}
				return named(png)
			}
			for _, who := range []string{"alice", "bob"} {
				f := wechat.Person(who)
				reply(t)(f.Follow(ctx))
				r := reply(t)(f.Say(ctx, "答题 looks"))
				for n := 1; n <= 5; n++ {
					if !strings.Contains(r.Text, fmt.Sprintf("第 %d 题", n)) || len(r.Choices()) == 0 || !strings.Contains(r.Text, "看图") {
						t.Fatalf("%s", r.Text)
					}
					if id := picture(f); may && (id == "" || !pictured[id]) {
						t.Errorf("picture %q before %s", id, r.Text)
					}
					r = reply(t)(f.Say(ctx, "不知道"))
				}
				r = reply(t)(f.Say(ctx, "冰毒长什么样"))
				if may {
					if id := picture(f); id != lib.Entries["drugs/bingdu"].Pictures[0].ID || !strings.Contains(r.Text, "图是画的") || len(r.Choices()) == 0 {
						t.Errorf("%q: %s", id, r.Text)
					}
				} else if r.Type != "news" || !strings.Contains(r.Articles[0].Description, "图是画的") {
					t.Errorf("%+v", r)
				}
			}
			uploads, pictures := wechat.Calls("media/upload"), len(pictured)+1
			if may && (uploads == 0 || uploads > pictures) || !may && uploads != 0 {
				t.Errorf("%d uploads of at most %d pictures", uploads, pictures)
			}
		})
	}
}
