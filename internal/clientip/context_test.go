package clientip

import (
	"context"
	"testing"
)

func TestContext(t *testing.T) {
	type other struct{}
	inner, cancel := context.WithCancelCause(context.WithValue(t.Context(), other{}, "kept"))
	ctx := context.Context(&Context{inner, "192.0.2.1"})
	for _, c := range []context.Context{ctx, context.WithoutCancel(ctx), context.WithValue(ctx, other{}, "kept")} {
		if got := Of(c); got != "192.0.2.1" {
			t.Errorf("client %q", got)
		}
		if c.Value(other{}) != "kept" {
			t.Error("a value of the context inside is lost")
		}
	}
	if got := Of(inner); got != "" {
		t.Errorf("client %q of a context without one", got)
	}
	below, stop := context.WithCancel(ctx)
	defer stop()
	cancel(nil)
	if <-below.Done(); ctx.Err() == nil {
		t.Error("it has not ended with the context inside")
	}
}
