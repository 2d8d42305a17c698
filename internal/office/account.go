package office

import (
	"context"
	"errors"
	"strings"
	"time"

	"jindu/content"
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

// Accounts finds office accounts; it is all that the console needs.
type Accounts interface {
	Account(ctx context.Context, name string) (Account, error) // ErrNoAccount
}

// AccountStore keeps office accounts.
type AccountStore interface {
	Account(ctx context.Context, name string) (Account, error) // ErrNoAccount
	Accounts(ctx context.Context) ([]Account, error)           // by name
	PutAccount(ctx context.Context, a Account) error           // adds or replaces
	RemoveAccount(ctx context.Context, name string) error      // ErrNoAccount
}

// scope gives the code of the place whose figures of the questionnaire the
// account may read, "" for all of them, and whether it may read any.
func (a Account) scope(q *content.Questionnaire) (place string, ok bool) {
	switch a.Role {
	case RoleDistrict, RoleViewer:
		if a.Place == "" || a.Place == q.Place.Code {
			return "", true
		}
	case RoleTownship:
	default:
		return "", false
	}
	// Below a county: a township or a village, and nothing beside it.
	if len(a.Place) < 9 || !strings.HasPrefix(a.Place, q.Place.Code) {
		return "", false
	}
	return a.Place, true
}
