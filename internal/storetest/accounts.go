package storetest

import (
	"errors"
	"testing"
	"time"

	"jindu/internal/office"
)

func (f *fixture) expectAccounts(want ...office.Account) {
	f.Helper()
	all, err := f.Accounts(f.ctx)
	f.must(err)
	if len(all) != len(want) {
		f.Fatalf("%d accounts, want %d", len(all), len(want))
	}
	for i, w := range want {
		one, err := f.Account(f.ctx, w.Name)
		f.must(err)
		for _, got := range []office.Account{all[i], one} {
			if !got.Created.Equal(w.Created.Truncate(time.Second)) {
				f.Errorf("%s created %v, want %v", w.Name, got.Created, w.Created)
			}
			got.Created, w.Created = time.Time{}, time.Time{}
			if got != w {
				f.Errorf("account %+v, want %+v", got, w)
			}
			w.Created = want[i].Created
		}
	}
}

func testAccounts(t *testing.T, f *fixture) {
	f.expectAccounts()
	if _, err := f.Account(f.ctx, "anna"); !errors.Is(err, office.ErrNoAccount) {
		t.Errorf("no account: %v", err)
	}
	if err := f.RemoveAccount(f.ctx, "anna"); !errors.Is(err, office.ErrNoAccount) {
		t.Errorf("remove no account: %v", err)
	}
	anna := office.Account{Name: "anna", Role: office.RoleDistrict, Place: "460107", Hash: "$argon2id$v=19$a", Created: start}
	bert := office.Account{Name: "bert", Role: office.RoleViewer, Hash: "$argon2id$v=19$b", Created: start}
	ling := office.Account{Name: "龙塘'镇\"", Role: office.RoleTownship, Place: town1, Hash: "h", Created: start.Add(time.Hour)}
	for _, a := range []office.Account{ling, bert, anna} {
		f.must(f.PutAccount(f.ctx, a))
	}
	f.expectAccounts(anna, bert, ling)
	if _, err := f.Account(f.ctx, "Anna"); !errors.Is(err, office.ErrNoAccount) {
		t.Errorf("names differ by case: %v", err)
	}
	bert.Role, bert.Place, bert.Hash = office.RoleTownship, town2, "another"
	f.must(f.PutAccount(f.ctx, bert))
	f.expectAccounts(anna, bert, ling)
	f.must(f.RemoveAccount(f.ctx, "anna"))
	f.expectAccounts(bert, ling)
}
