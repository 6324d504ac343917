package engine

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
)

// attemptMotion does what the service does with foreign bytes that may move.
func attemptMotion(t testing.TB, src []byte, out format.Format, anim param.Anim) {
	t.Helper()
	before := frame.Live()
	info, err := probe.Read(src, probe.Limits{MaxPixels: 1 << 16})
	if err != nil {
		return
	}
	l := limits
	l.MaxFrames, l.MaxFramePixels = 100, 1<<20
	p, err := plan.New(info, param.Params{Width: 16, Anim: anim}, out, l)
	if err == nil {
		_, _, err = Engine{}.Run(&blob.Blob{Data: src, Format: info.Format}, p)
	}
	if n := frame.Live() - before; n != 0 {
		t.Errorf("%d frames left behind (%v)", n, err)
	}
	if err != nil && fault.From(err).Kind == fault.Internal {
		t.Errorf("want a picture or a refusal, got %v", err)
	}
}

func movies(t testing.TB) [][]byte {
	src := movie(t)
	return [][]byte{
		src, runPlan(t, src, planned(t, src, "", format.WebP)),
		runPlan(t, src, planned(t, src, "bg=fff", format.WebP)),
	}
}

// Flipped and missing bytes of what moves are never our fault, and leave nothing behind.
func TestFlippedBytesMoving(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, sound := range movies(t) {
		for i := range 350 {
			src := bytes.Clone(sound)
			for range 1 + r.IntN(4) {
				src[r.IntN(len(src))] ^= 1 << r.IntN(8)
			}
			if i%5 == 0 {
				src = src[:r.IntN(len(src))]
			}
			attemptMotion(t, src, []format.Format{format.WebP, format.GIF}[i%2], param.Anim(i%3))
		}
	}
}

func FuzzMotion(f *testing.F) {
	for _, src := range movies(f) {
		f.Add(src, true)
	}
	f.Fuzz(func(t *testing.T, src []byte, gif bool) {
		out := format.WebP
		if gif {
			out = format.GIF
		}
		attemptMotion(t, src, out, param.AnimUnset)
	})
}
