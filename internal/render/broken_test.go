package render

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
)

// TestBrokenSourceIsAskedForOnce: twenty sizes of a source that is no picture, or whose pixels no decoder reads, cost one
// download, however often the origin allows it to be used; when its minute is over, a mended one is served.
func TestBrokenSourceIsAskedForOnce(t *testing.T) {
	for _, tt := range []struct {
		name string
		harm func(rig)
		heal func(rig)
		want fault.Kind
	}{
		{
			"no picture", func(r rig) { r.origin.body = []byte("<html>") },
			func(r rig) { r.origin.body = newRig(t).origin.body }, fault.NotAnImage,
		},
		{
			"not read here", func(r rig) { r.origin.body = []byte("8BPS\x00\x01") },
			func(r rig) { r.origin.body = newRig(t).origin.body }, fault.UnsupportedFormat,
		},
		{
			"too many pixels", func(r rig) { r.limits.MaxPixels = 1 },
			func(r rig) { r.limits.MaxPixels = 1_000_000 }, fault.TooManyPixels,
		},
		{
			"damaged", func(r rig) { r.machine.err = fault.New(fault.DamagedImage, "cut short") },
			func(r rig) { r.machine.err = nil }, fault.DamagedImage,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				tt.harm(r)
				for i := range 20 {
					_, err := r.Render(t.Context(), request(50+i), format.WebP, nil)
					wantKind(t, err, tt.want)
				}
				if n := len(r.origin.fetched); n != 1 {
					t.Errorf("20 requests are %d downloads", n)
				}
				tt.heal(r)
				time.Sleep(missingFor)
				if _, err := r.Render(t.Context(), request(50), format.WebP, nil); err != nil {
					t.Errorf("a minute later: %v", err)
				}
				r.idle(t)
			})
		})
	}
}

// TestDamageIsOfAPart: what a decoder found wrong with one part says nothing about another, nor about the header.
func TestDamageIsOfAPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.machine.err = fault.New(fault.DamagedImage, "cut short")
		_, err := r.Render(t.Context(), request(100), format.WebP, nil)
		wantKind(t, err, fault.DamagedImage)
		r.machine.err = nil
		if _, err := r.Describe(t.Context(), request(100)); err != nil {
			t.Errorf("its header: %v", err)
		}
		top := request(100)
		top.Params.Crop = param.Crop{Set: true, W: param.Length{Value: 200}, H: param.Length{Value: 100}}
		if _, err := r.Render(t.Context(), top, format.WebP, nil); err != nil {
			t.Errorf("a part of it: %v", err)
		}
		_, err = r.Render(t.Context(), request(100), format.WebP, nil)
		wantKind(t, err, fault.DamagedImage)
	})
}

// TestPassingFailures: what another try may answer otherwise is tried again, and what the parameters did is not the
// source's fault.
func TestPassingFailures(t *testing.T) {
	for _, f := range []*fault.Error{
		{Kind: fault.DamagedImage, Passing: true},
		{Kind: fault.CropOutside},
		{Kind: fault.OutputTooLarge},
		{Kind: fault.TooMuchMemory},
		{Kind: fault.Overloaded},
		{Kind: fault.Timeout},
		{Kind: fault.Internal},
	} {
		t.Run(f.Kind.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.machine.err = f
				_, err := r.Render(t.Context(), request(100), format.WebP, nil)
				wantKind(t, err, f.Kind)
				r.machine.err = nil
				if _, err := r.Render(t.Context(), request(100), format.WebP, nil); err != nil {
					t.Errorf("the next try: %v", err)
				}
			})
		})
	}
}

// TestUnreadableResult: what a worker sends is neither served nor kept when its header is not that of the picture that
// was planned.
func TestUnreadableResult(t *testing.T) {
	for name, lie := range map[string]func(plan.Plan) []byte{
		"nothing":        func(plan.Plan) []byte { return nil },
		"garbage":        func(plan.Plan) []byte { return []byte("garbage, from a worker that was taken over") },
		"cut":            func(p plan.Plan) []byte { return drawn(p.Format, p.Canvas)[:20] },
		"another format": func(p plan.Plan) []byte { return drawn(format.JPEG, p.Canvas) },
		"wider":          func(p plan.Plan) []byte { p.Canvas.X++; return drawn(p.Format, p.Canvas) },
		"lower":          func(p plan.Plan) []byte { p.Canvas.Y--; return drawn(p.Format, p.Canvas) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.machine.lie = lie
				res, err := r.Render(t.Context(), request(100), format.WebP, nil)
				wantKind(t, err, fault.Internal)
				if _, err := r.Upload(t.Context(), r.origin.body, param.Params{Width: 100},
					format.WebP); fault.From(err).Kind != fault.Internal {
					t.Errorf("of an upload: %v", err)
				}
				if res.Blob != nil || len(r.memory.entries) != 0 {
					t.Errorf("served %v, kept %v", res.Blob, r.memory.keys())
				}
				r.machine.lie = nil
				if _, err := r.Render(t.Context(), request(100), format.WebP, nil); err != nil {
					t.Errorf("the next try: %v", err)
				}
			})
		})
	}
}

// TestResultWithABorder: what surrounds a picture counts to the size that is read back.
func TestResultWithABorder(t *testing.T) {
	var p plan.Plan
	p.Format, p.Canvas, p.Border = format.WebP, image.Pt(100, 50), 7
	if err := readBack(&blob.Blob{Data: drawn(p.Format, image.Pt(114, 64))}, p); err != nil {
		t.Error(err)
	}
	if readBack(&blob.Blob{Data: drawn(p.Format, p.Canvas)}, p) == nil {
		t.Error("a result without its border passes")
	}
}

// BenchmarkReadBack is what that check costs a miss: a photo-like JPEG, all of whose bytes are looked at for markers.
func BenchmarkReadBack(b *testing.B) {
	for _, side := range []int{320, 1280} {
		b.Run(fmt.Sprint(side), func(b *testing.B) {
			noise := image.NewGray(image.Rect(0, 0, side, side))
			for i := range noise.Pix {
				noise.Pix[i] = byte(rand.IntN(64))
			}
			var body bytes.Buffer
			if err := jpeg.Encode(&body, noise, nil); err != nil {
				b.Fatal(err)
			}
			result := blob.New(body.Bytes(), format.JPEG, time.Now())
			var planned plan.Plan
			planned.Format, planned.Canvas = format.JPEG, image.Pt(side, side)
			b.SetBytes(int64(body.Len()))
			for b.Loop() {
				if err := readBack(result, planned); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestTooLargeForItsFormat: the source is looked at once a minute, not before each hit of the format that takes the place.
// Another result of the same source is another matter.
func TestTooLargeForItsFormat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		refused := fault.New(fault.OutputTooLarge, "too large")
		refused.Param = "f"
		r.machine.err = refused
		admitted := 0
		ask := func(width int, out format.Format) error {
			_, err := r.Render(t.Context(), request(width), out, func() error { admitted++; return nil })
			return err
		}
		for range 3 {
			wantKind(t, ask(100, format.WebP), fault.OutputTooLarge)
		}
		if len(r.origin.fetched) != 1 || admitted != 1 {
			t.Errorf("%d downloads, %d requests admitted, want one of each", len(r.origin.fetched), admitted)
		}
		r.machine.err = nil
		if err := ask(99, format.WebP); err != nil {
			t.Error(err)
		}
		time.Sleep(unfitFor)
		if err := ask(100, format.WebP); err != nil {
			t.Errorf("a minute later: %v", err)
		}
	})
}
