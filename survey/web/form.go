package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"jindu/content"
)

// Names of the form's own fields; no question's id holds an underscore.
const (
	fieldPage  = "_page"
	fieldPlace = "_place"
	fieldPIN   = "_pin"
)

// formState is how far a form has come.
type formState struct {
	page   string     // token of the submission
	values url.Values // as posted; nil for a new form
	wrong  *problem
	askPIN bool // the staff cookie has expired meanwhile
}

// formView is the questionnaire's page.
type formView struct {
	Ticket, Title, Intro, Notice, Where string
	Preview, Assisted, AskPIN, Filled   bool
	Keep                                bool // the phone may keep the answers until they are sent
	Page                                string
	Done                                string // query of the page after success; "" without script
	Alert                               *alertView
	Township                            *questionView // where the answers are collected, before the questions
	Questions                           []questionView
	Button                              string
}

type alertView struct {
	Title, Text string
	Items       []alertItem
	Retry       bool
}

type alertItem struct{ Anchor, Text string }

type questionView struct {
	ID, Text, Hint, Error string
	Number                int // 0: not numbered
	Required              bool
	Kind                  content.QuestionType // Single, Multiple, Text; Residence for every select
	Blank                 string               // first line of a select
	Options               []optionView
	Max                   int
	Value                 string
}

type optionView struct {
	ID, Text string
	Chosen   bool
}

// remarkHint stands at every free text whose questionnaire has no hint of its own.
const remarkHint = "请勿填写姓名、住址或线索；举报请拨打110"

func (p *Pages) form(c *gin.Context, v visit, status int, state formState) {
	view := formView{
		Ticket: v.raw, Title: v.q.Title, Intro: v.q.Intro, Notice: v.q.Notice, Where: v.where(),
		Preview: v.ticket.Preview, Assisted: v.assisted(), AskPIN: state.askPIN, Filled: state.values != nil,
		Page: state.page, Button: buttonSubmit,
	}
	switch {
	case v.assisted():
		view.Done = queryNext
	case v.counted():
		view.Done, view.Keep = queryThanks, true
	}
	var fields map[string]string
	if state.wrong != nil {
		fields = state.wrong.fields
		view.Button = cmp.Or(state.wrong.button, buttonSubmit)
	}
	place := placeQuestion(v, state.values, fields)
	if place != nil && place.Required {
		view.Township = place
	}
	for i, q := range v.q.Questions {
		view.Questions = append(view.Questions, newQuestion(q, i+1, state.values, fields))
	}
	if place != nil && !place.Required {
		view.Questions = append(view.Questions, *place)
	}
	view.Alert = newAlert(state.wrong, view)
	title := v.q.Title
	if state.wrong != nil {
		title = state.wrong.title + " · " + title
	}
	p.questionnaire.Render(c, status, title, view)
}

func newQuestion(q *content.Question, number int, values url.Values, fields map[string]string) questionView {
	view := questionView{
		ID: q.ID, Text: q.Text, Hint: q.Hint, Error: fields[q.ID], Number: number, Required: q.Required,
		Kind: q.Type, Max: q.Max, Value: values.Get(q.ID), Blank: "请选择",
	}
	for _, o := range q.Options {
		view.Options = append(view.Options, optionView{o.ID, o.Text, slices.Contains(values[q.ID], o.ID)})
	}
	if q.Type == content.Text && q.Hint == "" {
		view.Hint = remarkHint
	}
	if !q.Required {
		view.Blank = "不填"
		if !strings.Contains(q.Text+view.Hint, "可不") {
			view.Text += "（可不填）"
		}
	}
	return view
}

// placeQuestion asks for the place that the ticket leaves open, or is nil.
func placeQuestion(v visit, values url.Values, fields map[string]string) *questionView {
	choices, required := v.choices()
	if len(choices) == 0 {
		return nil
	}
	view := &questionView{
		ID: fieldPlace, Text: "您现在在哪个村（社区）？可不填", Error: fields[fieldPlace], Required: required,
		Kind: content.Residence, Blank: "不填",
	}
	if required {
		view.Text, view.Blank = "您现在在哪个镇（街道）？", "请选择"
	}
	for _, place := range choices {
		view.Options = append(view.Options, optionView{place.Code, place.Name, values.Get(fieldPlace) == place.Code})
	}
	return view
}

func newAlert(wrong *problem, view formView) *alertView {
	if wrong == nil {
		return nil
	}
	alert := &alertView{Title: wrong.title, Text: wrong.text, Retry: wrong.button == buttonRetry}
	questions := view.Questions
	if view.Township != nil {
		questions = append([]questionView{*view.Township}, questions...)
	}
	for _, q := range questions {
		switch {
		case q.Error == "":
		case q.Number == 0: // its message names the place
			alert.Items = append(alert.Items, alertItem{q.ID, q.Error})
		default:
			alert.Items = append(alert.Items, alertItem{q.ID, fmt.Sprintf("第 %d 题：%s", q.Number, q.Error)})
		}
	}
	return alert
}
