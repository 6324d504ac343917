package trace

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.uber.org/goleak"

	"imagekit/internal/stage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWanted(t *testing.T) {
	for _, tt := range []struct {
		env   string
		want  bool
		wrong string
	}{
		{"", false, ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://a", true, ""},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://a", true, ""},
		{"OTEL_TRACES_EXPORTER=otlp", true, ""},
		{"OTEL_SERVICE_NAME=a", false, ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://a OTEL_TRACES_EXPORTER=none", false, ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://a OTEL_SDK_DISABLED=true", false, ""},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_SDK_DISABLED=TRUE", false, ""},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_SDK_DISABLED=false", true, ""},
		{"OTEL_TRACES_EXPORTER=zipkin", false, `OTEL_TRACES_EXPORTER: got "zipkin", want otlp or none`},
		{"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", true, ""},
		{
			"OTEL_TRACES_EXPORTER=otlp OTEL_EXPORTER_OTLP_PROTOCOL=grpc", false,
			`OTEL_EXPORTER_OTLP_PROTOCOL: got "grpc", want http/protobuf`,
		},
		{"OTEL_EXPORTER_OTLP_PROTOCOL=grpc", false, ""},
	} {
		env := map[string]string{}
		for field := range strings.FieldsSeq(tt.env) {
			name, value, _ := strings.Cut(field, "=")
			env[name] = value
		}
		got, err := Wanted(func(name string) string { return env[name] })
		if got != tt.want || (err == nil) != (tt.wrong == "") || err != nil && err.Error() != tt.wrong {
			t.Errorf("%s: %t, %v; want %t, %q", tt.env, got, err, tt.want, tt.wrong)
		}
	}
}

// record returns a tracer and what it recorded.
func record(t *testing.T) (*Tracer, func() map[string]tracetest.SpanStub) {
	t.Helper()
	kept := tracetest.NewInMemoryExporter()
	p := sdk.NewTracerProvider(sdk.WithSyncer(kept))
	tracer := &Tracer{p, p.Tracer(scope)}
	return tracer, func() map[string]tracetest.SpanStub {
		byName := map[string]tracetest.SpanStub{}
		for _, s := range kept.GetSpans() {
			byName[s.Name] = s
		}
		if err := tracer.Close(t.Context()); err != nil {
			t.Error(err)
		}
		return byName
	}
}

func TestSpans(t *testing.T) {
	tracer, spans := record(t)
	start := time.Now().Add(-time.Minute)
	ctx, span := tracer.Begin(httptest.NewRequest(http.MethodGet, "/img?sig=secret", nil), start, false)
	var clock stage.Times
	in, fetching := Begin(ctx, stage.Fetch)
	h := http.Header{}
	Inject(in, h)
	fetching.End(&clock, errors.New("broken"))
	var times stage.Times
	times[stage.Queue], times[stage.Decode], times[stage.Encode] = time.Second, 2*time.Second, 3*time.Second
	Lay(ctx, start, times.All())
	span.End(Answer{
		Method: "GET", Route: "/img", Status: 502, Bytes: 7, RequestID: "id", Source: "https://a/b",
		Fault: "origin_failed",
	})

	all := spans()
	root, ok := all["GET /img"]
	if !ok || len(all) != 5 {
		t.Fatalf("got the spans %v", all)
	}
	if root.Parent.IsValid() || !root.StartTime.Equal(start) || root.SpanContext.TraceID().String() != span.ID() {
		t.Errorf("the request's span: %+v", root)
	}
	got := map[string]string{}
	for _, kv := range root.Attributes {
		got[string(kv.Key)] = kv.Value.String()
	}
	want := map[string]string{
		"http.request.method": "GET", "http.route": "/img", "http.response.status_code": "502", "http.response.body.size": "7",
		"imagekit.request_id": "id", "imagekit.source": "https://a/b", "error.type": "origin_failed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	at := start
	for _, name := range []string{"queue", "decode", "encode"} {
		s := all[name]
		if s.Parent.SpanID() != root.SpanContext.SpanID() || !s.StartTime.Equal(at) {
			t.Errorf("%s begins %v after the start, below %v", name, s.StartTime.Sub(start), s.Parent.SpanID())
		}
		at = s.EndTime
	}
	if took := at.Sub(start); took != 6*time.Second {
		t.Errorf("the stages take %v, want 6s", took)
	}
	fetch := all["fetch"].SpanContext
	if got := h.Get("traceparent"); got != "00-"+fetch.TraceID().String()+"-"+fetch.SpanID().String()+"-01" {
		t.Errorf("the origin gets %q", got)
	}
}

// A trace goes on when whoever sent it is believed, and not otherwise.
func TestParent(t *testing.T) {
	for _, believed := range []bool{true, false} {
		tracer, spans := record(t)
		r := httptest.NewRequest(http.MethodGet, "/img", nil)
		r.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		_, span := tracer.Begin(r, time.Now(), believed)
		span.End(Answer{Method: "GET", Route: "/img", Status: 200})
		got := spans()["GET /img"]
		if (span.ID() == "0af7651916cd43dd8448eb211c80319c") != believed ||
			(got.Parent.SpanID().String() == "b7ad6b7169203331") != believed {
			t.Errorf("believed %t: the trace is %s, the parent %s", believed, span.ID(), got.Parent.SpanID())
		}
	}
}

func TestOff(t *testing.T) {
	var tracer *Tracer
	r := httptest.NewRequest(http.MethodGet, "/img", nil)
	ctx, span := tracer.Begin(r, time.Now(), true)
	var clock stage.Times
	in, fetching := Begin(ctx, stage.Fetch)
	h := http.Header{}
	Inject(in, h)
	Lay(in, time.Now(), stage.Times{time.Second}.All())
	fetching.End(&clock, nil)
	span.End(Answer{})
	if ctx != r.Context() || in != ctx || span.ID() != "" || len(h) != 0 || tracer.Close(ctx) != nil {
		t.Errorf("something was traced: %q, %v", span.ID(), h)
	}
}

// The times of a stage are taken whether it is traced or not.
func TestStagesAreTimed(t *testing.T) {
	traced, _ := record(t)
	for name, tracer := range map[string]*Tracer{"traced": traced, "not traced": nil} {
		synctest.Test(t, func(t *testing.T) {
			var clock stage.Times
			ctx, _ := tracer.Begin(httptest.NewRequest(http.MethodGet, "/img", nil), time.Now(), false)
			for range 2 {
				_, fetching := Begin(ctx, stage.Fetch)
				time.Sleep(time.Second) // by the bubble's clock
				fetching.End(&clock, nil)
			}
			if want := (stage.Times{stage.Fetch: 2 * time.Second}); clock != want {
				t.Errorf("%s: got %v, want %v", name, clock, want)
			}
		})
	}
}

// BenchmarkOff is what a stage costs when nothing is traced, below as many contexts as a cached picture has.
func BenchmarkOff(b *testing.B) {
	ctx, cancel := context.WithCancel(context.WithValue(context.WithValue(b.Context(), http.ServerContextKey, 1),
		http.LocalAddrContextKey, 2))
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		var times stage.Times
		_, looking := Begin(ctx, stage.Cache)
		looking.End(&times, nil)
	}
}
