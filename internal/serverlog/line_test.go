package serverlog

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math"
	"testing"
	"time"
)

// What appendLine takes on, it writes as slog does.
func TestLogLine(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.FixedZone("", 3600))
	for _, tt := range []struct {
		attr  slog.Attr
		taken bool
	}{
		{slog.String("s", "plain text: 'x' <a&b> 100 %"), true},
		{slog.String("s", `a "quote"`), false},
		{slog.String("s", `a \`), false},
		{slog.String("s", "two\nlines"), false},
		{slog.String("s", "ä"), false},
		{slog.String("k\n", "x"), false},
		{slog.Int("i", -7), true},
		{slog.Int64("i", math.MaxInt64), true},
		{slog.Float64("f", 0), true},
		{slog.Float64("f", 0.123), true},
		{slog.Float64("f", -12345.5), true},
		{slog.Float64("f", 1e-6), true},
		{slog.Float64("f", 1e-7), false},
		{slog.Float64("f", 1e20), true},
		{slog.Float64("f", 1e21), false},
		{slog.Float64("f", math.NaN()), false},
		{slog.Any("e", errors.New("x")), false},
		{slog.Duration("d", time.Second), false},
		{slog.Attr{Value: slog.GroupValue(slog.Int("a", 1), slog.String("b", "x"))}, true},
		{slog.Attr{Value: slog.GroupValue(slog.Int("a", 1), slog.Any("b", nil))}, false},
		{slog.Group("g", slog.Int("a", 1)), false},
	} {
		r := slog.NewRecord(at, slog.LevelInfo, "request", 0)
		r.AddAttrs(slog.Int("first", 1), tt.attr)
		got, ok := appendLine(nil, r)
		if ok != tt.taken {
			t.Errorf("%v: taken on: %t, want %t", tt.attr, ok, tt.taken)
		}
		var want bytes.Buffer
		if err := slog.NewJSONHandler(&want, nil).Handle(context.Background(), r); err != nil {
			t.Fatal(err)
		}
		if ok && string(got) != want.String() {
			t.Errorf("got  %s\nwant %s", got, want.String())
		}
	}
}

// BenchmarkLogLine is the line of a cached picture.
func BenchmarkLogLine(b *testing.B) {
	log, flush := New(new(discard), slog.LevelInfo, false)
	defer flush()
	attrs := []slog.Attr{
		slog.String("id", "ABCDEFGHIJKLMNOP"), slog.String("method", "GET"), slog.String("path", "/img"), slog.Int("status",
			200),
		slog.Int64("bytes", 32361), slog.Float64("took_ms", 0.123), slog.String("client", "127.0.0.1"),
		slog.String("source", "https://example.com/pictures/a.jpg"), slog.String("cache", "HIT"), slog.Float64("cache_ms",
			0.045),
	}
	b.ReportAllocs()
	for b.Loop() {
		r := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
		r.AddAttrs(slog.Attr{Value: slog.GroupValue(attrs...)})
		if err := log.Handler().Handle(context.Background(), r); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
