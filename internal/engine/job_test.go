package engine

import (
	"image"
	"slices"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

var limits = plan.Limits{MaxPixels: 50e6, MaxOutputPixels: 25e6, Memory: 2 << 30, MaxFrames: 1000, MaxFramePixels: 500e6}

// result is what a job made, and what its header says when it is read back.
type result struct {
	data []byte
	info probe.Info
	img  *image.NRGBA // by a decoder that is not ours
	plan plan.Plan
}

// fullColor lists the formats that hold every colour, grey and alpha: a GIF has 256 colours, and no pixel that is half
// transparent.
func fullColor() []format.Format {
	return slices.DeleteFunc(format.Outputs(), func(f format.Format) bool { return f == format.GIF })
}

// parse reads the parameters of a query without a url.
func parse(t testing.TB, query string) param.Params {
	t.Helper()
	q, err := param.Split(query)
	if err != nil {
		t.Fatal(err)
	}
	p, err := q.Params()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// planned is the whole way of a source up to the worker: header, parameters, plan.
func planned(t testing.TB, src []byte, query string, out format.Format) plan.Plan {
	t.Helper()
	info, err := probe.Read(src, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(info, parse(t, query), out, limits)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// runPlan does the job and holds what every job must: no frame is left, the result is what the plan said.
func runPlan(t testing.TB, src []byte, p plan.Plan) []byte {
	t.Helper()
	before := frame.Live()
	made, _, err := Engine{}.Run(&blob.Blob{Data: src, Format: p.Source.Format}, p)
	if n := frame.Live() - before; n != 0 {
		t.Errorf("the job left %d frames behind", n)
	}
	if err != nil {
		imagetest.Lacks(t, err)
		t.Fatal(err)
	}
	return made.Data
}

// run does the whole job of a query and reads the result back.
func run(t testing.TB, src []byte, query string, out format.Format) result {
	t.Helper()
	p := planned(t, src, query, out)
	data := runPlan(t, src, p)
	info, err := probe.Read(data, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		t.Fatalf("the result cannot be read back: %v", err)
	}
	if info.Format != p.Format || info.Width != p.Size().X || info.Height != p.Size().Y || info.Orientation > 1 {
		t.Fatalf("want %s of %v, got %s of %d×%d, orientation %d", p.Format, p.Size(), info.Format, info.Width, info.Height,
			info.Orientation)
	}
	r := result{data, info, imagetest.Decode(t, data), p}
	// libwebp and libavif leave out an alpha plane that turns out to be opaque.
	if info.Alpha != p.Alpha && (!p.Alpha || !r.img.Opaque()) {
		t.Errorf("want alpha %t, got %t", p.Alpha, info.Alpha)
	}
	return r
}

// Want of memory is the picture's fault, not the service's: no message of it may end as an internal error. The plan
// asks for more than there are addresses.
func TestWantOfMemory(t *testing.T) {
	src := imagetest.JPEGProgressive(t, imagetest.Photo(64, 48))
	for _, query := range []string{"w=32", "w=32&rot=90&f=png", "w=32&h=32&fit=pad"} {
		t.Run(query, func(t *testing.T) {
			p := planned(t, src, query, format.JPEG)
			p.Width, p.Height = 1<<24, 1<<24
			before := frame.Live()
			_, _, err := Engine{}.Run(&blob.Blob{Data: src, Format: p.Source.Format}, p)
			if err == nil || fault.From(err).Kind != fault.TooMuchMemory {
				t.Errorf("want %v, got %v", fault.TooMuchMemory, err)
			}
			if n := frame.Live() - before; n != 0 {
				t.Errorf("the job left %d frames behind", n)
			}
		})
	}
}
