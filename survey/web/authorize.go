package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/respondent"
)

const (
	exchangeTimeout = 4 * time.Second
	maxTries        = 2 // authorizations in a row before another way is taken
)

// errTooMany says that a network has had its share of exchanges.
var errTooMany = errors.New("too many authorizations from one network")

// authorize sends the browser to WeChat, or takes up its return. Each way of
// failing ends in another way to answer: no browser is sent more than maxTries
// times without the person's asking.
func (p *Pages) authorize(c *gin.Context, v visit, query url.Values) (done bool) {
	a := p.attempt(c, v)
	back, again := query.Has(queryBack), query.Has(queryAgain)
	switch {
	case returned(query):
		p.comeBack(c, v, a, query)
		return true
	case a.stage == fresh && back:
		return false // it keeps no cookies: it would come back as unknown as before
	case a.stage == fresh:
		return p.begin(c, v, a, 1)
	case a.stage == strange: // but keeps cookies
		return p.begin(c, v, a, maxTries)
	case back: // the ordinary address will do
		leave(c, http.StatusSeeOther, v.path())
		return true
	case a.stage == unkept:
		p.endAttempt(c, v)
		p.refuse(c, retryPage(v))
		return true
	case a.stage == snapshot && again:
		return p.begin(c, v, a, a.tries+1)
	case a.stage == snapshot:
		p.refuse(c, snapshotPage(v))
		return true
	case a.stage == gaveUp && again:
		return p.begin(c, v, a, 1)
	case a.stage == sent: // and did not come back: WeChat showed an error, or nothing
		a.stage = gaveUp
		p.setAttempt(c, v, a)
	}
	return false
}

// begin sends the browser to WeChat.
func (p *Pages) begin(c *gin.Context, v visit, a attempt, tries byte) (done bool) {
	home := p.BaseURL + v.path()
	if a.stage == strange {
		home += "?" + queryBack // so that it is known for the second time
	}
	a.stage, a.tries = sent, tries
	rand.Read(a.state[:])
	to, err := p.WeChat.AuthorizeURL(home, hex.EncodeToString(a.state[:]))
	if err != nil {
		p.Log.Error("no address for web authorization", "error", err)
		return false
	}
	p.setAttempt(c, v, a)
	leave(c, http.StatusFound, to)
	return true
}

// comeBack takes up the return from WeChat: the state must be the one that this
// browser was sent with. The answer is a redirect in any case, so that the code is
// in no address that is shown.
func (p *Pages) comeBack(c *gin.Context, v visit, a attempt, query url.Values) {
	switch {
	case (a.stage == fresh || a.stage == strange) && !query.Has(queryBack):
		// It keeps no cookies, it took too long, or the address is another's. The code
		// is not looked at. Whether it keeps cookies is seen when it comes again.
		a.stage = strange
		p.setAttempt(c, v, a)
		leave(c, http.StatusSeeOther, v.path()+"?"+queryBack)
		return
	case a.stage == fresh || a.stage == strange || a.stage == gaveUp:
		a.stage = gaveUp
		p.setAttempt(c, v, a)
		leave(c, http.StatusSeeOther, v.path()+"?"+queryBack)
		return
	}
	who, err := p.taken(c, v, a, query)
	var failed *pseudonymError
	switch {
	case err == nil:
		p.endAttempt(c, v)
		p.setPersonal(c, v.q, who)
		leave(c, http.StatusSeeOther, v.path())
		return
	case errors.As(err, &failed):
		p.Log.Error("no pseudonym after web authorization", "survey", v.q.ID, "error", err)
		a.stage = unkept
	case errors.Is(err, ErrCode) && a.tries < maxTries && p.begin(c, v, a, a.tries+1): // the page was loaded twice, or lay open too long
		return
	case errors.Is(err, ErrSnapshot) && a.tries < maxTries:
		a.stage = snapshot
	default:
		p.failures.Happened(c.Request.Context(), err, "survey", v.q.ID)
		a.stage = gaveUp
	}
	p.setAttempt(c, v, a)
	leave(c, http.StatusSeeOther, v.path())
}

// taken gives who came back, once, if this is the browser that was sent.
func (p *Pages) taken(c *gin.Context, v visit, a attempt, query url.Values) (respondent.Pseudonym, error) {
	// A state is good for the page being loaded twice, not for asking WeChat on and on.
	state := []byte(hex.EncodeToString(a.state[:]))
	if a.stage != sent || !hmac.Equal(state, []byte(query.Get(queryState))) || !p.states.Allow(c.Request.Context(), string(a.state[:])) {
		return respondent.Pseudonym{}, ErrCode
	}
	// States cost nothing to get, so networks are bounded too.
	if !p.logins.Allow(c.Request.Context(), p.networkKey(c, "")) {
		return respondent.Pseudonym{}, errTooMany
	}
	return p.exchange(c, v.q, query.Get(queryCode))
}

// pseudonymError is a failure of our own after WeChat's answer.
type pseudonymError struct{ error }

// exchange turns a code into the pseudonym of who came back with it. Requests
// with the same code share one exchange: WeChat's browser may load a page twice.
// The open id does not leave this function.
func (p *Pages) exchange(c *gin.Context, q *content.Questionnaire, code string) (respondent.Pseudonym, error) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), exchangeTimeout)
	defer cancel()
	shared := p.exchanges.DoChan(q.ID+"/"+code, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exchangeTimeout)
		defer cancel()
		openID, err := p.WeChat.Exchange(ctx, code)
		if err != nil {
			return respondent.Pseudonym{}, err
		}
		who, err := p.Desk.Follower(ctx, q, openID)
		if err != nil {
			return who, &pseudonymError{err}
		}
		return who, nil
	})
	select {
	case <-ctx.Done():
		return respondent.Pseudonym{}, ctx.Err()
	case r := <-shared:
		return r.Val.(respondent.Pseudonym), r.Err
	}
}
