// Package web is the residents' side of a survey: the page behind a ticket, the
// submission, and the QR codes that lead there.
package web

import (
	"embed"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/sync/singleflight"

	"jindu/content"
	"jindu/internal/limit"
	"jindu/internal/outage"
	"jindu/internal/page"
	"jindu/internal/respondent"
	"jindu/survey"
)

//go:embed *.html style.css script.js
var files embed.FS

// Config of Pages. Every field but AssistPIN, WeChat, Rates and Legal is needed.
type Config struct {
	Library    func() *content.Library
	Desk       *survey.Desk
	Keys       *respondent.Keys
	Legal      page.Legal
	BaseURL    string       // public address without a path, as printed in QR codes; WeChat knows the way back to it only
	Secure     bool         // cookies only over https
	AssistPIN  string       // opens assisted tickets; "": assisted mode is off
	WeChat     WeChat       // nil: nobody is recognized but by a personal link
	RateTicket int          // posts a minute per network and ticket; 0: no bound
	Rates      limit.Shared // counts for all processes; nil: this is the only one
	Now        func() time.Time
	Log        *slog.Logger
}

// Pages answers residents' requests.
type Pages struct {
	Config
	questionnaire, message, pin *page.Page
	posts                       *limit.Limiter // per network and ticket
	states                      *limit.Limiter // exchanges of one authorization's state
	logins                      *limit.Limiter // exchanges of a network
	tries, allTries             *limit.Limiter // of the staff PIN: per network, per ticket
	outage                      *outage.Log    // of submissions
	blind                       *outage.Log    // of looks whether a survey is open
	failures                    *outage.Often  // of authorizations
	images                      imageCache
	exchanges                   singleflight.Group
}

// The network and ticket pairs that a limiter remembers.
const limiterKeys = 20_000

// New parses the pages.
func New(cfg Config) (*Pages, error) {
	bound := func(b limit.Bound) *limit.Limiter {
		b.Keys, b.Wait = limiterKeys, limit.Patient
		return limit.New(b, cfg.Rates, cfg.Now)
	}
	p := &Pages{
		Config:   cfg,
		outage:   outage.New(cfg.Log, "submission not stored", cfg.Now),
		blind:    outage.New(cfg.Log, "survey state unknown", cfg.Now),
		failures: outage.NewOften(cfg.Log, "web authorization failed", cfg.Now),
		posts:    bound(limit.Bound{Name: "posts", PerMinute: cfg.RateTicket, Burst: cfg.RateTicket}),
		tries:    bound(limit.Bound{Name: "PIN by network", PerMinute: 6, Burst: 20, Exact: true}),
		allTries: bound(limit.Bound{Name: "PIN by ticket", PerMinute: 20, Burst: 40, Exact: true}),
		states:   bound(limit.Bound{Name: "authorization states", PerMinute: 1, Burst: 2, Exact: true}),
		// A school or a carrier has one address for all: a hall of 120 is recognized at
		// once, and five more each second. Who comes faster answers by browser, as when
		// WeChat is away. One network can then not use up what WeChat gives the account
		// in a minute, nor its connections.
		logins: bound(limit.Bound{Name: "authorizations by network", PerMinute: 300, Burst: 120}),
	}
	for _, kind := range []struct {
		page     **page.Page
		template string
	}{{&p.questionnaire, "questionnaire.html"}, {&p.message, "message.html"}, {&p.pin, "pin.html"}} {
		var err error
		if *kind.page, err = page.New(files, cfg.Legal, kind.template, "style.css", "script.js"); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Register adds the routes.
func (p *Pages) Register(r gin.IRoutes) {
	r.GET("/s/:ticket", p.show)
	r.POST("/s/:ticket", p.submit)
	r.GET("/qr/:file", p.image)
}

// show answers GET /s/TICKET.
func (p *Pages) show(c *gin.Context) {
	v, wrong := p.visit(c)
	back := returned(c.Request.URL.Query())
	switch {
	case wrong != nil && back:
		leave(c, http.StatusSeeOther, "/s/"+url.PathEscape(c.Param("ticket")))
		return
	case wrong != nil:
		p.refuse(c, wrong)
		return
	case v.counted() && p.recognize(c, v):
		return
	case back: // where WeChat is not asked any more
		leave(c, http.StatusSeeOther, v.path())
		return
	}
	switch receipt, ok, away := p.answered(c, v); {
	case ok:
		_, fresh := c.GetQuery(queryThanks)
		p.thank(c, v, receipt, fresh)
		return
	case away != nil:
		p.unsure(c, receipt.At)
		return
	}
	if wrong := p.closed(c, v); wrong != nil {
		p.refuse(c, wrong)
		return
	}
	if wrong := p.unfit(c, v); wrong != nil {
		p.refuse(c, wrong)
		return
	}
	if v.assisted() && !p.isStaff(c, v) {
		p.askPIN(c, v, http.StatusOK, "")
		return
	}
	if again, ok := c.GetQuery(queryNext); ok && v.assisted() {
		p.next(c, v, again == nextAgain)
		return
	}
	p.form(c, v, http.StatusOK, formState{page: p.Desk.MintPage(v.q, p.device(c))})
}
