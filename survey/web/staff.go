package web

import (
	"crypto/hmac"
	"encoding/binary"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// Query of the page between two people in assisted mode.
const (
	queryNext = "next"
	nextAgain = "again" // the form had been sent before
)

// staffMark binds a staff cookie to a ticket and to the PIN: a new PIN ends it.
func (p *Pages) staffMark(v visit) []byte {
	sum := p.Keys.MAC("staff ticket", []byte(v.raw), []byte(p.AssistPIN))
	return sum[:16]
}

func (p *Pages) isStaff(c *gin.Context, v visit) bool {
	raw, ok := p.Keys.Verify("staff", cookie(c, cookieStaff))
	if !ok || len(raw) != 24 || !hmac.Equal(raw[8:], p.staffMark(v)) {
		return false
	}
	return p.Now().Before(time.Unix(int64(binary.BigEndian.Uint64(raw)), 0))
}

// admit checks a posted PIN and gives the staff cookie. One PIN opens every
// ticket, so tries are bounded per network over all tickets; and over all networks
// per ticket.
func (p *Pages) admit(c *gin.Context, v visit, pin string) *problem {
	if !p.tries.Allow(c.Request.Context(), p.networkKey(c, "")) || !p.allTries.Allow(c.Request.Context(), v.raw) {
		return &problem{status: http.StatusTooManyRequests, code: "pin_rate", title: "试得太多了",
			text: "请过一分钟再输入口令。", retry: 60}
	}
	// Compared as MACs: neither content nor length shows in the time it takes.
	given, want := p.Keys.MAC("pin", []byte(pin)), p.Keys.MAC("pin", []byte(p.AssistPIN))
	if !hmac.Equal(given[:], want[:]) {
		return &problem{status: http.StatusForbidden, code: "pin", title: "口令不对", text: "请核对后再输入一次。"}
	}
	raw := binary.BigEndian.AppendUint64(nil, uint64(p.Now().Add(staffLife).Unix()))
	p.setCookie(c, cookieStaff, p.Keys.Sign("staff", append(raw, p.staffMark(v)...)), v.path(), staffLife)
	return nil
}

// pinView is the page before an assisted questionnaire.
type pinView struct {
	Title, Where, Wrong, Ticket string
}

func (p *Pages) askPIN(c *gin.Context, v visit, status int, wrong string) {
	p.pin.Render(c, status, "工作人员代填", pinView{Title: v.q.Title, Where: v.where(), Wrong: wrong, Ticket: v.raw})
}

// next is the page between two people. It tells nothing of the one before.
func (p *Pages) next(c *gin.Context, v visit, again bool) {
	view := messageView{Title: "已收到，谢谢", Text: v.q.Thanks, Done: true, Button: "下一位", Link: v.raw}
	if again {
		view.Title = "这一份之前已经收到"
		view.Text = "没有重复计算。如果刚才填的是另一位的回答，请点“下一位”重新填一次。"
	}
	p.message.Render(c, http.StatusOK, view.Title, view)
}
