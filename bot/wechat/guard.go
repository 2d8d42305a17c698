package wechat

import (
	"bytes"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
)

// window is how far the timestamp of a request may be from this server's clock.
const window = 5 * time.Minute

// Why a request is refused. The sender is told nothing but the status.
var (
	errSignature = errors.New("wrong signature: not from WeChat, or another token is set there")
	errTimestamp = errors.New("no timestamp")
	errSkew      = errors.New("signed, but outside the time window: this server's clock is wrong, or an old request was sent again")
	errTooLarge  = errors.New("body too large")
	errBody      = errors.New("body not read to its end")
	errPlain     = errors.New("plain message, but an AES key is set: choose 安全模式 in the account's server configuration")
	errSafe      = errors.New("encrypted message, but no AES key is set")
	errOld       = errors.New("encrypted long before it was sent: an old request was sent again")
	errEnvelope  = errors.New("encrypted message that does not open: another AES key or app id is set there")
	errFormat    = errors.New("body is no WeChat XML")

	refusals = []error{errSignature, errTimestamp, errSkew, errTooLarge, errBody, errPlain, errSafe, errOld, errEnvelope, errFormat}
)

// signature of WeChat's callback: SHA-1 over the sorted parts, in hexadecimal.
// The SDK's Signature copies each part, which shows on a sealed reply.
func signature(parts ...[]byte) string {
	slices.SortFunc(parts, bytes.Compare)
	h := sha1.New()
	for _, p := range parts {
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// signed checks the signature over token, timestamp, nonce and what is sealed,
// if it is, and that the timestamp is of now. The signature does not tell which part is
// the timestamp: where the nonce reads as a time to come, a request can be sent again
// then. Nonces are random, so none can be refused for that; see readSafe.
func (w *Webhook) signed(q url.Values, got, sealed string) error {
	stamp := q.Get("timestamp")
	parts := [][]byte{[]byte(w.Token), []byte(stamp), []byte(q.Get("nonce")), []byte(sealed)}
	if subtle.ConstantTimeCompare([]byte(signature(parts...)), []byte(got)) != 1 {
		return errSignature
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errTimestamp
	}
	if off := w.Now().Sub(time.Unix(seconds, 0)); off > window || off < -window {
		return errSkew
	}
	return nil
}

// read gives the message of a request that WeChat sent in the mode that is
// configured; the request has no say in it. The address is signed in either mode,
// so that a stranger's body is never read.
func (w *Webhook) read(c *gin.Context) (callback, error) {
	q := c.Request.URL.Query()
	if err := w.signed(q, q.Get("signature"), ""); err != nil {
		return callback{}, err
	}
	if w.envelope != nil {
		return w.readSafe(c, q)
	}
	if q.Has("encrypt_type") && q.Get("encrypt_type") != "raw" {
		return callback{}, errSafe
	}
	body, err := readBody(c)
	if err != nil {
		return callback{}, err
	}
	return readCallback(body)
}

// readSafe reads an encrypted message. Its own signature covers what the plain
// one does, and the message, whose time nobody else can change.
func (w *Webhook) readSafe(c *gin.Context, q url.Values) (callback, error) {
	if q.Get("encrypt_type") != "aes" {
		return callback{}, errPlain
	}
	body, err := readBody(c)
	if err != nil {
		return callback{}, err
	}
	outer, err := scan(legal(body))
	if err != nil {
		return callback{}, err
	}
	if err := w.signed(q, q.Get("msg_signature"), outer[fieldEncrypt]); err != nil {
		return callback{}, err
	}
	inner, err := w.envelope.open(outer[fieldEncrypt])
	if err != nil {
		return callback{}, err
	}
	in, err := readCallback(string(inner))
	if err != nil {
		return callback{}, err
	}
	if _, ok := w.sentAt(in); !ok {
		return callback{}, errOld
	}
	return in, nil
}

func (w *Webhook) refuse(c *gin.Context, err error) {
	w.refusals[err].Do(func() { w.Log.Warn("callback refused", "reason", err) })
	status := http.StatusForbidden
	if err == errTooLarge {
		status = http.StatusRequestEntityTooLarge
	}
	c.AbortWithStatus(status)
}
