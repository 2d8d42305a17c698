package wechat

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"
)

// standard reads the same fields with encoding/xml.
func standard(doc string) (callback, error) {
	var v struct {
		XMLName      xml.Name `xml:"xml"`
		ToUserName   string
		FromUserName string
		CreateTime   string
		MsgType      string
		Content      string
		MsgID        string `xml:"MsgId"`
		MenuID       string `xml:"bizmsgmenuid"`
		Event        string
		EventKey     string
		Encrypt      string
	}
	err := xml.Unmarshal([]byte(doc), &v)
	return callback{v.ToUserName, v.FromUserName, v.CreateTime, v.MsgType, v.Content, v.MsgID, v.MenuID, v.Event, v.EventKey, v.Encrypt}, err
}

var scanSeeds = []string{
	textMessage("oAlice", "依托咪酯是什么", "1"),
	"<xml><Content>a\r\nb\rc&#13;&#xA;&lt;&amp;&apos;&quot;&gt;</Content></xml>",
	"<xml><Content><![CDATA[a]]]]><![CDATA[>b\r\n]]>c</Content><Event/></xml>",
	"<xml><SendPicsInfo><Count>1</Count><PicList><item><Content>no</Content></item></PicList></SendPicsInfo><Content>yes</Content></xml>",
	"<xml><Content>]]></Content></xml>", "<xml><Content>&#0;</Content></xml>", "<xml><Content>&#xD800;</Content></xml>", "<xml><Content>&nbsp;</Content></xml>",
	"<xml><Content>1</Content><Content>2</Content></xml>", "<xml><Content>a<b/>c</Content></xml>", "<xml><Content>a</Kontent></xml>", "<xml><Content",
	"<xml>text</xml>", "<xml></xml>tail", "<xml a='b'></xml>", "<?xml version='1.0'?><xml></xml>", "<xml><!-- c --></xml>", "\ufeff<xml></xml>",
	"<xml><Content><![CDATA[]]", "<xml><a><b><c><d><e><f><g><h><i/></h></g></f></e></d></c></b></a></xml>", "<xml><Content>\x01\xff\ufffe𠀀</Content></xml>",
}

// What is accepted reads as encoding/xml reads it.
func FuzzScan(f *testing.F) {
	for _, seed := range scanSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		doc := legal(body)
		if again := legal(doc); again != doc {
			t.Fatalf("%q, then %q", doc, again)
		}
		got, err := scan(doc)
		if err != nil {
			return
		}
		want, err := standard(doc)
		if err != nil {
			t.Fatalf("%q is accepted, but %v", doc, err)
		}
		if got != want {
			t.Fatalf("%q reads as %q, not %q", doc, got, want)
		}
	})
}

// What WeChat sends is accepted.
func TestScanAccepts(t *testing.T) {
	for i, doc := range scanSeeds[:4] {
		got, err := scan(legal(doc))
		if err != nil {
			t.Errorf("%d: %v", i, err)
		}
		if want, err := standard(doc); err != nil || got != want {
			t.Errorf("%d: %q, not %q (%v)", i, got, want, err)
		}
	}
}

// Whatever is posted, the answer is one of a few, without a panic.
func FuzzCallback(f *testing.F) {
	for _, seed := range scanSeeds {
		f.Add([]byte(seed), true)
	}
	f.Add(safeAccount.frame(textMessage("oAlice", "x", "1")), false)
	plain := testConfig(f, plainAccount, echo)
	plain.RateFollower = 0
	safe := testConfig(f, safeAccount, echo)
	safe.RateFollower = 0
	plainEngine, safeEngine := testEngine(f, plain), testEngine(f, safe)
	check := func(t *testing.T, a account, status int, body string) {
		switch {
		case (status == 403 || status == 413) && body == "", status == 200 && body == success:
		case status == 200:
			r, err := a.read([]byte(body))
			if err != nil {
				t.Fatalf("%v in %q", err, body)
			}
			if len(r.Content) > maxContent {
				t.Fatalf("%d bytes", len(r.Content))
			}
		default:
			t.Fatalf("%d %q", status, body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, asMessage bool) {
		status, answer := send(plainEngine, plainAccount.postRaw(time.Now(), "", string(body)))
		check(t, plainAccount, status, answer)
		if asMessage {
			status, answer = send(safeEngine, safeAccount.post(time.Now(), string(body)))
			check(t, safeAccount, status, answer)
			return
		}
		// As the frame inside the cipher, and as what should be base64.
		status, answer = send(safeEngine, safeAccount.postRaw(time.Now(), safeAccount.encrypt(pad(body)), ""))
		check(t, safeAccount, status, answer)
		status, answer = send(safeEngine, safeAccount.postRaw(time.Now(), strings.ReplaceAll(string(body), "]]>", ""), ""))
		check(t, safeAccount, status, answer)
	})
}

func BenchmarkScan(b *testing.B) {
	doc := textMessage("oAliceAliceAliceAliceAliceAl", "依托咪酯是什么", "23456789012345678")
	b.Run("own", func(b *testing.B) {
		for b.Loop() {
			if _, err := scan(legal(doc)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/xml", func(b *testing.B) {
		for b.Loop() {
			if _, err := standard(doc); err != nil {
				b.Fatal(err)
			}
		}
	})
}
