package e2e

import (
	"image"
	"math/rand/v2"
	"net/http"
	"syscall"
	"testing"

	"imagekit/internal/fault"
)

// queueFaults are told by a server with one worker and room for one job behind it.
func queueFaults() []faultCase {
	return []faultCase{{name: "full", kind: fault.Overloaded, entries: 2, ask: func(t *testing.T, r *rig) (refused answer) {
		worker := children(t, r.cmd.Process.Pid)[0]
		worker.signal(t, syscall.SIGSTOP) // whatever it gets lasts until it may go on
		defer worker.signal(t, syscall.SIGCONT)
		const asked, served = 6, 2
		answers := make(chan answer, asked)
		for range asked {
			path := r.signed("url", r.origin.url+"/small.png", "w", "8", "v", r.next())
			go func() {
				a, err := r.do(t.Context(), http.MethodGet, path, nil)
				if err != nil {
					t.Error(err)
				}
				answers <- a
			}()
		}
		for range asked - served { // those that are refused need no worker
			refused = <-answers
			refusal(t, refused, fault.Overloaded)
		}
		worker.signal(t, syscall.SIGCONT)
		for range served {
			(<-answers).wantState(t, "MISS")
		}
		return refused
	}}}
}

// timeFaults are told by a server with one worker and one second for a request.
func timeFaults() []faultCase {
	return []faultCase{
		{name: "a picture that takes long", kind: fault.Timeout, ask: func(t *testing.T, r *rig) answer {
			r.log.expect("timeout")
			return r.img(t, longJob(t, r.origin)...)
		}},
		{name: "a worker that hangs", kind: fault.Timeout, ask: func(t *testing.T, r *rig) answer {
			children(t, r.cmd.Process.Pid)[0].signal(t, syscall.SIGSTOP)
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
	return []string{"url", o.put("/noise.png", encodePNG(t, img)), "w", "5000", "up", "1", "f", "avif", "q", "100"}
}
