package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/limit"
	"jindu/internal/page"
	"jindu/survey"
)

// visit is what the ticket of a request leads to.
type visit struct {
	raw    string // the ticket as it stands in the address
	ticket survey.Ticket
	q      *content.Questionnaire
	place  *content.Place
}

// path of the questionnaire's page.
func (v visit) path() string { return "/s/" + v.raw }

// assisted says whether staff fill in the form for others.
func (v visit) assisted() bool { return v.ticket.Assisted && !v.ticket.Preview }

// counted says whether the visitor answers for themselves, and once.
func (v visit) counted() bool { return !v.ticket.Assisted && !v.ticket.Preview }

// where the answers are collected, for people to read.
func (v visit) where() string {
	if v.ticket.Point != "" {
		return v.place.FullName() + " · " + v.ticket.Point
	}
	return v.place.FullName()
}

// choices of the place that the page asks for: the townships of a county, or
// the villages of a township. A collection point says where it is.
func (v visit) choices() (places []*content.Place, required bool) {
	switch {
	case v.place.Level == content.County:
		return v.place.Children, true
	case v.place.Level == content.Township && v.ticket.Point == "":
		return v.place.Children, false
	}
	return nil, false
}

// chosen is the code of the place where the answers are collected, and what to
// mend when it was not chosen rightly.
func (v visit) chosen(code string) (place, message string) {
	choices, required := v.choices()
	for _, p := range choices {
		if p.Code == code {
			return code, ""
		}
	}
	switch {
	case required:
		return "", "请选择您所在的镇（街道）"
	case code != "" && choices != nil:
		return "", "请从列出的村（社区）中选择"
	}
	return v.place.Code, ""
}

// visit reads the ticket of a request.
func (p *Pages) visit(c *gin.Context) (visit, *problem) {
	v := visit{raw: c.Param("ticket")}
	var err error
	if v.ticket, err = survey.DecodeTicket(p.Keys, v.raw); err != nil {
		return visit{}, &badTicket
	}
	lib := p.Library()
	if v.q = v.ticket.Questionnaire(lib); v.q == nil {
		return visit{}, &noQuestionnaire
	}
	if v.place = lib.Places[v.ticket.Place]; v.place == nil || !v.place.Within(v.q.Place.Code) {
		return visit{}, &noQuestionnaire
	}
	return v, nil
}

// stateTimeout is how long a page waits for the one look at the store before it is
// shown without.
const stateTimeout = 300 * time.Millisecond

// closed says why nobody can answer now, or nil. A preview looks beyond the dates.
func (p *Pages) closed(c *gin.Context, v visit) *problem {
	if v.ticket.Expired(p.Now()) {
		return ticketExpired(v.ticket.Until)
	}
	if v.ticket.Preview {
		return nil
	}
	switch p.Desk.Phase(v.q) {
	case survey.NotYet:
		return notYet(v.q)
	case survey.Over:
		return &over
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), stateTimeout)
	defer cancel()
	switch err := p.Desk.Open(ctx, v.q); {
	case errors.Is(err, survey.ErrClosed):
		return &over
	case err != nil:
		// The page needs no store; the submission will say so if it still cannot be reached.
		p.blind.Failed(ctx, err, "survey", v.q.ID)
	default:
		p.blind.Worked(ctx)
	}
	return nil
}

// unfit says why this visitor cannot answer in this way, or nil.
func (p *Pages) unfit(c *gin.Context, v visit) *problem {
	switch {
	case v.ticket.Preview:
		return nil
	case v.assisted():
		if !v.q.Accepts(content.TierAssisted) {
			return &noAssisted
		}
		if p.AssistPIN == "" {
			return &noPIN
		}
		return nil
	case v.q.Accepts(content.TierDevice):
		return nil
	case v.q.Accepts(content.TierWechat):
		if _, ok := p.personal(c, v.q); ok {
			return nil
		}
		return p.unknown(c, v)
	}
	return &needStaff
}

// networkKey names the network of a request together with a ticket ("": any),
// hashed under the server's keys: no address is kept, not even in memory.
func (p *Pages) networkKey(c *gin.Context, ticket string) string {
	sum := p.Keys.MAC("network", []byte(limit.Network(c.ClientIP())), []byte(ticket))
	return string(sum[:16])
}

// redirect answers a post, so that a reload asks again instead of posting again.
func redirect(c *gin.Context, to string) {
	page.Headers(c.Writer.Header())
	c.Redirect(http.StatusSeeOther, to)
}
