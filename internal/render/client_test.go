package render

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"imagekit/internal/clientip"
	"imagekit/internal/format"
	"imagekit/internal/param"
)

// TestSharedWorkIsItsFirstClients: of those who wait for one result, the first has its turn in the queue used up.
func TestSharedWorkIsItsFirstClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		as := func(client string) context.Context { return &clientip.Context{Context: t.Context(), Client: client} }
		first := r.ask(as("first"), request(100))
		synctest.Wait()
		second := r.ask(as("second"), request(100))
		<-first
		<-second
		if _, err := r.Upload(as("third"), r.origin.body, param.Params{}, format.WebP); err != nil {
			t.Error(err)
		}
		if want := []string{"first", "third"}; !slices.Equal(r.machine.clients, want) {
			t.Errorf("jobs of %q, want %q", r.machine.clients, want)
		}
	})
}
