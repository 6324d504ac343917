package metric

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"imagekit/internal/stage"
)

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("got %d, %v", w.Code, err)
	}
	return string(text)
}

func TestRequest(t *testing.T) {
	m := New()
	var times stage.Times
	times[stage.Fetch] = 20 * time.Millisecond
	m.Declare([]string{"overloaded", "timeout"})
	m.Request(Request{
		Route: "/img", Status: 200, Cache: "MISS", Format: "webp", Bytes: 1000, Took: 30 * time.Millisecond,
		Stages: times.All(),
	})
	m.Request(Request{Route: "/img", Status: 503, Fault: "overloaded", Took: time.Millisecond, Stages: stage.Times{}.All()})
	m.Add(
		Reading{Name: "imagekit_queue_length", Help: "h", Read: Single(func() int { return 7 })},
		Reading{Name: "imagekit_deaths_total", Help: "h", Counter: true, Label: "cause", Read: func() map[string]float64 {
			return map[string]float64{"crash": 2, "timeout": 0}
		}},
		Reading{Name: "imagekit_info", Help: "h", Label: "version", Read: Constant("1.2.3")},
	)
	text := scrape(t, m)
	for _, want := range []string{
		`imagekit_http_requests_total{cache="MISS",format="webp",route="/img",status="2xx"} 1`,
		`imagekit_http_requests_total{cache="",format="",route="/img",status="5xx"} 1`,
		`imagekit_http_request_duration_seconds_bucket{cache="MISS",route="/img",le="0.025"} 0`,
		`imagekit_http_request_duration_seconds_bucket{cache="MISS",route="/img",le="0.05"} 1`,
		`imagekit_stage_duration_seconds_count{stage="fetch"} 1`,
		`imagekit_http_response_bytes_total{route="/img"} 1000`,
		`imagekit_faults_total{code="overloaded"} 1`,
		`imagekit_faults_total{code="timeout"} 0`,
		"# TYPE imagekit_queue_length gauge\nimagekit_queue_length 7",
		"# TYPE imagekit_deaths_total counter\nimagekit_deaths_total{cause=\"crash\"} " +
			"2\nimagekit_deaths_total{cause=\"timeout\"} 0",
		`imagekit_info{version="1.2.3"} 1`,
		"go_goroutines ", "process_resident_memory_bytes ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if strings.Contains(text, `stage="decode"`) {
		t.Error("a stage that did not happen was counted")
	}
}

func TestNilCountsNothing(t *testing.T) {
	var m *Metrics
	m.Request(Request{Route: "/img", Status: 200})
}

func BenchmarkRequest(b *testing.B) {
	m := New()
	var times stage.Times
	times[stage.Cache] = time.Microsecond
	b.ReportAllocs()
	for b.Loop() {
		m.Request(Request{
			Route: "/img", Status: 200, Cache: "HIT", Format: "webp", Bytes: 1000, Took: time.Millisecond,
			Stages: times.All(),
		})
	}
}
