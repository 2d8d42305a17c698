package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/page"
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
	queryHere     = "here"  // sent from another host; that this is one too is not believed
	queryBack     = "back"  // came from WeChat unknown
	queryCode     = "code"
	queryState    = "state"
)

// returned says whether an address holds what WeChat added to it. Whoever sees a
// code that was not used can be the person it was made for, so no page is shown
// under such an address.
func returned(query url.Values) bool { return query.Has(queryCode) || query.Has(queryState) }

// leave sends the browser to another address. Where it comes from is told to nobody.
func leave(c *gin.Context, status int, to string) {
	page.Headers(c.Writer.Header())
	c.Header("Referrer-Policy", "no-referrer")
	c.Redirect(status, to)
}

// recognize finds out as whom the visitor answers, by WeChat or, where it cannot
// be asked, by a personal link, unless this browser is known. done says that the request is answered.
func (p *Pages) recognize(c *gin.Context, v visit) (done bool) {
	query := c.Request.URL.Query()
	_, known := p.personal(c, v.q)
	if _, answered, away := p.answered(c, v); answered || known || away != nil {
		// Nothing in an address changes who the browser is.
		if query.Has(queryPersonal) || returned(query) {
			leave(c, http.StatusSeeOther, v.path())
			return true
		}
		return false
	}
	switch token := query.Get(queryPersonal); {
	case p.canAsk(c, v):
		// WeChat says who this is. A personal link that was forwarded here must not:
		// its reader would answer as its owner.
		if p.elsewhere(c, query) {
			leave(c, http.StatusFound, p.BaseURL+v.path()+"?"+queryHere)
			return true
		}
		if p.authorize(c, v, query) {
			return true
		}
		if token == "" {
			return false
		}
		redirect(c, v.path())
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
	return p.asksWeChat() && inWeChat(c) && v.q.Accepts(content.TierWechat) &&
		p.Desk.Phase(v.q) == survey.Running && !v.ticket.Expired(p.Now())
}

// elsewhere says whether the page was opened under another host than the one that
// WeChat sends browsers back to, where the cookies of this one are not known. Behind
// a proxy that changes Host every request looks like that, so no browser is sent
// about twice.
func (p *Pages) elsewhere(c *gin.Context, query url.Values) bool {
	return !query.Has(queryHere) && !query.Has(queryBack) && !returned(query) && hostname("//"+c.Request.Host) != hostname(p.BaseURL)
}

// hostname of an address. The port does not matter: cookies and WeChat know none.
func hostname(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
}

func (p *Pages) asksWeChat() bool { return p.WeChat != nil && p.WeChat.Ready() }

// inWeChat tells WeChat's browser. Those of 企业微信 and of mini programs name it
// too and cannot authorize.
func inWeChat(c *gin.Context) bool {
	agent := c.GetHeader("User-Agent")
	return strings.Contains(agent, "MicroMessenger") && !strings.Contains(agent, "wxwork") && !strings.Contains(agent, "miniProgram")
}
