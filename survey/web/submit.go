package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/content"
	"jindu/internal/page"
	"jindu/survey"
)

const (
	maxBody       = 64 << 10
	submitTimeout = 8 * time.Second
)

// submit answers POST /s/TICKET.
func (p *Pages) submit(c *gin.Context) {
	v, wrong := p.visit(c)
	if wrong != nil {
		p.refuse(c, wrong)
		return
	}
	form, wrong := readForm(c)
	if wrong != nil {
		p.refuse(c, wrong)
		return
	}
	device := p.knownDevice(c)
	sent, isPage := p.Desk.ReadPage(v.q, device, form.Get(fieldPage))
	receipt, answered, away := p.answered(c, v)
	if answered {
		if receipt.FirstID == sent.ID {
			receipt.Outcome = survey.Replayed
		}
		p.finish(c, v, receipt)
		return
	}
	for _, check := range []func(*gin.Context, visit) *problem{p.closed, p.unfit} {
		if wrong := check(c, v); wrong != nil {
			p.refuse(c, wrong)
			return
		}
	}
	state := formState{page: form.Get(fieldPage), values: form}
	if !isPage {
		state.page = p.Desk.MintPage(v.q, p.device(c))
	}
	if away != nil {
		p.mend(c, v, state, &storeDown)
		return
	}
	if v.assisted() && !p.staffPost(c, v, &state) {
		return
	}
	if !p.posts.Allow(c.Request.Context(), p.networkKey(c, v.raw)) {
		p.mend(c, v, state, &tooMany)
		return
	}
	if !isPage {
		wrong := &stalePage
		if device == "" {
			wrong = &noCookie
		}
		p.mend(c, v, state, wrong)
		return
	}
	answers, place, fields := parse(v, form)
	if len(fields) > 0 {
		p.mend(c, v, state, wrongAnswers(fields))
		return
	}
	if v.ticket.Preview {
		p.previewed(c, v)
		return
	}
	s := survey.Submission{Questionnaire: v.q, Ticket: v.ticket, Place: place, Page: sent, Answers: answers}
	p.identify(c, v, &s, device)
	// The phone may be gone by now; what it sent counts all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), submitTimeout)
	defer cancel()
	receipt, err := p.Desk.Submit(ctx, s)
	switch {
	case errors.Is(err, survey.ErrClosed):
		p.refuse(c, &over)
	case err != nil:
		p.notStored(ctx, err, "survey", v.q.ID, "tier", s.Tier)
		p.mend(c, v, state, &storeDown)
	default:
		p.outage.Worked(ctx)
		p.finish(c, v, receipt)
	}
}

// notStored logs it: a store that is away in a few lines, not once a submission.
func (p *Pages) notStored(ctx context.Context, err error, about ...any) {
	if errors.Is(err, survey.ErrUnavailable) || errors.Is(err, survey.ErrUnknown) {
		p.outage.Failed(ctx, err, about...)
		return
	}
	p.Log.ErrorContext(ctx, "submission not stored", append(about, "error", err)...)
}

func readForm(c *gin.Context) (url.Values, *problem) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody)
	if err := c.Request.ParseForm(); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, &tooLarge
		}
		return nil, &unreadable
	}
	return c.Request.PostForm, nil
}

func parse(v visit, form url.Values) (answers []survey.Answer, place string, fields survey.FieldErrors) {
	answers, fields = survey.ParseAnswers(v.q, form)
	place, message := v.chosen(form.Get(fieldPlace))
	if message != "" {
		if fields == nil {
			fields = survey.FieldErrors{}
		}
		fields[fieldPlace] = message
	}
	return answers, place, fields
}

// staffPost lets a post to an assisted ticket pass, or answers it. A PIN alone
// opens the questionnaire; with a form whose cookie has expired it lets that form in.
func (p *Pages) staffPost(c *gin.Context, v visit, state *formState) bool {
	pin, opening := state.values.Get(fieldPIN), !state.values.Has(fieldPage)
	if p.isStaff(c, v) && !opening {
		return true
	}
	if pin == "" && !opening {
		state.askPIN = true
		p.mend(c, v, *state, &problem{status: http.StatusForbidden, code: "pin", title: "请再输入一次口令",
			text: "口令已过了有效时间。回答都在下面，输入口令后再点“提交”。"})
		return false
	}
	wrong := p.admit(c, v, pin)
	switch {
	case wrong == nil && opening:
		redirect(c, v.path())
	case wrong == nil:
		return true
	case opening && wantsJSON(c):
		p.refuse(c, wrong)
	case opening:
		p.askPIN(c, v, wrong.status, wrong.title+"，"+wrong.text)
	default:
		state.askPIN = true
		p.mend(c, v, *state, wrong)
	}
	return false
}

// identify says as whom the submission counts: the strongest tier that the
// questionnaire accepts.
func (p *Pages) identify(c *gin.Context, v visit, s *survey.Submission, device string) {
	if v.assisted() {
		s.Tier = content.TierAssisted
		return
	}
	if personal, ok := p.personal(c, v.q); ok && v.q.Accepts(content.TierWechat) {
		s.Tier, s.Personal = content.TierWechat, &personal
		return
	}
	s.Tier, s.Device = content.TierDevice, device
}

// finish answers a submission that counts, now or since an earlier one.
func (p *Pages) finish(c *gin.Context, v visit, r survey.Receipt) {
	if v.counted() {
		p.setAnswered(c, v.q, r)
	}
	if wantsJSON(c) {
		page.Headers(c.Writer.Header())
		body := accepted{Status: "accepted", Receipt: r.Code}
		if r.Outcome == survey.Duplicate {
			body.Status = "duplicate"
		}
		c.JSON(http.StatusOK, body)
		return
	}
	switch {
	case v.assisted() && r.Outcome == survey.Replayed:
		redirect(c, v.path()+"?"+queryNext+"="+nextAgain)
	case v.assisted():
		redirect(c, v.path()+"?"+queryNext)
	case r.Outcome == survey.Duplicate:
		redirect(c, v.path())
	default:
		redirect(c, v.path()+"?"+queryThanks)
	}
}

// previewed answers a form that was only tried out.
func (p *Pages) previewed(c *gin.Context, v visit) {
	if wantsJSON(c) {
		page.Headers(c.Writer.Header())
		c.JSON(http.StatusOK, accepted{Status: "preview"})
		return
	}
	const title = "预览结束"
	p.message.Render(c, http.StatusOK, title, messageView{
		Title: title, Text: "这是预览，刚才的回答没有保存，也不计入统计。", Button: "再看一遍", Link: v.raw,
	})
}
