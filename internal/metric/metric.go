// Package metric counts what the service does, for Prometheus. No label takes values from outside: every one has a
// handful that this program chooses.
package metric

import (
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are all counters of one service. A nil *Metrics counts nothing. Safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	stages   *prometheus.HistogramVec
	bytesOut *prometheus.CounterVec
	faults   *prometheus.CounterVec
}

// buckets are bounds in seconds: hits take far less than a millisecond, a large cold AVIF seconds.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// New returns metrics with the Go runtime's and the process's own beside them.
func New() *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counter("imagekit_http_requests_total",
			"Requests answered, by route, class of the status, where a picture came from (hit, miss, coalesced) and its format.",
			"route", "status", "cache", "format"),
		duration: histogram("imagekit_http_request_duration_seconds",
			"Time from the request's head to the end of its answer, by route and where a picture came from.", "route", "cache"),
		stages: histogram("imagekit_stage_duration_seconds",
			"Time a request spent in a stage: cache (reading), fetch, probe, queue, decode, resize, encode, store (writing the cache).", "stage"),
		bytesOut: counter("imagekit_http_response_bytes_total", "Bytes of answers' bodies, by route.", "route"),
		faults:   counter("imagekit_faults_total", "Requests that failed, by the code of the problem document.", "code"),
	}
	m.registry.MustRegister(m.requests, m.duration, m.stages, m.bytesOut, m.faults,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Request is one answered request.
type Request struct {
	Route  string // a row of the routes, or "other"
	Status int
	Cache  string // HIT, MISS, COALESCED; "" when no picture was asked for
	Format string // of the picture that was sent; "" when none was
	Fault  string // code; "" when it did not fail
	Bytes  int64
	Took   time.Duration
	Stages iter.Seq2[string, time.Duration]
}

// Request counts an answered request.
func (m *Metrics) Request(r Request) {
	if m == nil {
		return
	}
	m.requests.WithLabelValues(r.Route, class(r.Status), r.Cache, r.Format).Inc()
	m.duration.WithLabelValues(r.Route, r.Cache).Observe(r.Took.Seconds())
	m.bytesOut.WithLabelValues(r.Route).Add(float64(r.Bytes))
	if r.Fault != "" {
		m.faults.WithLabelValues(r.Fault).Inc()
	}
	for name, took := range r.Stages {
		m.stages.WithLabelValues(name).Observe(took.Seconds())
	}
}

// Declare makes the counters of these problem codes exist before the first of them happens: a rate over a series
// that appears with its first event misses that event.
func (m *Metrics) Declare(codes []string) {
	for _, code := range codes {
		m.faults.WithLabelValues(code)
	}
}

// class returns 2xx for 200 and the like.
func class(status int) string { return strconv.Itoa(status/100) + "xx" }

// Handler answers with all figures in Prometheus' text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
