package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/page"
	"jindu/survey"
)

// problem is why a page or a submission is not as wished: for a person in
// Chinese, for a program as a code.
type problem struct {
	status int
	code   string
	title  string
	text   string // what to do next
	fields survey.FieldErrors
	retry  int    // Retry-After, seconds
	button string // instead of 提交, where the form is shown again; else of the link
	link   string // beside the text, relative to the page; "": none
}

const codeClosed = "closed"

var (
	badTicket = problem{status: http.StatusNotFound, code: "ticket", title: "这个二维码打不开问卷",
		text: "请重新扫描现场的二维码。如果是点链接或输入网址进来的，可能少了几个字，请从原来的地方再打开一次。还是不行，请联系发放二维码的工作人员。"}
	noQuestionnaire = problem{status: http.StatusNotFound, code: "questionnaire", title: "没有找到这份问卷",
		text: "它可能已经撤下或换了新的二维码。请向现场的工作人员要新的二维码。"}
	over = problem{status: http.StatusGone, code: codeClosed, title: "这份问卷已经结束",
		text: "谢谢您的关心，现在不用再填了。"}
	needAccount = problem{status: http.StatusForbidden, code: "tier", title: "请从公众号打开这份问卷",
		text: "为了一人只算一次，这份问卷要从微信公众号里打开：给公众号发送“满意度”，再点收到的链接。"}
	needWeChat = problem{status: http.StatusForbidden, code: "tier", title: "请用微信打开这份问卷",
		text: "为了一人只算一次，这份问卷要在微信里填：打开微信，用“扫一扫”再扫一次二维码；是别人发来的链接，就在微信里点开。"}
	needStaff = problem{status: http.StatusForbidden, code: "tier", title: "这份问卷由工作人员协助填写",
		text: "请找现场的工作人员，用他们的手机填写。"}
	noAssisted = problem{status: http.StatusForbidden, code: "tier", title: "这份问卷不能代填",
		text: "请让居民用自己的手机扫描普通二维码填写。"}
	noPIN = problem{status: http.StatusForbidden, code: "pin_off", title: "代填还没有开通",
		text: "还没有设置工作人员口令。请联系系统管理员设置口令，再打开这个页面。"}
	linkUnavailable = problem{status: http.StatusServiceUnavailable, code: "unavailable", title: "暂时打不开",
		text: "系统正忙。请过一分钟再点一次公众号里的链接。", retry: 10}
	tooLarge = problem{status: http.StatusRequestEntityTooLarge, code: "too_large", title: "内容太长了",
		text: "请返回上一页，把意见写短一些再提交。"}
	unreadable = problem{status: http.StatusBadRequest, code: "form", title: "没有收完整",
		text: "可能是网络中断了。请返回上一页再提交一次，不会重复计算。"}
)

// Problems after which the form comes back filled in.
var (
	stalePage = problem{status: http.StatusBadRequest, code: "page", title: "请再点一次提交",
		text: "这个页面开得太久或不完整，已经换成新的。您的回答都在下面，再点一次“提交”就好。"}
	noCookie = problem{status: http.StatusBadRequest, code: "cookie", title: "还没有提交成功",
		text: "这个浏览器没有保存 Cookie，没法保证一人只算一次。您的回答都在下面：请再点一次“提交”；还不行，请改用微信扫码打开，或在浏览器设置里允许 Cookie。"}
	tooMany = problem{status: http.StatusTooManyRequests, code: "rate", title: "现在填的人太多",
		text: "您的回答都在下面。请等十几秒，再点“再试一次”，不会重复计算。", retry: 10, button: buttonRetry}
	storeDown = problem{status: http.StatusServiceUnavailable, code: "unavailable", title: "还没有提交成功",
		text: "系统正忙。您的回答都在下面，请过一会儿点“再试一次”，不会重复计算。", retry: 5, button: buttonRetry}
)

const (
	buttonSubmit = "提交"
	buttonRetry  = "再试一次"
)

func ticketExpired(until content.Date) *problem {
	return &problem{status: http.StatusGone, code: codeClosed, title: "这个二维码已过期",
		text: "它的有效期到" + until.Chinese() + "为止。请向工作人员要新的二维码。"}
}

func notYet(q *content.Questionnaire) *problem {
	return &problem{status: http.StatusForbidden, code: "not_open", title: "问卷还没有开始",
		text: "从" + q.Opens.Chinese() + "起可以填写，到时请再扫一次这个二维码。"}
}

// unknown is what somebody is told whom only WeChat could recognize.
func (p *Pages) unknown(c *gin.Context, v visit) *problem {
	switch {
	case !p.asksWeChat():
		return &needAccount
	case !inWeChat(c):
		return &needWeChat
	}
	return &problem{status: http.StatusForbidden, code: "tier", title: "刚才没有连上微信",
		text:   "为了一人只算一次，这份问卷要请微信确认一下，我们看不到您的微信号和昵称。请点“再试一次”；还不行，给公众号发送“满意度”，再点收到的链接。",
		button: buttonRetry, link: v.raw + "?" + queryAgain}
}

// snapshotPage helps out of WeChat's page snapshot, in which nothing can be filled in.
func snapshotPage(v visit) *problem {
	return &problem{status: http.StatusForbidden, code: "snapshot", title: "请点“使用完整服务”",
		text:   "微信现在只让看，不让填。请轻触屏幕右下角的“使用完整服务”，再填问卷。如果没有这几个字，点下面的“继续”。",
		button: "继续", link: v.raw + "?" + queryAgain}
}

// retryPage is for when the store was away on the return from WeChat.
func retryPage(v visit) *problem {
	return &problem{status: http.StatusServiceUnavailable, code: "unavailable", title: "暂时打不开",
		text: "系统正忙。请过一会儿点“再试一次”。", retry: 10, button: buttonRetry, link: v.raw}
}

// wrongAnswers lists what to mend.
func wrongAnswers(fields survey.FieldErrors) *problem {
	return &problem{status: http.StatusUnprocessableEntity, code: "answers", title: "还差一点",
		text: "请看看下面这几处，改好后再点“提交”：", fields: fields}
}

// refuse answers with a problem that the form cannot mend.
func (p *Pages) refuse(c *gin.Context, wrong *problem) {
	if wrong.retry > 0 {
		c.Header("Retry-After", strconv.Itoa(wrong.retry))
	}
	if wantsJSON(c) {
		p.json(c, wrong)
		return
	}
	view := messageView{Title: wrong.title, Text: wrong.text}
	if wrong.link != "" {
		view.Button, view.Link = wrong.button, wrong.link
	}
	p.message.Render(c, wrong.status, wrong.title, view)
}

// mend answers with the form as it was filled in and what is wrong with it.
func (p *Pages) mend(c *gin.Context, v visit, state formState, wrong *problem) {
	if wrong.retry > 0 {
		c.Header("Retry-After", strconv.Itoa(wrong.retry))
	}
	if wantsJSON(c) {
		p.json(c, wrong)
		return
	}
	state.wrong = wrong
	p.form(c, v, wrong.status, state)
}

// accepted is the JSON answer to a submission that counts, or never can.
type accepted struct {
	Status  string `json:"status"`
	Receipt string `json:"receipt"`
}

// refused is the JSON answer to any other.
type refused struct {
	Error struct {
		Code    string            `json:"code"`
		Message string            `json:"message"`
		Fields  map[string]string `json:"fields,omitempty"`
	} `json:"error"`
}

func (p *Pages) json(c *gin.Context, wrong *problem) {
	page.Headers(c.Writer.Header())
	if wrong.code == codeClosed {
		c.JSON(wrong.status, accepted{Status: codeClosed})
		return
	}
	var body refused
	body.Error.Code, body.Error.Message, body.Error.Fields = wrong.code, wrong.title+"。"+wrong.text, wrong.fields
	c.JSON(wrong.status, body)
}

func wantsJSON(c *gin.Context) bool {
	return strings.Contains(c.GetHeader("Accept"), "application/json")
}
