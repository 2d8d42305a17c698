package wechat

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestNewRefusesUnsafeSettings(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no token":               func(c *Config) { c.Token = "" },
		"no app id":              func(c *Config) { c.AESKey, c.AppID = testKey, "" },
		"short key":              func(c *Config) { c.AESKey = testKey[1:] },
		"key of another charset": func(c *Config) { c.AESKey = "*" + testKey[1:] },
		"no concurrency":         func(c *Config) { c.Inflight = 0 },
		"negative rate":          func(c *Config) { c.RateFollower = -1 },
	} {
		cfg := testConfig(t, plainAccount, echo)
		change(&cfg)
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestServerCheck(t *testing.T) {
	for _, a := range []account{plainAccount, safeAccount} {
		h := testEngine(t, testConfig(t, a, echo))
		get := func(token string, at time.Time) (int, string) {
			stamp := strconv.FormatInt(at.Unix(), 10)
			q := url.Values{"signature": {sign(token, stamp, "n")}, "timestamp": {stamp}, "nonce": {"n"}, "echostr": {"5299<b>%d"}}
			return send(h, httptest.NewRequest(http.MethodGet, "/wechat?"+q.Encode(), nil))
		}
		if status, body := get(testToken, time.Now()); status != 200 || body != "5299<b>%d" {
			t.Errorf("%d %q", status, body)
		}
		for _, token := range []string{"other", ""} {
			if status, body := get(token, time.Now()); status != 403 || body != "" {
				t.Errorf("token %q: %d %q", token, status, body)
			}
		}
		if status, _ := get(testToken, time.Now().Add(-6*time.Minute)); status != 403 {
			t.Errorf("stale: %d", status)
		}
	}
}

func TestRefusals(t *testing.T) {
	now := time.Now()
	good := textMessage("oAlice", "你好", "1")
	// Sealed long ago, with a nonce that reads as a time of today: timestamp and nonce
	// can change places.
	stamp := fmt.Sprint("<CreateTime>", now.Unix(), "</CreateTime>")
	old := strings.Replace(good, stamp, fmt.Sprint("<CreateTime>", now.Add(-24*time.Hour).Unix(), "</CreateTime>"), 1)
	timeless := strings.Replace(good, stamp, "", 1)
	if old == good || timeless == good {
		t.Fatal("no time in the message")
	}
	other := safeAccount
	other.appID = "wxffffffffffffffff"
	otherKey := safeAccount
	otherKey.aesKey = strings.ToUpper(testKey[:20]) + testKey[20:]
	sealed := safeAccount.encrypt(pad(safeAccount.frame(good)))
	badPadding := pad(safeAccount.frame(good + "    "))
	badPadding[len(badPadding)-2]++
	longFrame := safeAccount.frame(good)
	longFrame[16] = 0xff
	wrongFrame := safeAccount.frame(good)
	wrongFrame[19]++
	tampered := safeAccount.postRaw(now, sealed, "")
	q := tampered.URL.Query()
	q.Set("msg_signature", sign(testToken, q.Get("timestamp"), q.Get("nonce"), sealed[1:]))
	tampered.URL.RawQuery = q.Encode()
	unsigned := safeAccount.postRaw(now, sealed, "")
	q.Del("msg_signature")
	unsigned.URL.RawQuery = q.Encode()
	// A plain body under the query of safe mode, signed for an empty Encrypt.
	disguised := safeAccount.postRaw(now, "", "")
	disguised.Body = http.NoBody
	disguised = withBody(disguised, good)
	downgraded := plainAccount.post(now, good)

	for name, c := range map[string]struct {
		account account
		request *http.Request
		want    int
	}{
		"plain":                      {plainAccount, plainAccount.post(now, good), 200},
		"plain, four minutes old":    {plainAccount, plainAccount.post(now.Add(-4*time.Minute), good), 200},
		"plain, six minutes old":     {plainAccount, plainAccount.post(now.Add(-6*time.Minute), good), 403},
		"plain, six minutes ahead":   {plainAccount, plainAccount.post(now.Add(6*time.Minute), good), 403},
		"plain, another token":       {plainAccount, account{token: "other"}.post(now, good), 403},
		"plain, empty token":         {plainAccount, account{}.post(now, good), 403},
		"plain, no query":            {plainAccount, httptest.NewRequest(http.MethodPost, "/wechat", strings.NewReader(good)), 403},
		"plain, 65 KiB":              {plainAccount, plainAccount.post(now, strings.Repeat("x", 65<<10)), 413},
		"plain, 65 KiB in chunks":    {plainAccount, chunked(plainAccount.post(now, strings.Repeat("x", 65<<10))), 413},
		"plain, no XML":              {plainAccount, plainAccount.post(now, "hello"), 403},
		"plain, JSON":                {plainAccount, plainAccount.post(now, `{"MsgType":"text"}`), 403},
		"plain, empty":               {plainAccount, plainAccount.post(now, ""), 403},
		"plain, no sender":           {plainAccount, plainAccount.post(now, textMessage("", "x", "1")), 403},
		"plain, markup as sender":    {plainAccount, plainAccount.post(now, textMessage("o<b>", "x", "1")), 403},
		"plain, long sender":         {plainAccount, plainAccount.post(now, textMessage(strings.Repeat("o", 65), "x", "1")), 403},
		"plain, entity declaration":  {plainAccount, plainAccount.post(now, `<!DOCTYPE xml [<!ENTITY a "b">]>`+good), 403},
		"plain, sealed message":      {plainAccount, safeAccount.post(now, good), 403},
		"safe":                       {safeAccount, safeAccount.post(now, good), 200},
		"safe, plain message":        {safeAccount, downgraded, 403},
		"safe, disguised":            {safeAccount, disguised, 403},
		"safe, six minutes old":      {safeAccount, safeAccount.post(now.Add(-6*time.Minute), good), 403},
		"safe, old message":          {safeAccount, safeAccount.post(now, old), 403},
		"safe, message without time": {safeAccount, safeAccount.post(now, timeless), 403},
		"plain, old message":         {plainAccount, plainAccount.post(now, old), 200},
		"safe, 65 KiB":               {safeAccount, safeAccount.post(now, strings.Repeat("x", 65<<10)), 413},
		"safe, wrong signature":      {safeAccount, tampered, 403},
		"safe, no signature":         {safeAccount, unsigned, 403},
		"safe, another app":          {safeAccount, other.post(now, good), 403},
		"safe, another key":          {safeAccount, otherKey.post(now, good), 403},
		"safe, padding":              {safeAccount, safeAccount.postRaw(now, safeAccount.encrypt(badPadding), ""), 403},
		"safe, length too large":     {safeAccount, safeAccount.postRaw(now, safeAccount.encrypt(pad(longFrame)), ""), 403},
		"safe, length off by one":    {safeAccount, safeAccount.postRaw(now, safeAccount.encrypt(pad(wrongFrame)), ""), 403},
		"safe, not base64":           {safeAccount, safeAccount.postRaw(now, "*"+sealed[1:], ""), 403},
		"safe, base64 in two lines":  {safeAccount, safeAccount.postRaw(now, sealed[:8]+"\n"+sealed[8:], ""), 403},
		"safe, half a block":         {safeAccount, safeAccount.postRaw(now, base64.StdEncoding.EncodeToString(make([]byte, 48)), ""), 403},
		"safe, nothing":              {safeAccount, safeAccount.postRaw(now, "", ""), 403},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := send(testEngine(t, testConfig(t, c.account, echo)), c.request)
			if status != c.want {
				t.Errorf("status %d, not %d", status, c.want)
			}
			if status != 200 && body != "" {
				t.Errorf("told the sender %q", body)
			}
		})
	}
}

func withBody(r *http.Request, body string) *http.Request {
	return httptest.NewRequest(r.Method, r.URL.String(), strings.NewReader(body))
}

// chunked hides the length of a body.
func chunked(r *http.Request) *http.Request {
	r.ContentLength = -1
	return r
}

// Every length of padding, with each of its bytes changed.
func TestEveryPaddingByte(t *testing.T) {
	e, err := newEnvelope(testAppID, testKey)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 32 {
		frame := safeAccount.frame(strings.Repeat("x", n))
		good := pad(frame)
		if _, err := e.open(safeAccount.encrypt(good)); err != nil {
			t.Fatalf("length %d: %v", n, err)
		}
		for i := len(frame); i < len(good); i++ {
			bad := bytes.Clone(good)
			bad[i] ^= 1
			if _, err := e.open(safeAccount.encrypt(bad)); err == nil {
				t.Errorf("length %d: padding byte %d of %d may be anything", n, i-len(frame), len(good)-len(frame))
			}
		}
	}
}

// The clock is what an operator looks for last, so the log names it; and nobody
// fills the log by knocking.
func TestRefusalsInTheLog(t *testing.T) {
	var out bytes.Buffer
	cfg := testConfig(t, plainAccount, echo)
	cfg.Log = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := testEngine(t, cfg)
	for range 50 {
		send(h, account{token: "other"}.post(time.Now(), textMessage("oSecret", "words", "1")))
		send(h, plainAccount.post(time.Now().Add(-time.Hour), textMessage("oSecret", "words", "1")))
	}
	log := out.String()
	if strings.Count(log, "\n") != 2 || strings.Count(log, "clock") != 1 {
		t.Errorf("log:\n%s", log)
	}
	if strings.Contains(log, "oSecret") || strings.Contains(log, "words") || strings.Contains(log, testToken) {
		t.Errorf("personal or secret:\n%s", log)
	}
}

// untouched fails the test when it is read.
type untouched struct{ testing.TB }

func (u untouched) Read([]byte) (int, error) {
	u.Error("the body of a stranger was read")
	return 0, io.EOF
}

// A flood of what WeChat did not sign costs no memory: no body is read.
func TestStrangersBodyIsNotRead(t *testing.T) {
	for _, a := range []account{plainAccount, safeAccount} {
		h := testEngine(t, testConfig(t, a, echo))
		for _, address := range []string{"/wechat", "/wechat?signature=x&timestamp=1&nonce=2", "/wechat?encrypt_type=aes&msg_signature=x&timestamp=1"} {
			if status, _ := send(h, httptest.NewRequest(http.MethodPost, address, untouched{t})); status != http.StatusForbidden {
				t.Errorf("%s: %d", address, status)
			}
		}
	}
}
