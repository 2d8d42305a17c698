package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/page"
	"jindu/internal/respondent"
	"jindu/survey"
)

// WeChat tells who is reading a page in its own browser (web authorization,
// scope snsapi_base: nobody is asked and nothing but an id is learnt).
type WeChat interface {
	// Ready says whether the account may ask at all.
	Ready() bool
	// AuthorizeURL is where the browser is sent. It comes back to redirect with a
	// code and the state, of letters and digits.
	AuthorizeURL(redirect, state string) (string, error)
	// Exchange gives the open id of who came back with this code, once. It fails
	// with ErrCode or ErrSnapshot, or another error when WeChat does not answer.
	Exchange(ctx context.Context, code string) (openID string, err error)
}

// Why Exchange may fail for reasons of the browser.
var (
	ErrCode     = errors.New("authorization code is used, expired or wrong")
	ErrSnapshot = errors.New("page snapshot: the id belongs to nobody")
)

// Names in the address of a page. WeChat adds code and state.
const (
	queryPersonal = "as"
	queryAgain    = "again" // the person asks for another try
	queryCode     = "code"
	queryState    = "state"
)

const (
	exchangeTimeout = 4 * time.Second
	maxTries        = 2 // authorizations in a row before another way is taken
)

// recognize finds out as whom the visitor answers, by WeChat or, where it cannot
// be asked, by a personal link, unless this browser is known. done says that the request is answered.
func (p *Pages) recognize(c *gin.Context, v visit) (done bool) {
	query := c.Request.URL.Query()
	_, known := p.personal(c, v.q)
	if _, answered := p.answered(c, v); answered || known {
		// Nothing in an address changes who the browser is.
		if query.Has(queryPersonal) || query.Has(queryState) {
			redirect(c, v.path())
			return true
		}
		return false
	}
	switch token := query.Get(queryPersonal); {
	case p.canAsk(c, v):
		// WeChat says who this is. A personal link that was forwarded here must not:
		// its reader would answer as its owner.
		if p.authorize(c, v) {
			return true
		}
		if token == "" {
			return false
		}
		redirect(c, v.path())
	case p.asksWeChat() && inWeChat(c) && p.otherHost(c) && v.q.Accepts(content.TierWechat) && !v.q.Accepts(content.TierDevice):
		page.Headers(c.Writer.Header())
		c.Redirect(http.StatusFound, p.BaseURL+v.path()) // the one host that WeChat sends browsers back to
	case token == "":
		return false
	case p.asksWeChat():
		redirect(c, v.path())
	default:
		p.openPersonal(c, v, token)
	}
	return true
}

// canAsk says whether WeChat can be asked who this is.
func (p *Pages) canAsk(c *gin.Context, v visit) bool {
	return p.asksWeChat() && inWeChat(c) && !p.otherHost(c) && v.q.Accepts(content.TierWechat) &&
		p.Desk.Phase(v.q) == survey.Running && !v.ticket.Expired(p.Now())
}

func (p *Pages) otherHost(c *gin.Context) bool { return slices.Contains(p.OtherHosts, c.Request.Host) }

func (p *Pages) asksWeChat() bool { return p.WeChat != nil && p.WeChat.Ready() }

// inWeChat tells WeChat's browser. Those of 企业微信 and of mini programs name it
// too and cannot authorize.
func inWeChat(c *gin.Context) bool {
	agent := c.GetHeader("User-Agent")
	return strings.Contains(agent, "MicroMessenger") && !strings.Contains(agent, "wxwork") && !strings.Contains(agent, "miniProgram")
}

// authorize sends the browser to WeChat, or takes up its return. Each way of
// failing ends in another way to answer: no browser is sent more than maxTries
// times without the person's asking.
func (p *Pages) authorize(c *gin.Context, v visit) (done bool) {
	a := p.attempt(c, v)
	query := c.Request.URL.Query()
	if query.Has(queryState) {
		return p.comeBack(c, v, a, query.Get(queryCode), query.Get(queryState))
	}
	switch again := query.Has(queryAgain); {
	case a.stage == fresh:
		return p.begin(c, v, a, 1)
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
	a.stage, a.tries = sent, tries
	rand.Read(a.state[:])
	to, err := p.WeChat.AuthorizeURL(p.BaseURL+v.path(), hex.EncodeToString(a.state[:]))
	if err != nil {
		p.Log.Error("no address for web authorization", "error", err)
		return false
	}
	p.setAttempt(c, v, a)
	page.Headers(c.Writer.Header())
	c.Redirect(http.StatusFound, to)
	return true
}

// comeBack takes up the return from WeChat: the state must be the one that this
// browser was sent with.
func (p *Pages) comeBack(c *gin.Context, v visit, a attempt, code, state string) (done bool) {
	if a.stage == fresh || a.stage == gaveUp {
		// It keeps no cookies, or the address is another's. A redirect might go in
		// circles, so the page is shown here.
		return false
	}
	err := ErrCode
	var who respondent.Pseudonym
	// A state is good for the page being loaded twice, not for asking WeChat on and on.
	if a.stage == sent && hmac.Equal([]byte(hex.EncodeToString(a.state[:])), []byte(state)) && p.states.Allow(c.Request.Context(), string(a.state[:])) {
		who, err = p.exchange(c, v.q, code)
	}
	var unknown *pseudonymError
	switch {
	case err == nil:
		p.endAttempt(c, v)
		p.setPersonal(c, v.q, who)
		redirect(c, v.path())
		return true
	case errors.As(err, &unknown):
		p.Log.Error("no pseudonym after web authorization", "survey", v.q.ID, "error", err)
		p.endAttempt(c, v)
		p.refuse(c, retryPage(v))
		return true
	case errors.Is(err, ErrCode) && a.tries < maxTries: // the page was loaded twice, or lay open too long
		return p.begin(c, v, a, a.tries+1)
	case errors.Is(err, ErrSnapshot) && a.tries < maxTries:
		a.stage = snapshot
	default:
		p.Log.Warn("web authorization failed", "survey", v.q.ID, "error", err)
		a.stage = gaveUp
	}
	p.setAttempt(c, v, a)
	redirect(c, v.path())
	return true
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
