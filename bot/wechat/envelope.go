package wechat

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// envelope opens and seals the messages of safe mode: AES-256-CBC with the first
// half of the key as IV, over 16 random bytes, the length of the message in 4
// bytes big-endian, the message and the app id, padded as in PKCS#7 to 32.
type envelope struct {
	appID string
	key   []byte
}

// newEnvelope takes the EncodingAESKey: 43 characters that are base64 but for
// the "=". The last may hold stray bits.
func newEnvelope(appID, aesKey string) (*envelope, error) {
	if appID == "" {
		return nil, errors.New("安全模式需要 AppID")
	}
	key, err := base64.StdEncoding.DecodeString(aesKey + "=")
	if err != nil || len(key) != 32 || len(aesKey) != 43 {
		return nil, errors.New("EncodingAESKey 不对：应当是公众号后台的 43 个字母和数字")
	}
	return &envelope{appID, key}, nil
}

// open gives the message inside, or errEnvelope.
func (e *envelope) open(text string) ([]byte, error) {
	sealed, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return nil, errEnvelope
	}
	random, message, appID, err := util.AESDecryptMsg(sealed, e.key)
	if err != nil || string(appID) != e.appID {
		return nil, errEnvelope
	}
	// Of the padding only the last byte was looked at. Sealing the parts again
	// gives the same bytes exactly if every byte of it was right.
	if !bytes.Equal(util.AESEncryptMsg(random, message, e.appID, e.key), sealed) {
		return nil, errEnvelope
	}
	return message, nil
}

// seal gives the XML that carries a reply in safe mode.
func (e *envelope) seal(token string, now time.Time, reply []byte) []byte {
	var random [16]byte
	rand.Read(random[:])
	sealed := util.AESEncryptMsg(random[:], reply, e.appID, e.key)
	stamp, nonce := strconv.FormatInt(now.Unix(), 10), rand.Text()
	b := make([]byte, 0, base64.StdEncoding.EncodedLen(len(sealed))+256)
	b = append(b, "<xml><Encrypt><![CDATA["...)
	start := len(b)
	b = base64.StdEncoding.AppendEncode(b, sealed)
	signed := signature([]byte(token), []byte(stamp), []byte(nonce), b[start:])
	b = append(b, "]]></Encrypt><MsgSignature><![CDATA["...)
	b = append(b, signed...)
	b = append(b, "]]></MsgSignature><TimeStamp>"...)
	b = append(b, stamp...)
	b = append(b, "</TimeStamp><Nonce><![CDATA["...)
	b = append(b, nonce...)
	return append(b, "]]></Nonce></xml>"...)
}
