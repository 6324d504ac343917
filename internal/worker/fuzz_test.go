//go:build unix

package worker

import (
	"context"
	"errors"
	"testing"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

// seeds are pictures of every kind that is read, small so that a mutation hits something that matters.
func seeds(f *testing.F) [][]byte {
	photo, clear := imagetest.Photo(48, 32), imagetest.WithAlpha(imagetest.Photo(40, 24))
	deep := 10
	if imagetest.Portable {
		deep = 8 // it writes no other
	}
	return [][]byte{
		imagetest.JPEGYCbCr(f, photo, 2, 2, imagetest.JPEG{Exif: 6}),
		imagetest.JPEGProgressive(f, photo),
		imagetest.JPEGGray(f, photo, imagetest.JPEG{}),
		imagetest.JPEGCMYK(f, photo, true, imagetest.JPEG{Adobe: 3}),
		imagetest.Std(f, photo),
		imagetest.EncodePNG(f, clear, imagetest.PNG{Alpha: true}),
		imagetest.WebP(f, photo, false),
		imagetest.WebP(f, clear, true),
		imagetest.WebPLossless(f, clear, true),
		imagetest.EncodeAVIF(f, photo, imagetest.AVIF{SubX: 2, SubY: 2}),
		imagetest.EncodeAVIF(f, clear, imagetest.AVIF{SubX: 1, SubY: 1, Depth: deep, Alpha: true}),
		imagetest.GIF(f, photo),
	}
}

// endings are the faults that a source may end in. Whatever else happens is ours.
var endings = []fault.Kind{
	fault.CropOutside, fault.OutputTooLarge, fault.TooManyPixels, fault.TooMuchMemory, fault.NotAnImage,
	fault.UnsupportedFormat, fault.DamagedImage, fault.EngineLacks,
}

// FuzzSources sends mutated pictures through a real worker process. This process never dies; a worker that does is a
// finding about a codec library, and is replaced.
func FuzzSources(f *testing.F) {
	for i, seed := range seeds(f) {
		f.Add(seed, byte(i))
	}
	p := newPool(f, Config{Args: []string{"child", "pictures"}, Workers: 1, PoisonTTL: time.Nanosecond, Hello: time.Minute})
	lim := plan.Limits{MaxPixels: 1 << 20, MaxOutputPixels: 1 << 20, Memory: 512 << 20}
	f.Fuzz(func(t *testing.T, data []byte, way byte) {
		out := format.Outputs()[int(way)%len(format.Outputs())]
		info, err := probe.Read(data, probe.Limits{MaxPixels: lim.MaxPixels})
		if err != nil {
			wantEnding(t, err)
			return
		}
		pl, err := plan.New(info, param.Params{Width: 1 + int(way)/4}, out, lim)
		if err != nil {
			wantEnding(t, err)
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		b, _, err := p.Run(ctx, &blob.Blob{Data: data, Format: info.Format}, pl)
		if died := p.Stats().Deaths[Crashed.String()]; died > 0 {
			t.Fatalf("a worker crashed of this %s: %v", info.Format, err)
		}
		if err != nil {
			wantEnding(t, err)
			return
		}
		if got := format.Sniff(b.Data); got != out {
			t.Errorf("asked for %s, got %s", out, got)
		}
		if made, err := probe.Read(b.Data, probe.Limits{MaxPixels: lim.MaxPixels}); err != nil {
			t.Errorf("the result cannot be read: %v", err)
		} else if made.Width != pl.Size().X || made.Height != pl.Size().Y {
			t.Errorf("the result is %d×%d, planned were %v", made.Width, made.Height, pl.Size())
		}
	})
}

// wantEnding wants one of the faults that a source may end in.
func wantEnding(t *testing.T, err error) {
	t.Helper()
	var fe *fault.Error
	if !errors.As(err, &fe) {
		t.Fatalf("an error that is no fault: %v", err)
	}
	for _, k := range endings {
		if fe.Kind == k {
			return
		}
	}
	t.Fatalf("want one of %v, got %v", endings, err)
}
