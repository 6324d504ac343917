package imagetest

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	xwebp "golang.org/x/image/webp"

	"imagekit/internal/codec/avif"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/op"
	"imagekit/internal/scale"
)

// Decode reads an image with a decoder that is not ours: JPEG, PNG and GIF by the standard library, WebP by x/image, AVIF by
// libavif's own tool where it is installed. Profiles are not applied.
func Decode(t testing.TB, data []byte) *image.NRGBA {
	t.Helper()
	var img image.Image
	var err error
	switch f := format.Sniff(data); f {
	case format.JPEG:
		img, err = jpeg.Decode(bytes.NewReader(data))
	case format.PNG:
		img, err = png.Decode(bytes.NewReader(data))
	case format.WebP:
		img, err = xwebp.Decode(bytes.NewReader(data))
	case format.AVIF:
		img, err = decodeAVIF(t, data)
	case format.GIF:
		img, err = gif.Decode(bytes.NewReader(data))
	default:
		t.Fatalf("no second decoder for %s", f)
	}
	if err != nil {
		t.Fatalf("the second decoder refuses it: %v", err)
	}
	switch img := img.(type) {
	case *image.YCbCr:
		return fromPlanes(t, data, img, nil, 0)
	case *image.NYCbCrA:
		return fromPlanes(t, data, &img.YCbCr, img.A, img.AStride)
	}
	return NRGBA(img)
}

// fromPlanes converts planes by BT.601. Those of a WebP are in limited range, though x/image gives them a type whose
// colours are defined by JFIF's full range formula.
func fromPlanes(t testing.TB, data []byte, p *image.YCbCr, alpha []uint8, stride int) *image.NRGBA {
	t.Helper()
	zero, luma, chroma := 0.0, 1.0, 1.0
	if format.Sniff(data) == format.WebP {
		zero, luma, chroma = 16, 255.0/219, 255.0/224
	}
	out := image.NewNRGBA(image.Rectangle{Max: p.Rect.Size()})
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			i, c := p.YOffset(x, y), p.COffset(x, y)
			l := (float64(p.Y[i]) - zero) * luma
			cb, cr := (float64(p.Cb[c])-128)*chroma, (float64(p.Cr[c])-128)*chroma
			q := out.Pix[out.PixOffset(x, y):]
			q[0], q[1], q[2], q[3] = clip(l+1.402*cr), clip(l-0.344136*cb-0.714136*cr), clip(l+1.772*cb), 255
			if alpha != nil {
				q[3] = alpha[y*stride+x]
			}
		}
	}
	return out
}

func decodeAVIF(t testing.TB, data []byte) (image.Image, error) {
	t.Helper()
	tool, err := exec.LookPath("avifdec")
	if err != nil {
		t.Log("avifdec not present: AVIF results are read with our own decoder")
		return ownAVIF(t, data), nil
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.avif"), filepath.Join(dir, "out.png")
	if err := os.WriteFile(in, data, 0o600); err != nil {
		return nil, err
	}
	if text, err := exec.CommandContext(t.Context(), tool, "--png-compress", "0", "--ignore-icc", "-u", "nearest", "-d", "8",
		in, out).CombinedOutput(); err != nil {
		t.Fatalf("avifdec: %v: %s", err, text)
	}
	file, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	return png.Decode(bytes.NewReader(file))
}

// ownAVIF reads an AVIF with the code under test: enough where no second decoder is installed.
func ownAVIF(t testing.TB, data []byte) *image.NRGBA {
	t.Helper()
	f, err := avif.Decode(data, frame.Hint{})
	if err != nil {
		t.Fatal(err)
	}
	w, h := f.Width, f.Height
	working, err := scale.Working(f, scale.Job{W: float64(w), H: float64(h), Width: w, Height: h})
	f.Release()
	if err == nil {
		working, err = scale.Convert(working, frame.RGB)
	}
	if err == nil {
		working, err = op.Finish(working, 1, 1, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer working.Release()
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			q := out.Pix[out.PixOffset(x, y):]
			q[3] = 255
			for i := range working.Planes {
				q[i] = working.Planes[i].Row(y, 8)[x]
			}
			if working.HasAlpha() {
				q[3] = working.Alpha.Row(y, 8)[x]
			}
		}
	}
	return out
}
