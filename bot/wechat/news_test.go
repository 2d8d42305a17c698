package wechat

import (
	"context"
	"encoding/xml"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"jindu/bot"
)

// article is a news reply as WeChat reads it.
type article struct {
	MsgType      string
	ArticleCount int
	Items        []struct{ Title, Description, PicUrl, Url string } `xml:"Articles>item"`
}

// A reply with a card goes out as news of one article, whatever stands in it, and
// the same again to a retry.
func TestNews(t *testing.T) {
	card := &bot.News{
		Title: "看图：\n依托咪酯]]>", Description: "一支<电子烟>。\x00😀", Picture: "https://x.example/learn/pictures/a.png?v=1&w=2", URL: "https://x.example/learn/drugs/a",
	}
	h := testEngine(t, testConfig(t, plainAccount, func(context.Context, bot.Message) (bot.Reply, error) {
		return bot.Reply{Text: "看图", News: card}, nil
	}))
	for range 2 {
		status, body := send(h, plainAccount.post(time.Now(), textMessage("oAlice", "x", "1")))
		var got article
		if err := xml.Unmarshal([]byte(body), &got); err != nil || status != 200 {
			t.Fatal(status, err, body)
		}
		if got.MsgType != "news" || got.ArticleCount != 1 || len(got.Items) != 1 {
			t.Fatalf("%+v", got)
		}
		if i := got.Items[0]; i.Title != "看图： 依托咪酯]]>" || i.Description != "一支<电子烟>。😀" || i.PicUrl != card.Picture || i.Url != card.URL {
			t.Errorf("%+v", i)
		}
	}
}

func TestCardFits(t *testing.T) {
	long := strings.Repeat("这是一句话。", 400)
	c := card(&bot.News{Title: long, Description: long, URL: "https://x.example"})
	if len(c.Title) > maxTitle || len(c.Description) > maxDescription || !utf8.ValidString(c.Title+c.Description) || !strings.HasSuffix(c.Description, "。") {
		t.Errorf("%+v", c)
	}
	if card(nil) != nil || card(&bot.News{Title: "nowhere to go"}) != nil {
		t.Error("a card without an address")
	}
}
