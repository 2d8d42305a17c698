// Package respondent makes the keyed pseudonyms and signed tokens that tell who
// answered without saying who that is.
package respondent

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"strings"
	"sync"
)

// MinSecret is the least length of the server's secret, in bytes.
const MinSecret = 32

// ErrShortSecret says that the secret is too short to derive keys from.
var ErrShortSecret = errors.New("secret is shorter than 32 bytes")

// macSize is the length of the tag on a signed token: 128 bits.
const macSize = 16

// Pseudonym stands for one person in one survey (or in the bot's state). It
// cannot be turned back without the keys, and two surveys' cannot be joined.
type Pseudonym [16]byte

// Keys derives every key of the server from its one secret (HKDF-SHA256,
// RFC 5869), one per purpose, so that no token of one purpose passes for another.
type Keys struct {
	mac  *macer
	seal cipher.AEAD
	siv  *macer
}

// NewKeys takes the secret, at least MinSecret bytes.
func NewKeys(secret []byte) (*Keys, error) {
	if len(secret) < MinSecret {
		return nil, ErrShortSecret
	}
	derive := func(info string) ([]byte, error) {
		return hkdf.Key(sha256.New, secret, nil, "jindu/"+info, 32)
	}
	mac, err := derive("mac")
	if err != nil {
		return nil, err
	}
	siv, err := derive("siv")
	if err != nil {
		return nil, err
	}
	enc, err := derive("seal")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(enc)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &Keys{mac: newMacer(mac), seal: aead, siv: newMacer(siv)}, nil
}

// MAC is HMAC-SHA256 over a purpose and parts, each prefixed by its length, so
// that no two different lists of parts give the same input.
func (k *Keys) MAC(purpose string, parts ...[]byte) [32]byte {
	return k.mac.sum(purpose, parts...)
}

// macer keeps keyed hashes for reuse: keying one costs as much as hashing.
type macer struct{ pool sync.Pool }

func newMacer(key []byte) *macer {
	return &macer{sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

func (m *macer) sum(purpose string, parts ...[]byte) (sum [sha256.Size]byte) {
	h := m.pool.Get().(hash.Hash)
	defer m.pool.Put(h)
	h.Reset()
	var n [4]byte
	write := func(p []byte) {
		binary.BigEndian.PutUint32(n[:], uint32(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	write([]byte(purpose))
	for _, p := range parts {
		write(p)
	}
	h.Sum(sum[:0])
	return sum
}

// Pseudonym of the person with that id and tier, under the random key of one
// survey: without either key it tells nothing.
func (k *Keys) Pseudonym(surveyKey []byte, tier, id string) Pseudonym {
	sum := k.MAC("pseudonym", surveyKey, []byte(tier), []byte(id))
	return Pseudonym(sum[:16])
}

// Sign gives payload and its tag as one URL-safe token. The payload is readable.
func (k *Keys) Sign(purpose string, payload []byte) string {
	sum := k.MAC("sign/"+purpose, payload)
	return base64.RawURLEncoding.EncodeToString(append(append([]byte{}, payload...), sum[:macSize]...))
}

// Verify gives the payload of a token that Sign made for the same purpose.
func (k *Keys) Verify(purpose, token string) ([]byte, bool) {
	raw, ok := decode(token)
	if !ok || len(raw) < macSize {
		return nil, false
	}
	payload, tag := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	sum := k.MAC("sign/"+purpose, payload)
	return payload, hmac.Equal(tag, sum[:macSize])
}

// Seal encrypts payload into a URL-safe token. The nonce is a MAC of the
// payload (as in SIV, RFC 5297), so the same payload gives the same token: a
// reply that is computed again is the same reply.
func (k *Keys) Seal(purpose string, payload []byte) string {
	sum := k.siv.sum(purpose, payload)
	nonce := sum[:k.seal.NonceSize()]
	return base64.RawURLEncoding.EncodeToString(k.seal.Seal(nonce, nonce, payload, []byte(purpose)))
}

// Open gives the payload of a token that Seal made for the same purpose.
func (k *Keys) Open(purpose, token string) ([]byte, bool) {
	raw, ok := decode(token)
	if !ok || len(raw) < k.seal.NonceSize() {
		return nil, false
	}
	n := k.seal.NonceSize()
	payload, err := k.seal.Open(nil, raw[:n], raw[n:], []byte(purpose))
	return payload, err == nil
}

// decode accepts exactly one spelling of each token: Go's decoder skips line
// breaks even in strict mode.
func decode(token string) ([]byte, bool) {
	if strings.ContainsAny(token, "\r\n") {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	return raw, err == nil
}
