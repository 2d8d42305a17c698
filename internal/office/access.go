package office

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"jindu/content"
)

// reader is who asks for figures: a logged-in account, or the holder of the API token.
type reader struct {
	token   bool
	session session
	account Account
}

func (r reader) scope(q *content.Questionnaire) (place string, ok bool) {
	if r.token {
		return "", true
	}
	return r.account.scope(q)
}

// still says whether a reader who was let in may stay, and sees the same.
// A store that does not answer ends nobody's session.
func (h *Handler) still(ctx context.Context, r reader, q *content.Questionnaire, scope string) bool {
	if r.token {
		return true
	}
	account, err := h.holder(ctx, r.session)
	if err != nil {
		return !errors.Is(err, errNoSession)
	}
	now, ok := account.scope(q)
	return ok && now == scope
}

// reader of an API request. errNoSession: none. A request with an Authorization
// header stands or falls with it.
func (h *Handler) reader(c *gin.Context) (reader, error) {
	if auth := c.GetHeader("Authorization"); auth != "" {
		scheme, token, _ := strings.Cut(auth, " ")
		sum := sha256.Sum256([]byte(token))
		right := subtle.ConstantTimeCompare(sum[:], h.apiToken[:]) == 1
		if !strings.EqualFold(scheme, "Bearer") || h.APIToken == "" || !right {
			return reader{}, errNoSession
		}
		return reader{token: true}, nil
	}
	s, ok := h.session(c.Request)
	if !ok {
		return reader{}, errNoSession
	}
	account, err := h.holder(c.Request.Context(), s)
	return reader{session: s, account: account}, err
}

// account of a page request. Without a session it sends the person to the login
// page, and says false.
func (h *Handler) account(c *gin.Context) (Account, bool) {
	s, ok := h.session(c.Request)
	err := errNoSession
	var a Account
	if ok {
		a, err = h.holder(c.Request.Context(), s)
	}
	switch {
	case errors.Is(err, errNoSession):
		c.Header("Cache-Control", "no-store")
		c.Redirect(http.StatusSeeOther, "/office/login?next="+url.QueryEscape(c.Request.URL.RequestURI()))
		return Account{}, false
	case err != nil:
		h.unavailable(c, err)
		return Account{}, false
	}
	return a, true
}
