package office

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/survey"
)

// message is a page that says one thing and where to go on.
type message struct {
	Heading, Text, Link, LinkText string
}

func (h *Handler) unavailable(c *gin.Context, err error) {
	h.logTrouble(c, "office page", err)
	c.Header("Retry-After", "5")
	h.message.Render(c, http.StatusServiceUnavailable, "暂时打不开", message{
		Heading: "暂时读不到数据", Text: "数据没有丢，请过几秒再试。如果一直这样，请联系管理员。",
		Link: c.Request.URL.RequestURI(), LinkText: "再试一次",
	})
}

// listPage is the page of all surveys that the account may read.
type listPage struct {
	Account string
	Alarm   string // as on a survey's page
	Status  status
	Surveys []listed
}

type listed struct {
	Link, Title, Dates, Place string
	Total                     row
}

func (h *Handler) getList(c *gin.Context) {
	account, ok := h.account(c)
	if !ok {
		return
	}
	lib := h.Library()
	data := listPage{Account: account.Name, Status: newStatus(h.Content(), false)}
	questionnaires := slices.SortedFunc(maps.Values(lib.Questionnaires), func(a, b *content.Questionnaire) int {
		return cmp.Or(cmp.Compare(a.Place.Code, b.Place.Code), cmp.Compare(b.ID, a.ID)) // the newest first
	})
	for _, q := range questionnaires {
		scope, ok := account.scope(q)
		if !ok {
			continue
		}
		report, err := h.tally(c.Request.Context(), q, survey.ByTownship, scope)
		if err != nil {
			h.unavailable(c, err)
			return
		}
		data.Surveys = append(data.Surveys, listed{
			Link: "/office/surveys/" + url.PathEscape(q.ID), Title: q.Title, Dates: dates(q),
			Place: placeName(lib, q, scope), Total: newRow(q, report.Total),
		})
	}
	_, data.Alarm = h.storeHealth(c)
	h.list.Render(c, http.StatusOK, "问卷", data)
}

// dates says when a questionnaire takes answers.
func dates(q *content.Questionnaire) string {
	switch {
	case q.Opens.IsZero() && q.Closes.IsZero():
		return "不设期限"
	case q.Closes.IsZero():
		return q.Opens.Chinese() + "起"
	case q.Opens.IsZero():
		return "到" + q.Closes.Chinese() + "为止"
	}
	return q.Opens.Chinese() + "至" + q.Closes.Chinese()
}

func placeName(lib *content.Library, q *content.Questionnaire, scope string) string {
	if p := lib.Places[scope]; p != nil {
		return p.FullName()
	}
	return q.Place.Name
}

// livePage is the page of one survey's figures.
type livePage struct {
	Account   string
	Title     string
	Place     string
	By        survey.Level
	Tabs      []tab
	Stream    string
	Self      string
	At        string // time of the figures, 15:04:05
	Note      string
	Rows      []row
	Total     row
	Questions []breakdown
	Formulas  []string
	Store     string // what an answer survives, or that the store does not answer
	Alarm     string // what must be mended about the store; "" when it is well
	Status    status
}

type tab struct {
	Name, Link string
	Here       bool
}

func (h *Handler) getLive(c *gin.Context) {
	account, ok := h.account(c)
	if !ok {
		return
	}
	lib := h.Library()
	q := lib.Questionnaires[c.Param("id")]
	if q == nil {
		h.message.Render(c, http.StatusNotFound, "没有这份问卷", message{"没有这份问卷", "它可能改了名字或已经移走。", officeHome, "看全部问卷"})
		return
	}
	scope, ok := account.scope(q)
	if !ok {
		h.message.Render(c, http.StatusForbidden, "不能看这份问卷", message{"这个账号不能看这份问卷", "每个账号只能看自己辖区的数据。需要看它，请找管理员。", officeHome, "看我的问卷"})
		return
	}
	by, _ := level(c)
	report, err := h.tally(c.Request.Context(), q, by, scope)
	if err != nil {
		h.unavailable(c, err)
		return
	}
	path := url.PathEscape(q.ID)
	data := livePage{
		Account: account.Name, Title: q.Title, Place: placeName(lib, q, scope), By: by,
		Stream: "/api/surveys/" + path + "/live?status=1&by=" + string(by), Self: "/office/surveys/" + path + "?by=" + string(by),
		At: report.GeneratedAt.Format("15:04:05"), Note: report.Note, Total: newRow(q, report.Total),
		Questions: newBreakdowns(q, report.Total), Formulas: survey.Formulas(q), Status: newStatus(h.Content(), false),
	}
	for _, p := range report.Places {
		data.Rows = append(data.Rows, newRow(q, p))
	}
	for _, t := range []struct {
		by   survey.Level
		name string
	}{{survey.ByTownship, "按镇街"}, {survey.ByVillage, "按村居"}, {survey.ByPoint, "按收集点"}} {
		data.Tabs = append(data.Tabs, tab{t.name, "/office/surveys/" + path + "?by=" + string(t.by), t.by == by})
	}
	data.Store, data.Alarm = h.storeHealth(c)
	h.live.Render(c, http.StatusOK, q.Title, data)
}

// storeHealth asks the store once a page: it writes to answer.
func (h *Handler) storeHealth(c *gin.Context) (says, alarm string) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), storePatience)
	defer cancel()
	health, err := h.Store.Check(ctx)
	if err != nil {
		h.logTrouble(c, "store check", err)
		return "存储现在不能写入", "存储现在不能写入，新答卷会被请回重试，请联系管理员。"
	}
	says = "存储正常，" + health.Durability
	switch {
	case health.Weak:
		alarm = "刚收到的答卷可能会丢（" + health.Durability + "），请管理员改好存储的设置。"
	case health.Warning != "":
		alarm = health.Warning + "，请告诉管理员。"
	}
	return says, alarm
}
