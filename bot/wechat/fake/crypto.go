package fake

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

// sign is SHA-1 over the sorted parts, in hex.
func sign(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// newCipher of an EncodingAESKey: AES-256, whose first half is also the IV.
func newCipher(aesKey string) (key []byte, err error) {
	key, err = base64.StdEncoding.DecodeString(aesKey + "=")
	if err != nil || len(key) != 32 {
		return nil, errors.New("an EncodingAESKey has 43 characters of base64")
	}
	return key, nil
}

// blocks is the size that messages are padded to, which is not that of AES.
const blocks = 32

// seal gives base64 of AES-256-CBC over 16 random bytes, the length of the
// message in 4 bytes big-endian, the message and the app id, padded as in PKCS#7.
func (s *Server) seal(message []byte) (string, error) {
	key, err := newCipher(s.AESKey)
	if err != nil {
		return "", err
	}
	plain := make([]byte, 16, 64+len(message)+len(s.AppID))
	rand.Read(plain)
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(message)))
	plain = append(append(plain, message...), s.AppID...)
	n := blocks - len(plain)%blocks
	plain = append(plain, bytes.Repeat([]byte{byte(n)}, n)...)
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain), nil
}

// unseal gives the message, and checks everything.
func (s *Server) unseal(sealed string) ([]byte, error) {
	key, err := newCipher(s.AESKey)
	if err != nil {
		return nil, err
	}
	plain, err := base64.StdEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return nil, err
	}
	if len(plain) == 0 || len(plain)%blocks != 0 {
		return nil, errors.New("length of the ciphertext")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(plain, plain)
	n := int(plain[len(plain)-1])
	if n < 1 || n > blocks || !bytes.Equal(plain[len(plain)-n:], bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, errors.New("padding")
	}
	plain = plain[:len(plain)-n]
	if len(plain) < 20 {
		return nil, errors.New("too short")
	}
	size := binary.BigEndian.Uint32(plain[16:20])
	plain = plain[20:]
	if uint64(size) > uint64(len(plain)) || string(plain[size:]) != s.AppID {
		return nil, errors.New("length field or app id")
	}
	return plain[:size], nil
}
