package wechat

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/bot"
	"jindu/internal/respondent"
)

func init() { gin.SetMode(gin.ReleaseMode) }

const (
	testToken = "a-token"
	testAppID = "wx0123456789abcdef"
	testKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

// account is WeChat's side of the protocol, written from its description and
// sharing no code with the webhook. aesKey "" is plain mode.
type account struct{ token, appID, aesKey string }

var (
	plainAccount = account{token: testToken, appID: testAppID}
	safeAccount  = account{token: testToken, appID: testAppID, aesKey: testKey}
)

func sign(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func (a account) block() (cipher.Block, []byte) {
	key, err := base64.StdEncoding.DecodeString(a.aesKey + "=")
	if err != nil {
		panic(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	return block, key[:16]
}

// pad as in PKCS#7 to 32 bytes.
func pad(b []byte) []byte {
	n := 32 - len(b)%32
	return append(b, bytes.Repeat([]byte{byte(n)}, n)...)
}

func (a account) frame(message string) []byte {
	b := append([]byte("0123456789abcdef"), binary.BigEndian.AppendUint32(nil, uint32(len(message)))...)
	return append(append(b, message...), a.appID...)
}

func (a account) encrypt(padded []byte) string {
	block, iv := a.block()
	out := make([]byte, len(padded))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, padded)
	return base64.StdEncoding.EncodeToString(out)
}

func (a account) decrypt(sealed string) (string, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return "", err
	}
	if len(raw) == 0 || len(raw)%32 != 0 {
		return "", errors.New("length")
	}
	block, iv := a.block()
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(raw, raw)
	n := int(raw[len(raw)-1])
	if n < 1 || n > 32 || !bytes.Equal(raw[len(raw)-n:], bytes.Repeat([]byte{byte(n)}, n)) {
		return "", errors.New("padding")
	}
	raw = raw[16 : len(raw)-n]
	size := int(binary.BigEndian.Uint32(raw))
	if string(raw[4+size:]) != a.appID {
		return "", errors.New("app id")
	}
	return string(raw[4 : 4+size]), nil
}

// post is the request that carries a message.
func (a account) post(now time.Time, message string) *http.Request {
	if a.aesKey == "" {
		return a.postRaw(now, "", message)
	}
	return a.postRaw(now, a.encrypt(pad(a.frame(message))), "")
}

// postRaw signs sealed or, when there is none, sends body as it is.
func (a account) postRaw(now time.Time, sealed, body string) *http.Request {
	stamp, nonce := strconv.FormatInt(now.Unix(), 10), "1372623149"
	q := url.Values{"timestamp": {stamp}, "nonce": {nonce}, "signature": {sign(a.token, stamp, nonce)}, "openid": {"oAlice"}}
	if a.aesKey != "" {
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", sign(a.token, stamp, nonce, sealed))
		body = "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>"
	}
	return httptest.NewRequest(http.MethodPost, "/wechat?"+q.Encode(), strings.NewReader(body))
}

// reply is what WeChat reads of a response.
type reply struct {
	ToUserName   string
	FromUserName string
	CreateTime   int64
	MsgType      string
	Content      string
}

func (a account) read(body []byte) (r reply, err error) {
	if a.aesKey != "" {
		var outer struct{ Encrypt, MsgSignature, TimeStamp, Nonce string }
		if err := xml.Unmarshal(body, &outer); err != nil {
			return r, err
		}
		if outer.MsgSignature != sign(a.token, outer.TimeStamp, outer.Nonce, outer.Encrypt) {
			return r, errors.New("signature of the reply")
		}
		inner, err := a.decrypt(outer.Encrypt)
		if err != nil {
			return r, err
		}
		body = []byte(inner)
	}
	return r, xml.Unmarshal(body, &r)
}

func textMessage(from, text, id string) string {
	return fmt.Sprintf("<xml><ToUserName><![CDATA[gh_1]]></ToUserName>\n<FromUserName><![CDATA[%s]]></FromUserName>\n<CreateTime>%d</CreateTime>\n"+
		"<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[%s]]></Content>\n<MsgId>%s</MsgId>\n</xml>", from, time.Now().Unix(), text, id)
}

type answerFunc func(ctx context.Context, m bot.Message) (bot.Reply, error)

func (f answerFunc) Begin(m bot.Message) (bot.Reply, func(context.Context) (bot.Reply, error)) {
	return bot.Reply{}, func(ctx context.Context) (bot.Reply, error) { return f(ctx, m) }
}

func echo(_ context.Context, m bot.Message) (bot.Reply, error) {
	return bot.Reply{Text: m.Text}, nil
}

func testConfig(t testing.TB, a account, answer answerFunc) Config {
	keys, err := respondent.NewKeys(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Token: a.token, AESKey: a.aesKey, AppID: a.appID, Answerer: answer, Keys: keys, Now: time.Now, RateFollower: 120, Inflight: 512,
		Log:  slog.New(slog.DiscardHandler),
		Busy: func() string { return "busy" }, RateLimited: func() string { return "slow down" },
	}
	return cfg
}

func testEngine(t testing.TB, cfg Config) *gin.Engine {
	w, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(context.Background()) })
	engine := gin.New()
	w.Register(engine)
	return engine
}

// send gives status 0 when the webhook hung up.
func send(h http.Handler, r *http.Request) (status int, body string) {
	w := httptest.NewRecorder()
	defer func() {
		if p := recover(); p == http.ErrAbortHandler {
			status, body = 0, ""
		} else if p != nil {
			panic(p)
		}
	}()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// content sends a message and gives the text of the reply.
func (a account) content(t testing.TB, h http.Handler, message string) string {
	t.Helper()
	status, body := send(h, a.post(time.Now(), message))
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if body == success {
		return ""
	}
	r, err := a.read([]byte(body))
	if err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	return r.Content
}
