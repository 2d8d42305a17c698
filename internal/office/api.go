package office

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/page"
	"jindu/survey"
)

// question is what an API request asks for, checked.
type question struct {
	reader reader
	survey *content.Questionnaire
	by     survey.Level
	scope  string
}

// ask checks who asks for what; it has answered when it says false.
func (h *Handler) ask(c *gin.Context) (question, bool) {
	page.Headers(c.Writer.Header())
	r, err := h.reader(c)
	if errors.Is(err, errNoSession) {
		c.Header("WWW-Authenticate", "Bearer")
		refuse(c, http.StatusUnauthorized, "unauthorized", "请先登录，或在 Authorization 头里带上令牌。")
		return question{}, false
	}
	if err != nil {
		h.refuseUnavailable(c, err)
		return question{}, false
	}
	q := h.Library().Questionnaires[c.Param("id")]
	if q == nil {
		refuse(c, http.StatusNotFound, "not_found", "没有这份问卷。")
		return question{}, false
	}
	scope, ok := r.scope(q)
	if !ok {
		refuse(c, http.StatusForbidden, "forbidden", "这个账号不能看这份问卷。")
		return question{}, false
	}
	by, ok := level(c)
	if !ok {
		refuse(c, http.StatusBadRequest, "bad_request", "by 只能是 township、village 或 point。")
		return question{}, false
	}
	return question{r, q, by, scope}, true
}

func (h *Handler) getTally(c *gin.Context) {
	ask, ok := h.ask(c)
	if !ok {
		return
	}
	report, err := h.tally(c.Request.Context(), ask.survey, ask.by, ask.scope)
	if err != nil {
		h.refuseUnavailable(c, err)
		return
	}
	c.Data(http.StatusOK, "application/json; charset=utf-8", encode(report))
}

// encode gives one line of JSON without a line break, as an event needs it.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // reports are plain structs of strings and finite numbers
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func refuse(c *gin.Context, status int, code, message string) {
	type problem struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	c.Data(status, "application/json; charset=utf-8", encode(map[string]problem{"error": {code, message}}))
}

func (h *Handler) refuseUnavailable(c *gin.Context, err error) {
	h.logTrouble(c, "tally", err)
	c.Header("Retry-After", "5")
	refuse(c, http.StatusServiceUnavailable, "unavailable", "暂时读不到数据，请稍后再试。")
}
