package office

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// MinPassword is the least length of a password, in characters.
const MinPassword = 10

// ErrShortPassword says that a password has fewer than MinPassword characters.
var ErrShortPassword = errors.New("password is shorter than 10 characters")

// cost of argon2id: OWASP's password storage cheat sheet, 19 MiB and 2 passes.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

var today = cost{memory: 19 << 10, passes: 2, threads: 1}

// dearest is the most that a stored hash may ask for: whoever writes to the
// store must not be able to use up the server's memory.
var dearest = cost{memory: 128 << 10, passes: 10, threads: 8}

const (
	saltSize = 16
	hashSize = 32
)

// HashPassword gives the password's argon2id hash in PHC string format:
// $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH (RFC 9106; base64 without padding).
func HashPassword(password string) (string, error) {
	if utf8.RuneCountInString(password) < MinPassword {
		return "", ErrShortPassword
	}
	var salt [saltSize]byte
	rand.Read(salt[:]) // never fails since Go 1.24
	return phc(password, salt[:]), nil
}

func phc(password string, salt []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	sum := argon2.IDKey([]byte(password), salt, today.passes, today.memory, today.threads, hashSize)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, today.memory, today.passes, today.threads, b64(salt), b64(sum))
}

// checkPassword says whether the password is the hash's; a hash that cannot be
// read is nobody's.
func checkPassword(hash, password string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	var c cost
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); n != 3 || err != nil {
		return false
	}
	if c.passes < 1 || c.threads < 1 || c.memory > dearest.memory || c.passes > dearest.passes || c.threads > dearest.threads {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) < 16 || len(want) > 64 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

// letters are those that nobody mistakes when reading them aloud or off a
// screen; there are 32, so that every byte gives one evenly.
const letters = "abcdefghijkmnpqrstuvwxyz23456789"

// NewPassword makes a one-time password of 80 bits: four groups of four letters.
func NewPassword() string {
	var raw [16]byte
	rand.Read(raw[:])
	var b strings.Builder
	for i, r := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letters[r%32])
	}
	return b.String()
}

// errBusy says that too many passwords are being checked.
var errBusy = errors.New("too many passwords are being checked")

const (
	checksAtOnce  = 2 // 19 MiB and a core each
	checkPatience = 5 * time.Second
)

// checker checks few passwords at once, so that a flood of logins can use up
// neither memory nor the cores that take in answers.
type checker struct {
	slots chan struct{}
	decoy string // hash of a password that nobody has
}

func newChecker() *checker {
	var salt [saltSize]byte
	rand.Read(salt[:])
	return &checker{make(chan struct{}, checksAtOnce), phc(rand.Text(), salt[:])}
}

// check takes the same time whether the account exists (hash is not "") or not.
func (ch *checker) check(ctx context.Context, hash, password string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	select {
	case ch.slots <- struct{}{}:
	case <-ctx.Done():
		return false, errBusy
	}
	defer func() { <-ch.slots }()
	if hash == "" {
		checkPassword(ch.decoy, password)
		return false, nil
	}
	return checkPassword(hash, password), nil
}
