package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"jindu/internal/respondent"
)

// A flood of pages from one network is bounded and touches no other, nor WeChat,
// nor what people send in.
func TestPagesAreBoundedByNetwork(t *testing.T) {
	keys, err := respondent.NewKeys([]byte(testSecret))
	if err != nil {
		t.Fatal(err)
	}
	routes, err := newEngine(slog.New(slog.DiscardHandler), nil, limitPages(keys, 100))
	if err != nil {
		t.Fatal(err)
	}
	ok := func(c *gin.Context) { c.String(http.StatusOK, "ok") }
	routes.GET("/s/:ticket", ok)
	routes.POST("/s/:ticket", ok)
	routes.GET("/wechat", ok)
	routes.GET("/healthz", ok)
	ask := func(method, path, address string) int {
		r := httptest.NewRequest(method, path, nil)
		r.RemoteAddr = address + ":4711"
		w := httptest.NewRecorder()
		routes.ServeHTTP(w, r)
		if w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		return w.Code
	}
	refused := 0
	for i := range 300 {
		path := []string{"/s/x", "/no/such/page"}[i%2]
		if ask(http.MethodGet, path, "192.0.2.7") == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < 190 || refused > 200 {
		t.Errorf("%d of 300 refused", refused)
	}
	for _, c := range []struct {
		method, path, address string
		want                  int
	}{
		{http.MethodGet, "/s/x", "192.0.2.200", http.StatusTooManyRequests}, // the same network
		{http.MethodGet, "/s/x", "198.51.100.7", http.StatusOK},
		{http.MethodPost, "/s/x", "192.0.2.7", http.StatusOK},
		{http.MethodGet, "/wechat", "192.0.2.7", http.StatusOK},
		{http.MethodGet, "/healthz", "192.0.2.7", http.StatusOK},
	} {
		if got := ask(c.method, c.path, c.address); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}
