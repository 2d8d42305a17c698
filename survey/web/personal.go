package web

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
)

const claimTimeout = 3 * time.Second

// openPersonal takes the token of a personal link out of the address and into a
// cookie, in the first browser that opens it. Anywhere else, and once it has
// expired, the link is an ordinary one.
func (p *Pages) openPersonal(c *gin.Context, v visit, token string) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), claimTimeout)
	defer cancel()
	personal, ok := p.Desk.ReadPersonal(ctx, v.q, token)
	if ok && v.q.Accepts(content.TierWechat) {
		mine, err := p.Desk.ClaimPersonal(ctx, personal, p.device(c))
		if err != nil {
			p.Log.Error("personal link not claimed", "survey", v.q.ID, "error", err)
			p.refuse(c, &linkUnavailable)
			return
		}
		if mine {
			p.setPersonal(c, v.q, personal.Respondent)
		}
	}
	redirect(c, v.path())
}
