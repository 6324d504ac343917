package e2e

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync"
	"testing"

	"imagekit/internal/fault"
)

// crowd asks for paths at once. It returns when all requests are on their way; answers returns what came of them.
func (s *server) crowd(ctx context.Context, t *testing.T, paths []string) (answers func() []answer) {
	t.Helper()
	var sent, done sync.WaitGroup
	list := make([]answer, len(paths))
	sent.Add(len(paths))
	for i, path := range paths {
		once := sync.OnceFunc(sent.Done)
		trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { once() }}
		done.Go(func() {
			defer once()
			a, err := s.do(httptrace.WithClientTrace(ctx, trace), http.MethodGet, path, nil)
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			list[i] = a
		})
	}
	sent.Wait()
	return func() []answer {
		done.Wait()
		return list
	}
}

func TestStampede(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	paths := make([]string, 200)
	for i := range paths {
		paths[i] = s.signed("url", o.url+"/photo.jpg", "w", "100")
	}
	release := o.hold()
	answers := s.crowd(t.Context(), t, paths)
	release()
	list, states := answers(), map[string]int{}
	for _, a := range list {
		states[a.cacheState()]++
		if a.status != http.StatusOK || !bytes.Equal(a.body, list[0].body) {
			t.Fatalf("got status %d and %d bytes, want the same picture for all", a.status, len(a.body))
		}
	}
	if o.count("/photo.jpg") != 1 || states["MISS"] != 1 || states["COALESCED"] == 0 {
		t.Errorf("%d requests to the origin, X-Cache %v; want one request, one MISS and the rest of it", o.count("/photo.jpg"), states)
	}
	if n := s.stats(t).Entries; n != 1 {
		t.Errorf("%d entries in the cache, want 1", n)
	}
}

func TestSizesAtOnce(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	var paths []string
	for _, w := range []int{50, 60, 70, 80} {
		paths = append(paths, s.signed("url", o.url+"/photo.jpg", "w", strconv.Itoa(w)))
	}
	release := o.hold()
	answers := s.crowd(t.Context(), t, paths)
	s.passage(t)
	release()
	for _, a := range answers() {
		a.wantState(t, "MISS")
	}
	if n := o.count("/photo.jpg"); n != 1 {
		t.Errorf("the origin was asked %d times for four sizes, want once", n)
	}
}

// The first to ask leaves; those who joined get the picture, from the one request that it began.
func TestLeaderLeaves(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	path := s.signed("url", o.url+"/photo.jpg", "w", "100")
	release := o.hold()
	ctx, leave := context.WithCancel(t.Context())
	leader := s.crowd(ctx, t, []string{path})
	eventually(t, "the origin is asked", func() bool { return o.count("/photo.jpg") == 1 })
	others := s.crowd(t.Context(), t, []string{path, path, path, path})
	s.passage(t)
	leave()
	leader()
	s.log.wait(t, "the leader has gone", isGone)
	release()
	for _, a := range others() {
		a.wantState(t, "COALESCED")
	}
	if n := o.count("/photo.jpg"); n != 1 {
		t.Errorf("the origin was asked %d times, want once", n)
	}
}

// The last to leave takes the work along, and nobody is blamed.
func TestClientGone(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	release := o.hold()
	ctx, leave := context.WithCancel(t.Context())
	client := s.crowd(ctx, t, []string{s.signed("url", o.url+"/photo.jpg", "w", "100")})
	eventually(t, "the origin is asked", func() bool { return o.count("/photo.jpg") == 1 })
	leave()
	client()
	line := s.log.wait(t, "the client has gone", isGone)
	if line.level() != fault.ClientGone.Row().Level.String() {
		t.Errorf("logged at %s: %v", line.level(), line)
	}
	release()
	s.picture(t, "url", o.url+"/photo.jpg", "w", "100").wantState(t, "MISS")
}

func isGone(e entry) bool {
	return e.msg() == "request" && e["status"] == float64(fault.ClientGone.Row().Status)
}

// passage makes a picture of its own. When it is there, every request sent before it has long been taken up.
func (s *server) passage(t *testing.T) {
	t.Helper()
	s.picture(t, "url", "sample:drawing", "w", "8").wantState(t, "MISS")
}
