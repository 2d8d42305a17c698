package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"jindu/internal/limit"
	"jindu/internal/respondent"
)

// Timeouts of a connection. Bodies are small, networks may be weak; a stream
// sets its own write deadlines.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = 75 * time.Second
	// shutdownTimeout is for all that a shutdown waits for: at most drainTimeout of it
	// for the requests, however slow a client reads, the rest for what goes on after
	// them. A message of WeChat's gets its answer in 4.5 s.
	shutdownTimeout = 10 * time.Second
	drainTimeout    = 5 * time.Second
	readyTimeout    = 2 * time.Second
	maxHeader       = 16 << 10
)

// pageMethods are those of what is only read: monitors and link checkers ask with HEAD.
var pageMethods = []string{http.MethodGet, http.MethodHead}

// newEngine is a gin engine that trusts only the given proxies.
func newEngine(log *slog.Logger, proxies []string, middleware ...gin.HandlerFunc) (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.RemoteIPHeaders = []string{"X-Forwarded-For"} // what proxies are told to set; no other is believed
	if err := engine.SetTrustedProxies(proxies); err != nil {
		return nil, usageError("JINDU_TRUSTED_PROXIES 要写成地址或网段，逗号分隔，如 127.0.0.1,10.0.0.0/8")
	}
	engine.Use(middleware...)
	engine.Use(observe(log))
	engine.NoRoute(func(c *gin.Context) {
		c.String(http.StatusNotFound, "没有这个页面。请检查网址，或重新扫描二维码。")
	})
	return engine, nil
}

// observe names each request, logs it by its route, never by its path or query,
// which may hold a ticket or a token, and turns a panic into a plain 500.
func observe(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := time.Now()
		id := requestID()
		c.Header("X-Request-Id", id)
		c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), requestKey{}, id))
		ctx := c.Request.Context()
		defer func() {
			if r := recover(); r != nil {
				if r == http.ErrAbortHandler {
					panic(r)
				}
				log.ErrorContext(ctx, "panic", "route", c.FullPath(), "panic", r, "stack", string(debug.Stack()))
				if !c.Writer.Written() {
					c.String(http.StatusInternalServerError, "出了点问题，请稍后再试。")
				}
				c.Abort()
			}
			log.DebugContext(ctx, "request", "method", c.Request.Method, "route", c.FullPath(), "status", c.Writer.Status(), "took", time.Since(start))
		}()
		c.Next()
	}
}

// pagesPerTicket is how many pages a network may open for each submission that it
// may make at one ticket: a questionnaire takes about four, with WeChat's
// authorization; other pages and tickets are opened from there too.
const pagesPerTicket = 10

// limitedNetworks are remembered by limitPages, about 200 bytes each.
const limitedNetworks = 20_000

// limitPages bounds how often one network opens pages, so that a flood from one
// does not starve the others in this process. Posts have bounds of their own.
// WeChat's calls and health checks are not pages. Addresses are kept as keyed
// hashes, in memory.
func limitPages(keys *respondent.Keys, perMinute int) gin.HandlerFunc {
	networks := limit.New(limit.Bound{Name: "pages", PerMinute: perMinute, Burst: perMinute, Keys: limitedNetworks}, nil, time.Now)
	return func(c *gin.Context) {
		switch c.FullPath() {
		case "/wechat", "/healthz", "/readyz":
			return
		}
		if c.Request.Method == http.MethodPost {
			return
		}
		sum := keys.MAC("pages", []byte(limit.Network(c.ClientIP())))
		if networks.Allow(c.Request.Context(), string(sum[:16])) {
			return
		}
		if c.FullPath() == "/s/:ticket" && c.Request.URL.Query().Has("code") { // no page is shown under the address of WeChat's return
			c.Header("Referrer-Policy", "no-referrer")
			c.Redirect(http.StatusSeeOther, c.Request.URL.EscapedPath())
			c.Abort()
			return
		}
		c.Header("Retry-After", "10")
		c.String(http.StatusTooManyRequests, "现在打开的人太多。请等十几秒，再打开一次。")
		c.Abort()
	}
}

// protect refuses browser posts from other sites (CSRF).
func protect(next http.Handler, own ...string) (http.Handler, error) {
	guard := http.NewCrossOriginProtection()
	// Behind a proxy that rewrites Host the public address is not the request's.
	for _, origin := range own {
		if err := guard.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "请从本站页面提交。请返回后重新打开页面再试。", http.StatusForbidden)
	}))
	return guard.Handler(next), nil
}

// admin is what only the machine itself should reach: health, metrics, profiles.
func (s *server) admin() (*gin.Engine, error) {
	r, err := newEngine(s.log, nil, ownHost(s.adminAddr))
	if err != nil {
		return nil, err
	}
	s.health.register(r, true)
	r.GET("/metrics", gin.WrapH(s.metrics.Handler()))
	r.GET("/debug/pprof/*any", gin.WrapF(profile))
	return r, nil
}

// ownHost refuses requests that were sent to another name: a page elsewhere whose
// name was made to lead here (DNS rebinding) would read what only this machine may.
// Good are the names and addresses of loopback and the host that it listens on; where
// that is every interface, any address, since an address cannot be made to lead here.
func ownHost(listen string) gin.HandlerFunc {
	own, _, _ := net.SplitHostPort(listen)
	ownIP := net.ParseIP(own)
	everywhere := own == "" || ownIP != nil && ownIP.IsUnspecified()
	return func(c *gin.Context) {
		host := c.Request.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		ip := net.ParseIP(strings.Trim(host, "[]"))
		switch {
		case strings.EqualFold(host, "localhost"), strings.EqualFold(host, own) && own != "":
		case ip != nil && (ip.IsLoopback() || ip.Equal(ownIP) || everywhere):
		default:
			c.String(http.StatusForbidden, "管理地址只接受本机地址或 JINDU_ADMIN_ADDR 里的主机名\n")
			c.Abort()
		}
	}
}

// profile serves net/http/pprof, whose index takes the names of profiles.
func profile(w http.ResponseWriter, r *http.Request) {
	switch strings.TrimPrefix(r.URL.Path, "/debug/pprof/") {
	case "cmdline": // the command line may hold secrets
		http.NotFound(w, r)
	case "profile":
		pprof.Profile(w, r)
	case "trace":
		pprof.Trace(w, r)
	case "symbol":
		pprof.Symbol(w, r)
	default:
		pprof.Index(w, r)
	}
}

// serveHTTP serves until ctx ends, then lets requests finish within a deadline, and
// what goes on after them, which finish waits for; it may be nil.
func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger, finish func(context.Context)) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	drain, stop := context.WithTimeout(deadline, drainTimeout)
	defer stop()
	err := server.Shutdown(drain)
	if finish != nil {
		finish(deadline)
	}
	if err != nil {
		log.Warn("some requests did not finish in time", "error", err)
		return server.Close()
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
