package office

import (
	"context"
	"errors"
	"time"
)

// ErrNoAccount says that there is no account with that name.
var ErrNoAccount = errors.New("no such account")

// Role of an office account.
type Role string

// District reads its whole county, Township its own township, Viewer reads its
// place's tallies alone.
const (
	RoleDistrict Role = "district"
	RoleTownship Role = "township"
	RoleViewer   Role = "viewer"
)

// Account of a person at an office.
type Account struct {
	Name    string
	Role    Role
	Place   string // code; "" is everywhere
	Hash    string // argon2id, in PHC string format
	Created time.Time
}

// Accounts keeps office accounts.
type Accounts interface {
	Account(ctx context.Context, name string) (Account, error) // ErrNoAccount
	Accounts(ctx context.Context) ([]Account, error)           // by name
	PutAccount(ctx context.Context, a Account) error           // adds or replaces
	RemoveAccount(ctx context.Context, name string) error      // ErrNoAccount
}
