package respondent

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func testKeys(t testing.TB, secret string) *Keys {
	t.Helper()
	keys, err := NewKeys([]byte(strings.Repeat(secret, MinSecret/len(secret))))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestShortSecret(t *testing.T) {
	for _, n := range []int{0, 1, MinSecret - 1} {
		if _, err := NewKeys(make([]byte, n)); !errors.Is(err, ErrShortSecret) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// Values that are printed on paper and stored: another release must find them
// the same.
func TestStable(t *testing.T) {
	k := testKeys(t, "s")
	surveyKey := []byte(strings.Repeat("k", 32))
	// Computed by hand from RFC 5869 and RFC 2104 in another language.
	for want, got := range map[string]string{
		"b294cb083472de80a5b9d8838ef66f28940072a2ba1aa1c9a95430a8eb980d73": fmt.Sprintf("%x", k.MAC("ticket", []byte("x"))),
		"ce2f69bd07a6d9dfe85a72a1913c96f2":                                 fmt.Sprintf("%x", k.Pseudonym(surveyKey, "wechat", "openid")),
		"ePE3pCDL0fALaycn8HjqvdQ":                                          k.Sign("page", []byte("x")),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	again := testKeys(t, "s")
	if k.MAC("p", []byte("x")) != again.MAC("p", []byte("x")) || k.Pseudonym(surveyKey, "a", "b") != again.Pseudonym(surveyKey, "a", "b") ||
		k.Sign("p", []byte("x")) != again.Sign("p", []byte("x")) || k.Seal("p", []byte("x")) != again.Seal("p", []byte("x")) {
		t.Error("the same secret gives other keys")
	}
}

// Whatever differs in secret, purpose, survey, tier, id or the bounds of parts
// gives another value.
func TestApart(t *testing.T) {
	k, other := testKeys(t, "s"), testKeys(t, "t")
	a, b := []byte(strings.Repeat("a", 32)), []byte(strings.Repeat("b", 32))
	seen := map[string]string{}
	add := func(name string, value []byte) {
		t.Helper()
		if before, ok := seen[string(value)]; ok {
			t.Errorf("%s is the same as %s", name, before)
		}
		seen[string(value)] = name
	}
	for name, p := range map[string]Pseudonym{
		"one":            k.Pseudonym(a, "wechat", "id"),
		"another secret": other.Pseudonym(a, "wechat", "id"),
		"another survey": k.Pseudonym(b, "wechat", "id"),
		"another tier":   k.Pseudonym(a, "device", "id"),
		"another id":     k.Pseudonym(a, "wechat", "id2"),
		"moved bound":    k.Pseudonym(a, "wechati", "d"),
	} {
		add("pseudonym: "+name, p[:])
	}
	for name, m := range map[string][32]byte{
		"purpose":     k.MAC("p", []byte("x")),
		"other":       k.MAC("q", []byte("x")),
		"none":        k.MAC("p"),
		"empty":       k.MAC("p", nil),
		"two":         k.MAC("p", []byte("x"), nil),
		"moved":       k.MAC("p", nil, []byte("x")),
		"joined":      k.MAC("px"),
		"sign's":      k.MAC("sign/p", []byte("x")),
		"length like": k.MAC("p", []byte("\x00\x00\x00\x01x")),
	} {
		add("MAC: "+name, m[:])
	}
}

func TestSignVerify(t *testing.T) {
	k := testKeys(t, "s")
	for _, payload := range [][]byte{nil, {0}, []byte("payload"), bytes.Repeat([]byte{0xff}, 300)} {
		token := k.Sign("p", payload)
		if got, ok := k.Verify("p", token); !ok || !bytes.Equal(got, payload) {
			t.Errorf("%q comes back as %q, %v", payload, got, ok)
		}
		expectRefused(t, token, func(s string) bool { _, ok := k.Verify("p", s); return ok })
		if _, ok := k.Verify("q", token); ok {
			t.Error("a token of one purpose passes for another")
		}
		if _, ok := testKeys(t, "t").Verify("p", token); ok {
			t.Error("another secret's token passes")
		}
	}
}

func TestSealOpen(t *testing.T) {
	k := testKeys(t, "s")
	for _, payload := range [][]byte{nil, {0}, []byte("a person's openid"), bytes.Repeat([]byte{0xff}, 300)} {
		token := k.Seal("p", payload)
		if got, ok := k.Open("p", token); !ok || !bytes.Equal(got, payload) {
			t.Errorf("%q comes back as %q, %v", payload, got, ok)
		}
		if raw, _ := base64.RawURLEncoding.DecodeString(token); len(payload) > 3 && bytes.Contains(raw, payload[:4]) {
			t.Error("a sealed payload is readable")
		}
		expectRefused(t, token, func(s string) bool { _, ok := k.Open("p", s); return ok })
		if _, ok := k.Open("q", token); ok {
			t.Error("a token of one purpose passes for another")
		}
		if _, ok := testKeys(t, "t").Open("p", token); ok {
			t.Error("another secret's token passes")
		}
	}
	if k.Seal("p", []byte("x")) == k.Seal("p", []byte("y")) || k.Seal("p", []byte("x")) == k.Seal("q", []byte("x")) {
		t.Error("two payloads or purposes share a token")
	}
	if _, ok := k.Open("p", k.Sign("p", []byte("payload"))); ok {
		t.Error("a signed token opens")
	}
	if _, ok := k.Verify("p", k.Seal("p", []byte("payload"))); ok {
		t.Error("a sealed token verifies")
	}
}

// expectRefused changes, drops and adds one character everywhere.
func expectRefused(t *testing.T, token string, passes func(string) bool) {
	t.Helper()
	const alphabet = "ABCXYZabcxyz019-_=+/ \n\r."
	for i := 0; i <= len(token); i++ {
		for _, r := range alphabet {
			if added := token[:i] + string(r) + token[i:]; passes(added) {
				t.Fatalf("%q added at %d passes", r, i)
			}
			if i < len(token) && byte(r) != token[i] && passes(token[:i]+string(r)+token[i+1:]) {
				t.Fatalf("%q at %d passes", r, i)
			}
		}
		if i < len(token) && (passes(token[:i]) || passes(token[:i]+token[i+1:])) {
			t.Fatalf("cut at %d passes", i)
		}
	}
}

func FuzzTokens(f *testing.F) {
	k := testKeys(f, "s")
	f.Add("")
	f.Add(k.Sign("p", []byte("payload")))
	f.Add(k.Seal("p", []byte("payload")))
	f.Fuzz(func(t *testing.T, token string) {
		if payload, ok := k.Verify("p", token); ok && k.Sign("p", payload) != token {
			t.Fatalf("%q has another spelling", token)
		}
		if payload, ok := k.Open("p", token); ok && k.Seal("p", payload) != token {
			t.Fatalf("%q has another spelling", token)
		}
	})
}
