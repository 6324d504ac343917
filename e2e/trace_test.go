//go:build unix

package e2e

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collectorServer is an OpenTelemetry collector that keeps what it is sent.
type collectorServer struct {
	url string

	mu   sync.Mutex
	all  []*spans.Span
	text strings.Builder // everything that came, for a search
}

func newCollector(t *testing.T) *collectorServer {
	t.Helper()
	c := &collectorServer{}
	web := httptest.NewServer(c)
	t.Cleanup(web.Close)
	c.url = web.URL
	return c
}

// ServeHTTP takes spans (OTLP over HTTP, protobuf).
func (c *collectorServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var request collector.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &request) != nil {
		http.Error(w, "want spans", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text.Write(body)
	for _, of := range request.GetResourceSpans() {
		for _, scope := range of.GetScopeSpans() {
			c.all = append(c.all, scope.GetSpans()...)
		}
	}
}

// find returns the spans of a trace by name, as soon as the request's own is among them.
func (c *collectorServer) find(t *testing.T, trace string) map[string]*spans.Span {
	t.Helper()
	found := map[string]*spans.Span{}
	eventually(t, "the trace arrives", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, s := range c.all {
			if hex.EncodeToString(s.GetTraceId()) == trace {
				found[s.GetName()] = s
			}
		}
		return found["GET /img"] != nil
	})
	return found
}

const (
	givenTrace  = "0af7651916cd43dd8448eb211c80319c"
	givenSpan   = "b7ad6b7169203331"
	traceparent = "00-" + givenTrace + "-" + givenSpan + "-01"
)

// A proxy's trace goes on through the service to the origin, with a span for every stage.
func TestTrace(t *testing.T) {
	t.Parallel()
	o, c := newOrigin(t), newCollector(t)
	s := start(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+c.url, "OTEL_BSP_SCHEDULE_DELAY=20", "IMAGEKIT_TRACE_ORIGINS=1",
		"IMAGEKIT_TRUSTED_PROXIES=127.0.0.1/32")
	a := s.get(t, s.signed("url", o.url+"/photo.jpg?secret=of-the-origin", "w", "40"), "traceparent", traceparent)
	a.wantState(t, "MISS")
	got := c.find(t, givenTrace)
	root := got["GET /img"]
	if parent := hex.EncodeToString(root.GetParentSpanId()); parent != givenSpan {
		t.Errorf("the request's parent is %s, want %s", parent, givenSpan)
	}
	for _, name := range []string{"cache", "fetch", "probe", "queue", "decode", "resize", "encode", "store"} {
		span := got[name]
		if span == nil {
			t.Errorf("no span for %s", name)
		} else if span.GetStartTimeUnixNano() < root.GetStartTimeUnixNano() ||
			span.GetEndTimeUnixNano() > root.GetEndTimeUnixNano() {
			t.Errorf("%s lies outside its request", name)
		}
	}
	if want, sent := "00-"+givenTrace+"-"+hex.EncodeToString(got["fetch"].GetSpanId())+"-01", o.header("traceparent"); sent != want {
		t.Errorf("the origin was sent %q, want %q", sent, want)
	}
	if id := s.log.request(t, a).text("trace"); id != givenTrace {
		t.Errorf("the log's trace is %q", id)
	}
	s.stop(t) // sends the rest
	for _, secret := range []string{"sig=", testSecret, "of-the-origin"} {
		if strings.Contains(c.text.String(), secret) {
			t.Errorf("the spans tell %q", secret)
		}
	}
}

// A stranger neither joins a trace nor makes origins hear of one, and probes are not traced.
func TestTraceOfAStranger(t *testing.T) {
	t.Parallel()
	o, c := newOrigin(t), newCollector(t)
	s := start(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+c.url, "OTEL_BSP_SCHEDULE_DELAY=20")
	s.get(t, "/health", "traceparent", traceparent)
	a := s.get(t, s.signed("url", o.url+"/photo.jpg", "w", "40"), "traceparent", traceparent)
	id := s.log.request(t, a).text("trace")
	if id == givenTrace || id == "" {
		t.Errorf("the trace is %q", id)
	}
	c.find(t, id)
	if sent := o.header("traceparent"); sent != "" {
		t.Errorf("the origin was sent %q", sent)
	}
	s.stop(t)
	for _, span := range c.all {
		if hex.EncodeToString(span.GetTraceId()) != id {
			t.Errorf("also traced: %s", span.GetName())
		}
	}
}

// A collector that is away costs a line in the log, not requests.
func TestTraceToNobody(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t, "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "OTEL_BSP_SCHEDULE_DELAY=20",
		"OTEL_EXPORTER_OTLP_TIMEOUT=100")
	s.get(t, s.signed("url", o.url+"/photo.jpg", "w", "40")).wantState(t, "MISS")
	s.log.wait(t, "the log tells of it", func(e entry) bool { return e.msg() == "spans cannot be sent" })
	s.stop(t)
	refusesToStart(t, []string{"OTEL_TRACES_EXPORTER=jaeger"}, nil, []string{"OTEL_TRACES_EXPORTER", "otlp or none"})
}
