//go:build unix

package e2e

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"testing"
)

// Requests that wait for their origin when the signal comes are answered before the server ends.
func TestDrain(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	var paths []string
	for i := range 20 {
		file := "/" + strconv.Itoa(i) + ".jpg"
		paths = append(paths, s.signed("url", o.put(file, photo(t, 60, 40)), "w", "30"))
	}
	release := o.hold()
	answers := s.crowd(t.Context(), t, paths)
	for i := range paths {
		eventually(t, "the origin is asked", func() bool { return o.count("/"+strconv.Itoa(i)+".jpg") == 1 })
	}
	s.terminate(t)
	s.refusesConnections(t)
	release()
	for _, a := range answers() {
		a.wantState(t, "MISS")
	}
	s.stop(t)
	if n := len(s.files(t)); n != len(paths) {
		t.Errorf("%d entries in the cache, want all %d results", n, len(paths))
	}
}

// Under load, every request that the server has taken up by its access log is answered, and answered right.
func TestDrainUnderLoad(t *testing.T) {
	t.Parallel()
	o, s := newOrigin(t), start(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var mu sync.Mutex
	answered := map[string]int{} // request id → status
	var clients sync.WaitGroup
	for client := range 8 {
		clients.Go(func() {
			for i := 0; ; i++ {
				path := s.signed("url", o.url+"/photo.jpg", "w", strconv.Itoa(10+i%50), "v", strconv.Itoa(client))
				a, err := s.do(ctx, http.MethodGet, path, nil)
				if err != nil { // the server takes no more; what it took is checked below
					return
				}
				mu.Lock()
				answered[a.header.Get("X-Request-Id")] = a.status
				mu.Unlock()
			}
		})
	}
	s.log.waitFor(t, 100, "the load is on", func(e entry) bool { return e.text("path") == "/img" })
	s.terminate(t)
	s.awaitExit(t)
	clients.Wait()
	s.stop(t)
	taken := s.log.all(func(e entry) bool { return e.text("path") == "/img" })
	for _, e := range taken {
		if status := answered[e.text("id")]; status != http.StatusOK {
			t.Errorf("a client got status %d for a request that the server took: %v", status, e)
		}
	}
	if len(taken) != len(answered) {
		t.Errorf("%d requests taken, %d answered", len(taken), len(answered))
	}
}
