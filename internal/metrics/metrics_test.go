package metrics

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"jindu/bot"
	"jindu/survey"
)

// oneStore accepts a first submission and then is away.
type oneStore struct {
	survey.Store
	n int
}

func (s *oneStore) Submit(context.Context, *survey.Response) (survey.Result, error) {
	if s.n++; s.n > 1 {
		return survey.Result{}, fmt.Errorf("dial: %w", survey.ErrUnavailable)
	}
	return survey.Result{Outcome: survey.Accepted}, nil
}

type echo struct{}

// Begin answers at once, but for a start of a quiz, which fails later.
func (echo) Begin(m bot.Message) (bot.Reply, func(context.Context) (bot.Reply, error)) {
	reply := bot.Reply{Text: m.Text, Outcome: bot.Answered}
	if m.Text == "答题" {
		return reply, func(context.Context) (bot.Reply, error) { return bot.Reply{}, survey.ErrUnavailable }
	}
	return reply, nil
}

// What is collected says how often and how it ended, and never names a ticket.
func TestCollect(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	m := New("v1", "abc")
	m.SetContent("old")
	m.SetContent("new")
	m.SetStore(StoreState{Ready: true, Durable: true})
	m.SetStore(StoreState{Lost: true})
	store := m.Store(&oneStore{})
	for range 2 {
		_, _ = store.Submit(t.Context(), &survey.Response{Tier: "device"})
	}
	if _, later := m.Bot(echo{}).Begin(bot.Message{Kind: bot.Text, Text: "secret words"}); later != nil {
		t.Fatal("not at once")
	}
	if _, later := m.Bot(echo{}).Begin(bot.Message{Kind: bot.Text, Text: "答题"}); later == nil {
		t.Fatal("at once")
	} else if _, err := later(t.Context()); err == nil {
		t.Fatal("no error")
	}
	engine := gin.New()
	engine.Use(m.Observe)
	engine.GET("/s/:ticket", func(c *gin.Context) { c.String(http.StatusOK, "ok") })
	for _, path := range []string{"/s/TICKET-1", "/s/TICKET-2", "/nowhere/SECRET"} {
		engine.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
	}
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text := w.Body.String()
	for _, want := range []string{
		`jindu_submissions_total{outcome="accepted",tier="device"} 1`,
		`jindu_submissions_total{outcome="failed",tier="device"} 1`,
		`jindu_store_errors_total{error="unavailable",operation="submit"} 1`,
		`jindu_http_requests_total{method="GET",route="/s/:ticket",status="200"} 2`,
		`jindu_http_requests_total{method="GET",route="none",status="404"} 1`,
		`jindu_bot_replies_total{kind="text",outcome="answer"} 1`,
		`jindu_bot_replies_total{kind="text",outcome="failed"} 1`,
		`jindu_content_info{version="new"} 1`,
		`jindu_store_ready 0`,
		`jindu_store_durable 0`,
		`jindu_store_lost 1`,
		`jindu_build_info{commit="abc",release="v1"} 1`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("no %s", want)
		}
	}
	for _, never := range []string{"TICKET", "SECRET", "secret words", `version="old"`} {
		if strings.Contains(text, never) {
			t.Errorf("%q is told", never)
		}
	}
}
