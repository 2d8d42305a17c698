package storetest

import (
	"testing"
	"time"
)

func testClaim(t *testing.T, f *fixture) {
	link, other := [16]byte{1}, [16]byte{2}
	anna, bert := [16]byte{0xa}, [16]byte{0xb}
	expect := func(what string, claim, owner, want [16]byte, until time.Time) {
		t.Helper()
		got, err := f.Claim(f.ctx, claim, owner, until)
		f.must(err)
		if got != want {
			t.Errorf("%s: owner %x, want %x", what, got[0], want[0])
		}
	}
	until := start.Add(time.Minute)
	expect("first", link, anna, anna, until)
	expect("second", link, bert, anna, until)
	expect("the first again", link, anna, anna, until.Add(time.Hour))
	expect("another claim", other, bert, bert, until.Add(time.Hour))

	f.clock.move(59 * time.Second)
	expect("before its end", link, bert, anna, until.Add(time.Hour))
	f.clock.move(2 * time.Second)
	expect("after its end", link, bert, bert, until.Add(time.Hour))
	expect("the first, too late", link, anna, bert, until.Add(time.Hour))
	expect("another claim later", other, anna, bert, until.Add(time.Hour))
}

func testClaimAtOnce(t *testing.T, f *fixture) {
	const n = 50
	owners := make([][16]byte, n)
	together(n, func(i int) {
		var err error
		owners[i], err = f.Claim(f.ctx, [16]byte{1}, [16]byte{15: byte(i + 1)}, start.Add(time.Hour))
		if err != nil {
			t.Error(err)
		}
	})
	for _, o := range owners {
		if o != owners[0] || o[15] == 0 {
			t.Fatalf("owners %x and %x", o, owners[0])
		}
	}
}
