// Package metric counts what the service does, for Prometheus. No label takes values from outside: every one has a
// handful that this program chooses.
package metric

import (
	"iter"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"imagekit/internal/stage"
)

// Metrics are all counters of one service. A nil *Metrics counts nothing. Safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	rows     []Row
	running  prometheus.Gauge
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	stages   *prometheus.HistogramVec
	bytesIn  *prometheus.CounterVec
	bytesOut *prometheus.CounterVec
	faults   *prometheus.CounterVec
	known    sync.Map // labels → *series
	byStage  sync.Map // name → prometheus.Observer
}

// labels are those of a request.
type labels struct{ route, status, cache, format string }

// series are the ones that a request with some labels counts in. Looking each up again would cost more than counting.
type series struct {
	requests, bytesOut prometheus.Counter
	duration           prometheus.Observer
}

// buckets are bounds in seconds: hits take far less than a millisecond, a large cold AVIF seconds.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// New returns metrics with the Go runtime's and the process's own beside them.
func New() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.running = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "imagekit_http_requests_in_flight", Help: "Requests that are being answered.",
	})
	m.note(Row{Name: "imagekit_http_requests_in_flight", Kind: Gauge, Help: "Requests that are being answered."}, m.running)
	m.requests = m.counter("imagekit_http_requests_total",
		"Requests answered, by route, class of the status (2xx), where a picture came from (HIT, MISS, COALESCED) and its "+
			"format.",
		"route", "status", "cache", "format")
	m.duration = m.histogram("imagekit_http_request_duration_seconds",
		"Time from the request's head to the end of its answer, by route and where a picture came from.", "route", "cache")
	m.stages = m.histogram("imagekit_stage_duration_seconds",
		"Time a request spent in a stage: "+stage.List()+".", "stage")
	m.bytesIn = m.counter("imagekit_http_request_bytes_total",
		"Bytes of requests' bodies that were read, by route: uploads.", "route")
	m.bytesOut = m.counter("imagekit_http_response_bytes_total", "Bytes of answers' bodies, by route.", "route")
	m.faults = m.counter("imagekit_faults_total",
		"Requests that failed, by the code of the problem document: rate_limited, overloaded, origin_failed, internal, …", "code")
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// note registers a collector and remembers what it is, for the reference.
func (m *Metrics) note(r Row, c prometheus.Collector) {
	m.registry.MustRegister(c)
	m.rows = append(m.rows, r)
}

func (m *Metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	m.note(Row{name, Counter, labels, help}, c)
	return c
}

func (m *Metrics) histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	m.note(Row{name, Histogram, labels, help}, h)
	return h
}

// Request is one answered request.
type Request struct {
	Route  string // a row of the routes, or "other"
	Status int
	Cache  string // HIT, MISS, COALESCED; "" when no picture was asked for
	Format string // of the picture that was sent; "" when none was
	Fault  string // code; "" when it did not fail
	Read   int64  // bytes of the request's body
	Bytes  int64  // of the answer's body
	Took   time.Duration
	Stages iter.Seq2[string, time.Duration]
}

// Begin counts a request that is taken up. Request ends it.
func (m *Metrics) Begin() {
	if m != nil {
		m.running.Inc()
	}
}

// Request counts an answered request that Begin counted.
func (m *Metrics) Request(r Request) {
	if m == nil {
		return
	}
	m.running.Dec()
	s := m.of(labels{r.Route, class(r.Status), r.Cache, r.Format})
	s.requests.Inc()
	s.duration.Observe(r.Took.Seconds())
	if r.Read > 0 {
		m.bytesIn.WithLabelValues(r.Route).Add(float64(r.Read))
	}
	s.bytesOut.Add(float64(r.Bytes))
	if r.Fault != "" {
		m.faults.WithLabelValues(r.Fault).Inc()
	}
	for name, took := range r.Stages {
		m.stage(name).Observe(took.Seconds())
	}
}

// of returns the series of these labels.
func (m *Metrics) of(l labels) *series {
	if s, ok := m.known.Load(l); ok {
		return s.(*series)
	}
	s, _ := m.known.LoadOrStore(l, &series{
		requests: m.requests.WithLabelValues(l.route, l.status, l.cache, l.format),
		bytesOut: m.bytesOut.WithLabelValues(l.route),
		duration: m.duration.WithLabelValues(l.route, l.cache),
	})
	return s.(*series)
}

// stage returns the series of a stage.
func (m *Metrics) stage(name string) prometheus.Observer {
	if s, ok := m.byStage.Load(name); ok {
		return s.(prometheus.Observer)
	}
	s, _ := m.byStage.LoadOrStore(name, m.stages.WithLabelValues(name))
	return s.(prometheus.Observer)
}

// Declare makes the counters of these problem codes exist before the first of them happens: a rate over a series
// that appears with its first event misses that event.
func (m *Metrics) Declare(codes []string) {
	for _, code := range codes {
		m.faults.WithLabelValues(code)
	}
}

// class returns 2xx for 200 and the like.
func class(status int) string {
	if 100 <= status && status < 600 {
		return [...]string{"1xx", "2xx", "3xx", "4xx", "5xx"}[status/100-1]
	}
	return "other"
}

// Handler answers with all figures in Prometheus' text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
