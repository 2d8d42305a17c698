package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"jindu/survey"
)

// queryThanks tells a first answer from a return. It proves nothing: the receipt
// comes from the browser's own cookie.
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
	at := r.At.In(survey.China).Format("2006年1月2日 15:04")
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
