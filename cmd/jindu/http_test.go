package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"

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
		if w.Code == http.StatusSeeOther && w.Header().Get("Location") != "/s/x" {
			t.Error(w.Header())
		}
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
		{http.MethodGet, "/s/x?code=c&state=s", "192.0.2.7", http.StatusSeeOther}, // no page under such an address
		{http.MethodGet, "//evil.example?code=c", "192.0.2.7", http.StatusTooManyRequests},
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

// At the end a server finishes its requests, then what goes on after them, within
// one deadline.
func TestServeFinishes(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	arrived, release := make(chan struct{}), make(chan struct{})
	var order []string
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		order = append(order, "request")
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- serveHTTP(ctx, listener, handler, slog.New(slog.DiscardHandler), func(ctx context.Context) {
			if until, ok := ctx.Deadline(); !ok || ctx.Err() != nil || time.Until(until) > shutdownTimeout {
				t.Errorf("finishing until %v: %v", until, ctx.Err())
			}
			order = append(order, "rest")
		})
	}()
	client := make(chan error, 1)
	go func() {
		resp, err := http.Get("http://" + listener.Addr().String())
		if err == nil {
			resp.Body.Close()
		}
		client <- err
	}()
	<-arrived
	stop()
	close(release)
	if err := errors.Join(<-client, <-ended); err != nil {
		t.Error(err)
	}
	if want := []string{"request", "rest"}; !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
}

// pipes is a listener within the process, whose connections hold nothing back.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if conn, ok := <-p; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}
func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// A client that reads slowly at the end keeps no answer to a follower from its time.
func TestSlowClientAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		listener := make(pipes)
		ctx, stop := context.WithCancel(t.Context())
		began, left, ended := time.Now(), time.Duration(0), make(chan error, 1)
		go func() {
			ended <- serveHTTP(ctx, listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Write(make([]byte, 1<<20)) // which nobody reads
			}), slog.New(slog.DiscardHandler), func(ctx context.Context) {
				until, _ := ctx.Deadline()
				left = time.Until(until)
				<-ctx.Done()
			})
		}()
		client, server := net.Pipe()
		defer client.Close()
		listener <- server
		if _, err := io.WriteString(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if left < shutdownTimeout-drainTimeout || time.Since(began) > shutdownTimeout {
			t.Errorf("%v left, ended after %v", left, time.Since(began))
		}
	})
}
