package engine

import (
	"bytes"
	"fmt"
	stdpng "image/png"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

// TestQualityIsReadBack: what a WebP or AVIF shows of its quantizers is the quality it was written with, so that it is
// never written again with more. Qualities that share a quantizer cannot be told apart.
func TestQualityIsReadBack(t *testing.T) {
	for _, p := range []imagetest.Named{
		{Name: "tiny", Img: imagetest.Photo(23, 17)},
		{Name: "photo", Img: imagetest.Photo(160, 120)},
		imagetest.Drawings(160, 120)[2],
	} {
		var b bytes.Buffer // not packed: an AVIF larger than its source may have become lossless
		if err := (&stdpng.Encoder{CompressionLevel: stdpng.NoCompression}).Encode(&b, p.Img); err != nil {
			t.Fatal(err)
		}
		png := b.Bytes()
		for _, out := range []format.Format{format.WebP, format.AVIF} {
			for _, q := range []int{1, 5, 12, 20, 33, 47, 50, 61, 75, 76, 80, 87, 88, 90, 94, 99} {
				t.Run(fmt.Sprint(p.Name, " ", out, " ", q), func(t *testing.T) {
					plan := planned(t, png, "", out)
					plan.Encoder = plan.Encoder.At(q)
					plan.Encoder.Drawing = 0
					info, err := probe.Read(runPlan(t, png, plan), probe.Limits{MaxPixels: 1 << 20})
					if err != nil {
						t.Fatal(err)
					}
					if got := info.Quality; got < q-2 || got > q+2 {
						t.Errorf("got %d", got)
					}
				})
			}
		}
	}
}
