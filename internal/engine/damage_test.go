package engine

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

// attempt does what the service does with foreign bytes and returns the fault's kind, or ok.
func attempt(t *testing.T, src []byte) (kind fault.Kind, ok bool) {
	t.Helper()
	before := frame.Live()
	info, err := probe.Read(src, probe.Limits{MaxPixels: limits.MaxPixels})
	if err == nil {
		var p plan.Plan
		if p, err = plan.New(info, parse(t, "w=20"), format.JPEG, limits); err == nil {
			_, _, err = Engine{}.Run(&blob.Blob{Data: src, Format: info.Format}, p)
		}
	}
	if n := frame.Live() - before; n != 0 {
		t.Errorf("%d frames left behind (%v)", n, err)
	}
	if err == nil {
		return 0, true
	}
	return fault.From(err).Kind, false
}

// Half a file has no second half: every format says so, whichever side of the sandbox notices.
func TestTruncated(t *testing.T) {
	for _, s := range sources(t, 120, 90) {
		for _, part := range []int{4, 2} {
			t.Run(fmt.Sprintf("%s 1/%d", s.name, part), func(t *testing.T) {
				need(t, s.data)
				kind, ok := attempt(t, s.data[:len(s.data)/part])
				if ok || kind != fault.DamagedImage {
					t.Errorf("want %s, got %s, made %t", fault.DamagedImage, kind, ok)
				}
			})
		}
	}
}

// Flipped bytes may be noticed or not; they are never our fault, and leave nothing behind.
func TestFlippedBytes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, s := range sources(t, 60, 44) {
		t.Run(s.name, func(t *testing.T) {
			need(t, s.data)
			for range 40 {
				src := bytes.Clone(s.data)
				for range 1 + random.IntN(4) {
					src[random.IntN(len(src))] ^= 1 << random.IntN(8)
				}
				if kind, ok := attempt(t, src); !ok && kind == fault.Internal {
					t.Errorf("got %s", kind)
				}
			}
		})
	}
}

// The header that the server read and the pixels that the decoder finds must agree.
func TestHeaderAndPixelsDisagree(t *testing.T) {
	src := imagetest.EncodePNG(t, imagetest.Photo(40, 30), imagetest.PNG{})
	p := planned(t, src, "w=20", format.PNG)
	other := imagetest.EncodePNG(t, imagetest.Photo(30, 40), imagetest.PNG{})
	before := frame.Live()
	_, _, err := Engine{}.Run(&blob.Blob{Data: other, Format: format.PNG}, p)
	if err == nil || fault.From(err).Kind != fault.DamagedImage {
		t.Errorf("want %s, got %v", fault.DamagedImage, err)
	}
	if n := frame.Live() - before; n != 0 {
		t.Errorf("%d frames left behind", n)
	}
}
