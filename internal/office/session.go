package office

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/internal/respondent"
)

// sessionLife is a working day.
const sessionLife = 12 * time.Hour

// errNoSession says that nobody is logged in, or no more.
var errNoSession = errors.New("no session")

// session is what the cookie holds: who logged in, until when, and a
// fingerprint of the password hash of then. A changed password or a removed
// account ends it without the server keeping a list.
type session struct {
	id     [16]byte
	until  time.Time
	finger [16]byte
	name   string
}

func newSession(keys *respondent.Keys, a Account, now time.Time) session {
	s := session{until: now.Add(sessionLife), finger: fingerprint(keys, a), name: a.Name}
	rand.Read(s.id[:])
	return s
}

func fingerprint(keys *respondent.Keys, a Account) [16]byte {
	sum := keys.MAC("office account", []byte(a.Name), []byte(a.Hash))
	return [16]byte(sum[:16])
}

// Layout of the signed cookie: id 16, end in seconds 8, fingerprint 16, name.
func (s session) encode(keys *respondent.Keys) string {
	raw := append([]byte{}, s.id[:]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(s.until.Unix()))
	raw = append(raw, s.finger[:]...)
	return keys.Sign("office session", append(raw, s.name...))
}

func decodeSession(keys *respondent.Keys, token string) (session, bool) {
	raw, ok := keys.Verify("office session", token)
	if !ok || len(raw) < 40 {
		return session{}, false
	}
	return session{
		id: [16]byte(raw[:16]), until: time.Unix(int64(binary.BigEndian.Uint64(raw[16:])), 0),
		finger: [16]byte(raw[24:40]), name: string(raw[40:]),
	}, true
}

// cookieName has the prefix that browsers accept from this host over https alone.
func (h *Handler) cookieName() string {
	if h.Secure {
		return "__Host-jindu-office"
	}
	return "jindu-office"
}

func (h *Handler) setCookie(c *gin.Context, value string, maxAge time.Duration) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: h.cookieName(), Value: value, Path: "/", MaxAge: int(maxAge / time.Second),
		HttpOnly: true, Secure: h.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// session reads the request's cookie; whether it still holds is for holder to say.
func (h *Handler) session(r *http.Request) (session, bool) {
	cookie, err := r.Cookie(h.cookieName())
	if err != nil {
		return session{}, false
	}
	return decodeSession(h.Keys, cookie.Value)
}

// holder gives the account of a session as it is now. errNoSession: it ended.
func (h *Handler) holder(ctx context.Context, s session) (Account, error) {
	if !h.Now().Before(s.until) || h.ended.has(s.id) {
		return Account{}, errNoSession
	}
	ctx, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	a, err := h.Accounts.Account(ctx, s.name)
	if errors.Is(err, ErrNoAccount) {
		return Account{}, errNoSession
	}
	if err != nil {
		return Account{}, err
	}
	if now := fingerprint(h.Keys, a); subtle.ConstantTimeCompare(now[:], s.finger[:]) != 1 {
		return Account{}, errNoSession
	}
	return a, nil
}

// endings remembers the sessions that were logged out before their time, so
// that a copied cookie and open streams end too. Only a valid session can end,
// so it grows with real logins alone; a restart forgets it.
type endings struct {
	mu    sync.Mutex
	until map[[16]byte]time.Time
}

// mostEndings bounds the memory of a working day's logouts.
const mostEndings = 10_000

func (e *endings) add(s session, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	maps.DeleteFunc(e.until, func(_ [16]byte, until time.Time) bool { return !now.Before(until) })
	for id := range e.until {
		if len(e.until) < mostEndings {
			break
		}
		delete(e.until, id)
	}
	e.until[s.id] = s.until
}

func (e *endings) has(id [16]byte) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.until[id]
	return ok
}
