package sim

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// What WeChat does with a message: it hangs up after 5 s without an answer, and
// tries three times.
const (
	patience = 5 * time.Second
	attempts = 3
	account  = "gh_simulator"
)

// platform plays WeChat's server.
type platform struct{ Config }

// Why a message got no reply, as the window says it.
var (
	errNoReply = errors.New("（公众号没有回复）")
	errNoLuck  = errors.New("该公众号暂时无法提供服务，请稍后再试")
)

// answer is what a reply's XML holds: a text, or one article.
type answer struct {
	MsgType, Content string
	Article          *article `xml:"Articles>item"`
	size             int      // in bytes, of what is shown
}

type article struct{ Title, Description, PicUrl, Url string }

// deliver sends a message of the follower and gives the reply, or a problem to show.
func (p *platform) deliver(ctx context.Context, from string, at time.Time, fields []field) (a answer, err error) {
	message, err := document(from, at, fields)
	if err != nil {
		return a, err
	}
	for range attempts {
		w, ok, err := p.post(ctx, message)
		switch {
		case err != nil:
			return a, err
		case ok && w.code != http.StatusOK:
			return a, fmt.Errorf("回调返回 %d", w.code)
		case ok && w.body.String() == "success":
			return a, errNoReply
		case ok:
			return p.open(w.body.Bytes())
		case ctx.Err() != nil:
			return a, ctx.Err()
		}
	}
	return a, errNoLuck
}

// document is the message in XML.
func document(from string, at time.Time, fields []field) ([]byte, error) {
	id, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, err
	}
	all := append([]field{{"ToUserName", account}, {"FromUserName", from}, {"CreateTime", strconv.FormatInt(at.Unix(), 10)}}, fields...)
	if fields[0].value != "event" {
		all = append(all, field{"MsgId", id.String()})
	}
	return compose(all), nil
}

// compose writes fields as WeChat does, in CDATA.
func compose(fields []field) []byte {
	var b bytes.Buffer
	b.WriteString("<xml>")
	for _, f := range fields {
		fmt.Fprintf(&b, "<%s><![CDATA[%s]]></%s>\n", f.name, strings.ReplaceAll(f.value, "]]>", "]]]]><![CDATA[>"), f.name)
	}
	b.WriteString("</xml>")
	return b.Bytes()
}

// post makes one attempt; ok is false when it got no answer in time.
func (p *platform) post(ctx context.Context, message []byte) (w *recorder, ok bool, err error) {
	stamp, nonce := strconv.FormatInt(p.Now().Unix(), 10), rand.Text()
	q := url.Values{"timestamp": {stamp}, "nonce": {nonce}, "signature": {util.Signature(p.Token, stamp, nonce)}}
	if p.AESKey != "" {
		var random [16]byte
		rand.Read(random[:])
		sealed, err := util.EncryptMsg(random[:], message, p.AppID, p.AESKey)
		if err != nil {
			return nil, false, err
		}
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", util.Signature(p.Token, stamp, nonce, string(sealed)))
		message = compose([]field{{"ToUserName", account}, {"Encrypt", string(sealed)}})
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/wechat?"+q.Encode(), bytes.NewReader(message))
	if err != nil {
		return nil, false, err
	}
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:0"
	r.Header.Set("Content-Type", "text/xml")
	w = &recorder{header: http.Header{}, code: http.StatusOK}
	defer func() {
		if r := recover(); r != nil {
			if r != http.ErrAbortHandler {
				panic(r)
			}
			ok = false // it hung up
		}
	}()
	p.Handler.ServeHTTP(w, r)
	return w, ctx.Err() == nil, nil
}

// open reads a reply's XML.
func (p *platform) open(body []byte) (a answer, err error) {
	if p.AESKey != "" {
		var outer struct{ Encrypt, MsgSignature, TimeStamp, Nonce string }
		if err := xml.Unmarshal(body, &outer); err != nil {
			return a, err
		}
		if outer.MsgSignature != util.Signature(p.Token, outer.TimeStamp, outer.Nonce, outer.Encrypt) {
			return a, errors.New("回复的签名不对")
		}
		_, inner, err := util.DecryptMsg(p.AppID, outer.Encrypt, p.AESKey)
		if err != nil {
			return a, err
		}
		body = inner
	}
	if err := xml.Unmarshal(body, &a); err != nil {
		return a, err
	}
	switch {
	case a.MsgType == "text":
		a.size = len(a.Content)
	case a.MsgType == "news" && a.Article != nil:
		a.size = len(a.Article.Title + a.Article.Description)
	default:
		return a, fmt.Errorf("这里还不能显示 %s 类型的回复", a.MsgType)
	}
	return a, nil
}

// recorder keeps a response.
type recorder struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(code int)        { r.code = code }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
