package web

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/survey"
)

// queryThanks tells a first answer from a return. It proves nothing: whose receipt
// it is comes from the browser's own cookie.
const queryThanks = "thanks"

// messageView is a page that says one thing.
type messageView struct {
	Title, Text  string
	Done         bool // what the phone keeps of the form is no longer needed
	Receipt      string
	Note         string
	Button, Link string
}

// thank shows a person that their answer counts, and since when.
func (p *Pages) thank(c *gin.Context, v visit, r survey.Receipt, fresh bool) {
	at := stamp(r.At)
	view := messageView{
		Title: "提交成功，谢谢您！", Text: v.q.Thanks, Done: true, Receipt: r.Code,
		Note: "提交时间：" + at + "。一人只算一次，不用再填。回执号不用记。",
	}
	if !fresh {
		view.Title = "您已经填过了，谢谢！"
		view.Text = "您在" + at + "提交的回答已经算上，不用再填。"
		view.Note = "家里其他人想参加，请用自己的手机扫码，或请工作人员代填。"
	}
	p.message.Render(c, http.StatusOK, view.Title, view)
}

// unsure tells a person who was told that their answer counts all that is known while
// the store cannot be asked.
func (p *Pages) unsure(c *gin.Context, at time.Time) {
	const title = "您提交过这份问卷"
	p.message.Render(c, http.StatusOK, title, messageView{
		Title: title, Text: "您在" + stamp(at) + "提交过，当时已经收到，不用急着再填。",
		Note: "系统正忙，现在没法再核对一次。过几分钟重新打开这个页面，就能看到结果。",
	})
}

// stamp is a time for people to read.
func stamp(at time.Time) string { return at.In(survey.China).Format("2006年1月2日 15:04") }
