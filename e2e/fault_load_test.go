//go:build unix

package e2e

import (
	"image"
	"math/rand/v2"
	"net/http"
	"strconv"
	"syscall"
	"testing"

	"imagekit/internal/fault"
)

// queueFaults are told by a server with one worker and room for one job behind it.
func queueFaults() []faultCase {
	return []faultCase{{name: "full", kind: fault.Overloaded, entries: 2, ask: func(t *testing.T, r *rig) answer {
		worker, refused, served := r.fill(t, r.origin)
		worker.signal(t, syscall.SIGCONT)
		served()
		return refused
	}}}
}

// fill stops the only worker of a server that lets one job wait, and asks for pictures until the server refuses. It
// returns the worker, an answer that was refused, and what waits until the two jobs that were taken are done: the one
// that the worker has been given, though it could not begin, and the one behind it.
func (s *server) fill(t *testing.T, o *origin) (worker process, refused answer, served func()) {
	t.Helper()
	worker = s.settled(t, 1)[0]
	worker.signal(t, syscall.SIGSTOP)
	const asked, taken = 6, 2
	answers := make(chan answer, asked)
	for i := range asked {
		path := s.signed("url", o.url+"/small.png", "w", "8", "v", "fill "+strconv.Itoa(i))
		go func() {
			a, err := s.do(t.Context(), http.MethodGet, path, nil)
			if err != nil {
				t.Error(err)
			}
			answers <- a
		}()
	}
	for range asked - taken { // to be refused they need no worker
		refused = <-answers
		refusal(t, refused, fault.Overloaded)
	}
	return worker, refused, func() {
		t.Helper()
		for range taken {
			(<-answers).wantState(t, "MISS")
		}
	}
}

// timeFaults are told by a server with one worker and one second for a request.
func timeFaults() []faultCase {
	return []faultCase{
		{name: "a picture that takes long", kind: fault.Timeout, ask: func(t *testing.T, r *rig) answer {
			r.log.expect("timeout")
			return r.img(t, longJob(t, r.origin)...)
		}},
		{name: "a worker that hangs", kind: fault.Timeout, ask: func(t *testing.T, r *rig) answer {
			r.settled(t, 1)[0].signal(t, syscall.SIGSTOP)
			return r.img(t, "url", r.origin.url+"/small.png", "w", "9")
		}},
	}
}

// longJob returns a request that keeps a worker busy for seconds: noise, enlarged to the largest AVIF.
func longJob(t *testing.T, o *origin) []string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 2000, 2000))
	for i := range img.Pix {
		img.Pix[i] = byte(rand.Uint32())
	}
	width := "5000"
	if portable(t) {
		width = "2600" // larger ones need more memory than it gives its encoder
	}
	return []string{"url", o.put("/noise.png", encodePNG(t, img)), "w", width, "up", "1", "f", "avif", "q", "100"}
}
