//go:build unix

package e2e

import (
	"bytes"
	"net/http"
	"testing"

	"golang.org/x/sync/errgroup"

	"imagekit/internal/fault"
	"imagekit/internal/testkit/evilorigin"
)

// Every misbehaving origin gets the answer it deserves, and none of them hurts anybody else.
func TestEvilOrigins(t *testing.T) {
	t.Parallel()
	s := start(t, "IMAGEKIT_MAX_INPUT_SIZE=256KiB")
	// for those that do not end by themselves
	hurried := start(t, "IMAGEKIT_MAX_INPUT_SIZE=256KiB", "IMAGEKIT_FETCH_TIMEOUT=3s")
	r := &rig{server: s, origin: newOrigin(t), evil: newEvil(t)}
	modes := evilorigin.Modes()
	answers := make([]answer, len(modes))
	group, ctx := errgroup.WithContext(t.Context())
	for i, m := range modes {
		path, asked := s.signed("url", r.evil(m.Name)), s
		if m.Ends == fault.OriginTimeout {
			asked = hurried
		}
		group.Go(func() (err error) {
			answers[i], err = asked.do(ctx, http.MethodGet, path, nil)
			return err
		})
	}
	for range 20 {
		r.healthy(t) // while they are all at it
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for i, m := range modes {
		t.Run(m.Name, func(t *testing.T) {
			refusal(t, answers[i], m.Ends)
			for _, inner := range []string{"10.0.0.1", "169.254", "passwd", "meta-data", "Injected", "x.sock"} {
				if bytes.Contains(answers[i].body, []byte(inner)) {
					t.Errorf("the body tells where the origin leads: %s", answers[i].body)
				}
			}
		})
	}
	r.healthy(t)
	s.holds(t, 21) // those of the healthy requests
	if n := len(s.log.all(func(e entry) bool {
		return e.msg() == "request" &&
			e["status"] == float64(fault.Internal.Row().Status)
	})); n > 0 {
		t.Errorf("%d requests ended as our own fault", n)
	}
}
