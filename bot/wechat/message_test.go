package wechat

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"jindu/bot"
)

// Each kind of message reaches the bot as what it is.
func TestKinds(t *testing.T) {
	for body, want := range map[string]bot.Message{
		"<MsgType>text</MsgType><Content>你好</Content><MsgId>9223372036854775807123</MsgId>":                                                                      {Kind: bot.Text, Text: "你好"},
		"<MsgType>text</MsgType><Content>A</Content><MsgId>1</MsgId><bizmsgmenuid>q:7:A</bizmsgmenuid>":                                                          {Kind: bot.Text, Text: "A", MenuID: "q:7:A"},
		"<MsgType>text</MsgType><Content><![CDATA[a<b]]]]><![CDATA[>&amp;]]></Content><MsgId>1</MsgId>":                                                          {Kind: bot.Text, Text: "a<b]]>&amp;"},
		"<MsgType>text</MsgType><Content>&lt;&#x1f600;</Content><MsgId>1</MsgId>":                                                                                {Kind: bot.Text, Text: "<😀"},
		"<MsgType>text</MsgType><Content>a\x00\x08b\ufffe\xffc</Content><MsgId>1</MsgId>":                                                                        {Kind: bot.Text, Text: "abc"},
		"<MsgType>image</MsgType><PicUrl>http://x/y</PicUrl><MediaId>m</MediaId><MsgId>1</MsgId>":                                                                {Kind: bot.Image},
		"<MsgType>voice</MsgType><MediaId>m</MediaId><Recognition>举报</Recognition><MsgId>1</MsgId>":                                                              {Kind: bot.Voice},
		"<MsgType>location</MsgType><Location_X>20.0</Location_X><Label>某村</Label><MsgId>1</MsgId>":                                                              {Kind: bot.Location},
		"<MsgType>video</MsgType><MsgId>1</MsgId>":                                                                                                               {Kind: bot.Other},
		"<MsgType>shortvideo</MsgType><MsgId>1</MsgId>":                                                                                                          {Kind: bot.Other},
		"<MsgType>link</MsgType><Title>t</Title><Url>http://x</Url><MsgId>1</MsgId>":                                                                             {Kind: bot.Other},
		"<MsgType>file</MsgType><MsgId>1</MsgId>":                                                                                                                {Kind: bot.Other},
		"<MsgType>event</MsgType><Event>subscribe</Event><EventKey></EventKey>":                                                                                  {Kind: bot.Subscribe},
		"<MsgType>event</MsgType><Event>subscribe</Event><EventKey>qrscene_460107101</EventKey>":                                                                 {Kind: bot.Subscribe, Text: "460107101"},
		"<MsgType>event</MsgType><Event>subscribe</Event><EventKey>last_trade_no_4004</EventKey>":                                                                {Kind: bot.Subscribe},
		"<MsgType>event</MsgType><Event>unsubscribe</Event>":                                                                                                     {Kind: bot.Unsubscribe},
		"<MsgType>event</MsgType><Event>SCAN</Event><EventKey>460107101</EventKey><Ticket>T</Ticket>":                                                            {Kind: bot.Scan, Text: "460107101"},
		"<MsgType>event</MsgType><Event>CLICK</Event><EventKey>答题</EventKey>":                                                                                    {Kind: bot.Click, Text: "答题"},
		"<MsgType>event</MsgType><Event>VIEW</Event><EventKey>http://x</EventKey>":                                                                               {},
		"<MsgType>event</MsgType><Event>LOCATION</Event><Latitude>20.1</Latitude>":                                                                               {},
		"<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>200</MsgID>":                                                                         {},
		"<MsgType>event</MsgType><Event>pic_weixin</Event><SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>x</PicMd5Sum></item></PicList></SendPicsInfo>": {},
	} {
		var got *bot.Message
		h := testEngine(t, testConfig(t, plainAccount, func(_ context.Context, m bot.Message) (bot.Reply, error) {
			got = &m
			return bot.Reply{}, nil
		}))
		at := time.Now().Truncate(time.Second).Add(-3 * time.Second)
		doc := fmt.Sprintf("<xml><ToUserName>gh_1</ToUserName><FromUserName>oAlice</FromUserName><CreateTime>%d</CreateTime>%s</xml>", at.Unix(), body)
		status, answer := send(h, plainAccount.post(time.Now(), doc))
		if status != 200 || answer != success {
			t.Errorf("%s: %d %q", body, status, answer)
			continue
		}
		if got == nil {
			if want.Kind != "" {
				t.Errorf("%s: the bot was not asked", body)
			}
			continue
		}
		if got.Kind != want.Kind || got.Text != want.Text || got.MenuID != want.MenuID {
			t.Errorf("%s: %q %q %q", body, got.Kind, got.Text, got.MenuID)
		}
		if got.From != "oAlice" || !got.At.Equal(at) || got.Who == [16]byte{} || got.Key == [16]byte{} {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

// A long text is cut between runes; a time far off is not believed.
func TestBounds(t *testing.T) {
	var got bot.Message
	h := testEngine(t, testConfig(t, plainAccount, func(_ context.Context, m bot.Message) (bot.Reply, error) {
		got = m
		return bot.Reply{}, nil
	}))
	plainAccount.content(t, h, textMessage("oAlice", strings.Repeat("毒", 10_000), "1"))
	if got.Text != strings.Repeat("毒", maxText/3) {
		t.Errorf("%d bytes", len(got.Text))
	}
	if time.Since(got.At) > time.Minute {
		t.Errorf("at %v", got.At)
	}
}

// Messages, followers and accounts have keys of their own; the pseudonym is the
// follower's whatever the message.
func TestKeys(t *testing.T) {
	w, err := New(testConfig(t, plainAccount, echo))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[[16]byte]string{}
	for _, body := range []string{
		textMessage("oAlice", "x", "1"), textMessage("oAlice", "x", "2"), textMessage("oBob", "x", "1"), textMessage("oAlice1", "x", ""),
		"<xml><ToUserName>g</ToUserName><FromUserName>oAlice</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>CLICK</Event><EventKey>a</EventKey></xml>",
		"<xml><ToUserName>g</ToUserName><FromUserName>oAlice</FromUserName><CreateTime>2</CreateTime><MsgType>event</MsgType><Event>CLICK</Event><EventKey>a</EventKey></xml>",
		"<xml><ToUserName>g</ToUserName><FromUserName>oAlice</FromUserName><CreateTime>2</CreateTime><MsgType>event</MsgType><Event>CLICK</Event><EventKey>b</EventKey></xml>",
	} {
		in, err := readCallback(body)
		if err != nil {
			t.Fatal(err)
		}
		m := w.message(in)
		if again := w.message(in); again.Key != m.Key || again.Who != m.Who {
			t.Errorf("another key for %s", body)
		}
		if other, ok := seen[m.Key]; ok {
			t.Errorf("one key for %s and %s", body, other)
		}
		seen[m.Key] = body
	}
}

// What an independent implementation seals is read here, and what is sealed here
// is read there: every length, and runes of every width.
func TestBothDirections(t *testing.T) {
	texts := []string{"😀", "👨‍👩‍👧‍👦", "𠀀𪚥", "禁毒", "a]]>b", "<a href=\"x\">&amp;"}
	for n := range 201 {
		texts = append(texts, strings.Repeat("x", n))
	}
	for _, a := range []account{plainAccount, safeAccount} {
		cfg := testConfig(t, a, func(_ context.Context, m bot.Message) (bot.Reply, error) {
			return bot.Reply{Text: "[" + m.Text + "]"}, nil
		})
		cfg.RateFollower = 0
		h := testEngine(t, cfg)
		for i, text := range texts {
			want := "[" + strings.ReplaceAll(text, "<", "＜") + "]"
			message := textMessage("oAlice", strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>"), strconv.Itoa(i))
			if got := a.content(t, h, message); got != want {
				t.Errorf("%q: %q", text, got)
			}
		}
	}
}

// Two replies to one message are sealed differently.
func TestFreshRandomness(t *testing.T) {
	h := testEngine(t, testConfig(t, safeAccount, echo))
	_, first := send(h, safeAccount.post(time.Now(), textMessage("oAlice", "x", "1")))
	_, second := send(h, safeAccount.post(time.Now(), textMessage("oAlice", "x", "1")))
	if first == second {
		t.Error("the same sealed reply twice")
	}
}

// 20,000 followers at 64 at once: each gets the reply to what they wrote.
func TestEveryReplyToItsFollower(t *testing.T) {
	for name, a := range map[string]account{"plain": plainAccount, "safe": safeAccount} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(testEngine(t, testConfig(t, a, echo)))
			defer server.Close()
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			defer client.CloseIdleConnections()
			var group errgroup.Group
			group.SetLimit(64)
			for i := range 20_000 {
				group.Go(func() error {
					from, text := fmt.Sprintf("oFollower%d", i), fmt.Sprintf("words of %d", i)
					r := a.post(time.Now(), textMessage(from, text, strconv.Itoa(i)))
					resp, err := client.Post(server.URL+r.URL.String(), "text/xml", r.Body)
					if err != nil {
						return err
					}
					defer resp.Body.Close()
					body, err := io.ReadAll(resp.Body)
					if err != nil {
						return err
					}
					got, err := a.read(body)
					if err != nil {
						return err
					}
					if got.ToUserName != from || got.Content != text || got.FromUserName != "gh_1" {
						return fmt.Errorf("%s got %+v", from, got)
					}
					return nil
				})
			}
			if err := group.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}
