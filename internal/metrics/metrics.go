// Package metrics counts what the server does, for Prometheus to collect. Every
// label has a small, fixed set of values: none comes from what a person sends.
package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics of one server, with a registry of its own.
type Metrics struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	latency     *prometheus.HistogramVec
	submissions *prometheus.CounterVec
	store       *prometheus.HistogramVec
	storeErrors *prometheus.CounterVec
	bot         *prometheus.CounterVec
	content     *prometheus.GaugeVec

	storeReady, storeDurable, storeLost prometheus.Gauge
}

// Latency buckets in seconds: a webhook reply takes a millisecond, a durable
// write some, and WeChat waits for 5 seconds.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}

// New makes the metrics of a server; release names its build.
func New(release, commit string) *Metrics {
	m := &Metrics{
		registry:    prometheus.NewRegistry(),
		requests:    counter("jindu_http_requests_total", "Requests by route and status.", "method", "route", "status"),
		latency:     histogram("jindu_http_request_seconds", "Time to answer a request, streams left out.", "method", "route"),
		submissions: counter("jindu_submissions_total", "Submissions by outcome and identity tier.", "outcome", "tier"),
		store:       histogram("jindu_store_seconds", "Time of a store operation.", "operation"),
		storeErrors: counter("jindu_store_errors_total", "Failed store operations.", "operation", "error"),
		bot:         counter("jindu_bot_replies_total", "Replies of the bot by kind of message and outcome.", "kind", "outcome"),
		content:     gauge("jindu_content_info", "1 for the content version that is served.", "version"),

		storeReady:   flag("jindu_store_ready", "1 while the store can be read and written."),
		storeDurable: flag("jindu_store_durable", "1 while an acknowledged response survives a power cut."),
		storeLost:    flag("jindu_store_lost", "1 while Redis does not hold what this process knows: it was emptied or replaced."),
	}
	build := gauge("jindu_build_info", "1 for the running build.", "release", "commit")
	build.WithLabelValues(release, commit).Set(1)
	m.registry.MustRegister(m.requests, m.latency, m.submissions, m.store, m.storeErrors, m.bot, m.content, build,
		m.storeReady, m.storeDurable, m.storeLost,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
}

func flag(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
}

func histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
}

// Handler serves the metrics in Prometheus' text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// SetContent notes the content version that is served now.
func (m *Metrics) SetContent(version string) {
	m.content.Reset()
	m.content.WithLabelValues(version).Set(1)
}

// Observe counts each request under its route, never under its path, which may
// hold a ticket. A stream counts when it ends, and without its time.
func (m *Metrics) Observe(c *gin.Context) {
	start := time.Now()
	c.Next()
	route := c.FullPath()
	if route == "" {
		route = "none"
	}
	method := c.Request.Method
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodHead:
	default:
		method = "other"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(c.Writer.Status())).Inc()
	if c.Writer.Header().Get("Content-Type") != "text/event-stream" {
		m.latency.WithLabelValues(method, route).Observe(time.Since(start).Seconds())
	}
}
