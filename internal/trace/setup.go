package trace

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// scope names who made a span.
const scope = "imagekit"

// protocol is the one that is spoken to collectors.
const protocol = "http/protobuf"

// Wanted reports whether the environment asks for tracing (OpenTelemetry's specification of environment variables):
// OTEL_TRACES_EXPORTER is otlp, or it is unset and there is an endpoint. OTEL_SDK_DISABLED=true wins. The error names a
// variable that asks for what is not there.
func Wanted(env func(string) string) (bool, error) {
	if strings.EqualFold(env("OTEL_SDK_DISABLED"), "true") {
		return false, nil
	}
	switch got := env("OTEL_TRACES_EXPORTER"); got {
	case "none":
		return false, nil
	case "otlp":
	case "":
		if env("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
			return false, nil
		}
	default:
		return false, fmt.Errorf("OTEL_TRACES_EXPORTER: got %q, want otlp or none", got)
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if got := env(name); got != "" && got != protocol {
			return false, fmt.Errorf("%s: got %q, want %s", name, got, protocol)
		}
	}
	return true, nil
}

// New returns a tracer that sends spans where the OTEL_… variables of the process say. Close it. Trouble with the
// collector goes to log, at most a line a minute; it never holds up a request.
func New(ctx context.Context, version string, log *slog.Logger) (*Tracer, error) {
	otel.SetLogger(logr.Discard()) // it would write to standard error beside the log
	otel.SetErrorHandler(&complaints{log: log})
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", scope), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv()) // which may name the service otherwise
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	p := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about))
	return &Tracer{provider: p, tracer: p.Tracer(scope)}, nil
}

// Close sends what is left, as long as ctx lasts.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// complainEvery is the least time between two lines about a collector.
const complainEvery = time.Minute

// complaints is OpenTelemetry's way to tell of trouble.
type complaints struct {
	log  *slog.Logger
	last atomic.Int64 // Unix time in seconds
}

// Handle logs an error, unless one was logged a moment ago.
func (c *complaints) Handle(err error) {
	now, last := time.Now().Unix(), c.last.Load()
	if now-last >= int64(complainEvery/time.Second) && c.last.CompareAndSwap(last, now) {
		c.log.Warn("spans cannot be sent", "error", err)
	}
}
