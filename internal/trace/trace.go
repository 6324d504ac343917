// Package trace tells an OpenTelemetry collector how requests spent their time. It is the only package that knows
// OpenTelemetry. Without a Tracer nothing happens, and it costs next to nothing.
package trace

import (
	"context"
	"iter"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"imagekit/internal/stage"
)

// Tracer makes the spans of requests. A nil Tracer makes none. Safe for concurrent use.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// format is the W3C's: the fields traceparent and tracestate.
var format propagation.TraceContext

// Span is one request's. The nil Span is of a request that nobody traces.
type Span struct{ span trace.Span }

// key finds the Span of a context. It is not OpenTelemetry's own key, so that a context without a span costs one look.
type key struct{}

// Begin begins the span of a request that came at start. The trace context in its header is continued if it comes from
// somebody who may decide that, else it begins a trace of its own.
func (t *Tracer) Begin(r *http.Request, start time.Time, believed bool) (context.Context, *Span) {
	ctx := r.Context()
	if t == nil {
		return ctx, nil
	}
	parent := ctx
	if believed {
		parent = format.Extract(ctx, propagation.HeaderCarrier(r.Header))
	}
	_, span := t.tracer.Start(parent, r.Method, trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(start))
	s := &Span{span}
	return context.WithValue(ctx, key{}, s), s
}

// ID returns the id of the trace, "" without one.
func (s *Span) ID() string {
	if s == nil {
		return ""
	}
	return s.span.SpanContext().TraceID().String()
}

// Answer is what a request came to.
type Answer struct {
	Method, Route string // Route is "" when there is none for the path
	Status        int
	Bytes         int64
	RequestID     string
	Source        string // without query
	Cache, Format string
	Fault         string // code; "" when it did not fail
}

// End ends the span of a request.
func (s *Span) End(a Answer) {
	if s == nil {
		return
	}
	if a.Route != "" {
		s.span.SetName(a.Method + " " + a.Route)
	}
	s.span.SetAttributes(attribute.Int("http.response.status_code", a.Status),
		attribute.Int64("http.response.body.size", a.Bytes))
	for _, kv := range [][2]string{
		{"http.request.method", a.Method},
		{"http.route", a.Route},
		{"imagekit.request_id", a.RequestID},
		{"imagekit.source", a.Source},
		{"imagekit.cache", a.Cache},
		{"imagekit.format", a.Format},
		{"error.type", a.Fault},
	} {
		if kv[1] != "" {
			s.span.SetAttributes(attribute.String(kv[0], kv[1]))
		}
	}
	if a.Status >= http.StatusInternalServerError {
		s.span.SetStatus(codes.Error, a.Fault)
	}
	s.span.End()
}

// of returns the span of a context, nil without one.
func of(ctx context.Context) trace.Span {
	if s, ok := ctx.Value(key{}).(*Span); ok {
		return s.span
	}
	return nil
}

// Running is a stage that has begun.
type Running struct {
	stage stage.Stage
	start time.Time
	span  trace.Span // nil of a request that nobody traces
}

// Begin begins a stage of the request that ctx belongs to, inside what ctx is in: a span, where there is a tracer, and
// the clock. It is here and not in package stage because the engine knows that one, and
// engines are no business of OpenTelemetry's.
func Begin(ctx context.Context, s stage.Stage) (context.Context, Running) {
	r := Running{stage: s, start: time.Now()}
	if parent := of(ctx); parent != nil {
		_, r.span = parent.TracerProvider().Tracer(scope).Start(trace.ContextWithSpan(ctx, parent), s.String())
		ctx = context.WithValue(ctx, key{}, &Span{r.span})
	}
	return ctx, r
}

// End ends the stage, with why it failed or nil, and adds its time to times. They are told only here: a Running that held
// them would cost every hit a piece of memory.
func (r Running) End(times *stage.Times, err error) {
	if r.span != nil {
		if err != nil {
			r.span.SetStatus(codes.Error, "")
		}
		r.span.End()
	}
	times.Since(r.stage, r.start)
}

// Lay adds a span for each of these stages: they took that long, one after the other from start on. It is for what was
// measured elsewhere, in a worker.
func Lay(ctx context.Context, start time.Time, stages iter.Seq2[string, time.Duration]) {
	parent := of(ctx)
	if parent == nil {
		return
	}
	tracer := parent.TracerProvider().Tracer(scope)
	for name, took := range stages {
		_, span := tracer.Start(trace.ContextWithSpan(ctx, parent), name, trace.WithTimestamp(start))
		start = start.Add(took)
		span.End(trace.WithTimestamp(start))
	}
}

// Inject writes the trace context of ctx into the header of a request to somebody else.
func Inject(ctx context.Context, h http.Header) {
	if parent := of(ctx); parent != nil {
		format.Inject(trace.ContextWithSpan(ctx, parent), propagation.HeaderCarrier(h))
	}
}
