//go:build !cgo

// Package webp reads and writes WebP (RFC 9649) as planes: reads it with golang.org/x/image, writes it with libwebp
// compiled to WebAssembly.
package webp

import (
	"bytes"
	"image"

	"golang.org/x/image/vp8"
	"golang.org/x/image/vp8l"
	stdwebp "golang.org/x/image/webp"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Decode returns the picture, or the first frame of an animation on its canvas.
//
// A lossy picture stays what it is, 4:2:0 planes in BT.601 and limited range; a lossless one is R, G, B. Where the file
// says so or the first frame leaves some of the canvas free, there is alpha. The hint is not used.
//
// Errors: fault.DamagedImage for what is cut short or not WebP; fault.UnsupportedFormat for versions nobody knows;
// fault.TooMuchMemory without memory. The caller releases the frame.
func Decode(src []byte, _ frame.Hint) (*frame.Frame, error) {
	i, err := inspect(src)
	if err != nil {
		return nil, err
	}
	img, err := i.decode()
	if err != nil {
		return nil, fault.Wrap(fault.DamagedImage, err, "want a WebP, got one that cannot be decoded")
	}
	f, err := i.allocate()
	if err != nil {
		return nil, fault.Wrap(fault.TooMuchMemory, err, "no memory for a WebP of %d×%d pixels", i.width, i.height)
	}
	switch m := img.(type) {
	case *image.YCbCr:
		i.copyLossy(f, m, nil, 0)
	case *image.NYCbCrA:
		i.copyLossy(f, &m.YCbCr, m.A, m.AStride)
	case *image.NRGBA:
		i.copyLossless(f, m)
	}
	return f, nil
}

// decode decodes the picture, of which only size and place are known.
func (i *info) decode() (image.Image, error) {
	switch {
	case !i.lossy:
		return vp8l.Decode(bytes.NewReader(i.pixels))
	case i.alph != nil: // in a file of its own
		simple := appendChunk([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8 ", i.pixels)
		return stdwebp.Decode(bytes.NewReader(assemble(simple, i.at.Dx(), i.at.Dy(), true, i.alph, nil)))
	}
	d := vp8.NewDecoder()
	d.Init(bytes.NewReader(i.pixels), len(i.pixels))
	if _, err := d.DecodeFrameHeader(); err != nil {
		return nil, err
	}
	return d.DecodeFrame()
}

// allocate makes the frame, of transparent black where the picture does not reach.
func (i *info) allocate() (*frame.Frame, error) {
	size := frame.Size{W: i.width, H: i.height}
	model, sizes := frame.RGB, []frame.Size{size, size, size}
	if i.lossy {
		chroma := frame.Size{W: ceil(i.width, 2), H: ceil(i.height, 2)}
		model, sizes = frame.YCbCr, []frame.Size{size, chroma, chroma}
	}
	if i.alpha {
		sizes = append(sizes, size)
	}
	f, err := frame.New(model, 8, i.width, i.height, sizes...)
	if err != nil {
		return nil, err
	}
	if i.lossy {
		f.FullRange = false
		for k := range f.Planes[1:] {
			p := &f.Planes[1+k]
			p.PitchX, p.PitchY = 0.5, 0.5 // of an odd side, the last sample stands half outside of the picture
		}
	}
	if i.at.Size() != image.Pt(i.width, i.height) {
		for k := range f.Planes {
			fill(&f.Planes[k], i.black(k))
		}
		fill(&f.Alpha, 0)
	}
	return f, nil
}

// black is what a plane of a black picture holds.
func (i *info) black(plane int) byte {
	switch {
	case !i.lossy:
		return 0
	case plane == 0:
		return 16
	}
	return 128
}

func fill(p *frame.Plane, v byte) {
	for y := range p.Height {
		row := p.Row(y, 8)
		for x := range row {
			row[x] = v
		}
	}
}

// copyLossy copies a lossy picture to its place, which is an even one.
func (i *info) copyLossy(f *frame.Frame, m *image.YCbCr, alpha []byte, stride int) {
	w, h := i.at.Dx(), i.at.Dy()
	put(&f.Planes[0], i.at.Min, m.Y, m.YStride, w, h)
	put(&f.Planes[1], i.at.Min.Div(2), m.Cb, m.CStride, ceil(w, 2), ceil(h, 2))
	put(&f.Planes[2], i.at.Min.Div(2), m.Cr, m.CStride, ceil(w, 2), ceil(h, 2))
	switch {
	case !i.alpha:
	case alpha != nil:
		put(&f.Alpha, i.at.Min, alpha, stride, w, h)
	default:
		put(&f.Alpha, i.at.Min, bytes.Repeat([]byte{255}, w), 0, w, h)
	}
}

func put(p *frame.Plane, at image.Point, from []byte, stride, w, h int) {
	for y := range h {
		copy(p.Row(at.Y+y, 8)[at.X:at.X+w], from[y*stride:])
	}
}

// copyLossless takes a lossless picture apart.
func (i *info) copyLossless(f *frame.Frame, m *image.NRGBA) {
	w := i.at.Dx()
	for y := range i.at.Dy() {
		row := m.Pix[y*m.Stride:]
		for c := range f.Planes {
			split(f.Planes[c].Row(i.at.Min.Y+y, 8)[i.at.Min.X:][:w], row[c:])
		}
		if i.alpha {
			split(f.Alpha.Row(i.at.Min.Y+y, 8)[i.at.Min.X:][:w], row[3:])
		}
	}
}

func split(to, from []byte) {
	for x := range to {
		to[x] = from[4*x]
	}
}
