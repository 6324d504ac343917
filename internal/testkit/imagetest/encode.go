package imagetest

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"math"
	"testing"
	"unsafe"

	"imagekit/internal/cicp"
	"imagekit/internal/codec/avif"
	"imagekit/internal/codec/jpeg"
	"imagekit/internal/codec/webp"
	"imagekit/internal/frame"
)

// JPEGProgressive writes a progressive 4:2:0 file with our own encoder; the standard library has none.
func JPEGProgressive(t testing.TB, img *image.NRGBA) []byte {
	t.Helper()
	return written(t)(jpeg.Encode(planar(t, img, false, false), jpeg.Settings{Quality: jpegQuality, Progressive: true}))
}

// WebP writes a lossy file with our own encoder, with alpha or opaque.
func WebP(t testing.TB, img *image.NRGBA, alpha bool) []byte {
	t.Helper()
	return written(t)(webp.Encode(planar(t, img, true, alpha), webp.Settings{Quality: 100, Method: 2}))
}

// WebPLossless writes a lossless file with our own encoder. Colours under transparent pixels are lost.
func WebPLossless(t testing.TB, img *image.NRGBA, alpha bool) []byte {
	t.Helper()
	n := 3
	if alpha {
		n = 4
	}
	f := newFrame(t, frame.RGB, 8, img, frame.Full(n, img.Rect.Dx(), img.Rect.Dy()))
	for i := range 3 {
		fill(&f.Planes[i], channel(img, i), func(v uint8) int { return int(v) }, 8)
	}
	if alpha {
		fill(&f.Alpha, channel(img, 3), func(v uint8) int { return int(v) }, 8)
	}
	return written(t)(webp.Encode(f, webp.Settings{Quality: 50, Method: 1, Lossless: true}))
}

// AVIF says how a file is written by our own encoder. The matrix is BT.709's where CICP states that (1), else BT.601's.
type AVIF struct {
	SubX, SubY int // 1 or 2; 0 = 4:0:0
	Depth      int // 8 (also for 0), 10, 12
	Limited    bool
	Alpha      bool
	CICP       avif.CICP
	ICC        []byte
}

// EncodeAVIF writes img as a says, without loss in YCbCr.
func EncodeAVIF(t testing.TB, img *image.NRGBA, a AVIF) []byte {
	t.Helper()
	p := toYCbCr(img)
	if a.CICP.Matrix == cicp.MatrixBT709 {
		p = byWeights(img, 0.2126, 0.0722)
	}
	f := fromYCbCr(t, img, p, a)
	return written(t)(avif.Encode(f, avif.Settings{Quality: 100, AlphaQuality: 100, Speed: 9, CICP: a.CICP, ICC: a.ICC}))
}

// GIF writes img in at most 255 colours, taken as they are, and one transparent one for alpha below 128.
func GIF(t testing.TB, img *image.NRGBA) []byte {
	t.Helper()
	palette := color.Palette{color.NRGBA{}}
	for i := range 252 { // 6 × 7 × 6 levels, evenly spaced
		palette = append(palette, color.NRGBA{uint8(i / 42 * 51), uint8(i / 6 % 7 * 85 / 2), uint8(i % 6 * 51), 255})
	}
	out := image.NewPaletted(img.Rect, palette)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if c := img.NRGBAAt(x, y); c.A >= 128 {
				level := func(v uint8, top int) int { return (int(v)*top + 127) / 255 }
				out.SetColorIndex(x, y, uint8(1+level(c.R, 5)*42+level(c.G, 6)*6+level(c.B, 5)))
			}
		}
	}
	var b bytes.Buffer
	if err := gif.Encode(&b, out, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Std writes img with the standard library's PNG encoder, which chooses the colour type by img's Go type.
func Std(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func written(t testing.TB) func([]byte, error) []byte {
	return func(data []byte, err error) []byte {
		t.Helper()
		if err != nil {
			Lacks(t, err)
			t.Fatal(err)
		}
		return data
	}
}

// planar makes an 8-bit 4:2:0 frame of img in BT.601.
func planar(t testing.TB, img *image.NRGBA, limited, alpha bool) *frame.Frame {
	return fromYCbCr(t, img, toYCbCr(img), AVIF{SubX: 2, SubY: 2, Limited: limited, Alpha: alpha})
}

// fromYCbCr makes a frame of p, what img is in YCbCr, laid out as a says.
func fromYCbCr(t testing.TB, img *image.NRGBA, p [3]*image.Gray, a AVIF) *frame.Frame {
	t.Helper()
	subX, subY, depth := a.SubX, a.SubY, max(a.Depth, 8)
	w, h := img.Rect.Dx(), img.Rect.Dy()
	model, sizes := frame.Gray, frame.Full(1, w, h)
	if subX > 0 {
		c := frame.Size{W: (w + subX - 1) / subX, H: (h + subY - 1) / subY}
		model, sizes = frame.YCbCr, append(sizes, c, c)
	}
	if a.Alpha {
		sizes = append(sizes, frame.Size{W: w, H: h})
	}
	f := newFrame(t, model, depth, img, sizes)
	f.FullRange = !a.Limited
	unit := float64(int(1) << (depth - 8))
	code := func(zero, extent float64) func(uint8) int {
		return func(v uint8) int { return int(math.Round((zero + (float64(v)-zero)*extent/255) * unit)) }
	}
	top := 256 - 1/unit // the highest code in units of 8 bits
	scaled := code(0, top)
	luma, chroma := scaled, code(128, top)
	if a.Limited {
		luma = func(v uint8) int { return int(math.Round((16 + float64(v)*219/255) * unit)) }
		chroma = code(128, 224)
	}
	fill(&f.Planes[0], p[0], luma, depth)
	for i := 1; i < len(f.Planes); i++ {
		fill(&f.Planes[i], shrink(p[i], subX, subY), chroma, depth)
	}
	if a.Alpha {
		fill(&f.Alpha, channel(img, 3), scaled, depth)
	}
	return f
}

func newFrame(t testing.TB, m frame.Model, depth int, img *image.NRGBA, sizes []frame.Size) *frame.Frame {
	t.Helper()
	f, err := frame.New(m, depth, img.Rect.Dx(), img.Rect.Dy(), sizes...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	return f
}

// fill writes code(v) for every sample v of from.
func fill(p *frame.Plane, from *image.Gray, code func(uint8) int, depth int) {
	for y := range p.Height {
		row := p.Row(y, depth)
		for x := range p.Width {
			v := min(max(code(from.GrayAt(x, y).Y), 0), 1<<depth-1)
			if depth > 8 {
				*(*uint16)(unsafe.Pointer(&row[2*x])) = uint16(v)
			} else {
				row[x] = uint8(v)
			}
		}
	}
}
