//go:build unix

package worker

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"strconv"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/engine"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/stage"
)

// pidOrPicture does pictures, and tells who does them when the source says "pid".
func pidOrPicture(src *blob.Blob, p plan.Plan, enter func(int, stage.Stage), more ...*blob.Blob) (*blob.Blob, stage.Times,
	error,
) {
	if string(src.Data) == "pid" {
		return &blob.Blob{Data: strconv.AppendInt(nil, int64(os.Getpid()), 10)}, stage.Times{}, nil
	}
	return engine.Engine{Enter: enter}.Run(src, p, more...)
}

// TestGiantLeavesNothing: after a picture of 50 megapixels the same worker holds hardly more memory than before.
func TestGiantLeavesNothing(t *testing.T) {
	const most = 24 << 20 // bytes; the pictures' planes are 150 MB
	p := newPool(t, Config{
		Args: []string{"child", "giants"}, Workers: 1, RecycleRSS: 1 << 40, KillRSS: 1 << 40,
		DataLimit: 2 << 30,
	})
	pid := func() int {
		b, _, err := p.Run(t.Context(), &blob.Blob{Data: []byte("pid")}, testPlan)
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(string(b.Data))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	runPicture(t, p, flatPNG(t, 800, 600))
	worker := pid()
	before := resident(worker)
	if before == 0 {
		t.Skip("this system does not tell the memory of a process")
	}
	runPicture(t, p, flatPNG(t, 10_000, 5_000))
	runPicture(t, p, flatPNG(t, 800, 600))
	if again := pid(); again != worker {
		t.Fatalf("worker %d was replaced by %d", worker, again)
	}
	after := resident(worker)
	t.Logf("%d MB before, %d MB after", before>>20, after>>20)
	if after > before+most {
		t.Errorf("want at most %d MB, got %d", (before+most)>>20, after>>20)
	}
}

// flatPNG is a picture of stripes that takes 3 bytes a pixel when decoded and few in the file.
func flatPNG(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, width, height),
		color.Palette{color.RGBA{200, 30, 60, 255}, color.RGBA{20, 90, 160, 255}})
	for y := 0; y < height; y += 2 {
		for x := range width {
			img.Pix[y*img.Stride+x] = 1
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func runPicture(t *testing.T, p *Pool, src []byte) {
	t.Helper()
	limits := plan.Limits{MaxPixels: 60e6, MaxOutputPixels: 1 << 20, Memory: 1 << 30}
	info, err := probe.Read(src, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		t.Fatal(err)
	}
	pl, err := plan.New(info, param.Params{Width: 640, Quality: 80}, format.JPEG, limits)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Run(t.Context(), &blob.Blob{Data: src, Format: info.Format}, pl); err != nil {
		t.Fatal(err)
	}
}
