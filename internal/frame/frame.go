// Package frame holds an image in memory as planes, the way every codec and scaler here meets it.
// The memory is aligned for SIMD, pooled and never moves. With cgo it is C memory, so that C may keep pointers to it
// between calls; without, it is Go's.
package frame

import (
	"fmt"
	"image"
	"math"
	"slices"
	"unsafe"
)

// Model says what the planes mean.
type Model uint8

// The models; the number of colour planes follows from them.
const (
	YCbCr Model = iota // Y, Cb, Cr
	RGB                // R, G, B
	Gray               // Y
	CMYK               // C, M, Y, K with 0 = no ink
)

// Colors returns the number of colour planes: 3, 3, 1, 4.
func (m Model) Colors() int { return [...]int{3, 3, 1, 4}[m] }

// Plane is one channel. Samples are uint8, or native-endian uint16 when the frame's Depth is above 8.
type Plane struct {
	Data          unsafe.Pointer // first sample; 64-byte aligned, owned by the frame
	Stride        int            // bytes from row to row; a multiple of 64
	Width, Height int            // samples that hold picture; the memory goes on to Stride

	// PitchX and PitchY say how many samples of this plane stand for one pixel of the picture as stored in the
	// file: 1 for a full plane, 0.5 for subsampled chroma or a half-scale decode, 0.25 for both. The plane's
	// sample i covers the picture from i/Pitch to (i+1)/Pitch.
	PitchX, PitchY float64
	// ShiftX and ShiftY move the samples' centres, in samples: 0 = centred as JPEG and WebP have it,
	// -0.25 for 4:2:0 chroma that stands on the left (or upper) luma sample (MPEG-2, AV1 "vertical").
	ShiftX, ShiftY float64
}

// Row returns row y as bytes: Width samples of the frame's depth. The slice is valid until the frame is released.
func (p *Plane) Row(y, depth int) []byte {
	n := p.Width
	if depth > 8 {
		n *= 2
	}
	return unsafe.Slice((*byte)(unsafe.Add(p.Data, y*p.Stride)), n)
}

// Hint tells a decoder what will be used of the picture, so that it need not make the rest.
type Hint struct {
	Shrink int             // 1, 2, 4, 8: the scale 1/Shrink is enough; a decoder may ignore it
	Crop   image.Rectangle // stored pixels that will be read; the rest may be left undefined; empty = everything
}

// Frame is an image in memory. The zero value is empty; New makes one; Release gives its memory back.
type Frame struct {
	Model     Model
	Depth     int   // bits per sample, 8…16; the same for every plane
	FullRange bool  // false: 16…235 / 16…240 scaled to Depth (BT.601)
	Matrix    uint8 // H.273 MatrixCoefficients of a YCbCr frame: 6 = BT.601 (what JPEG and WebP mean), 1 = BT.709, …
	// Premultiplied says that the colours are multiplied by alpha (chroma: its distance from neutral).
	Premultiplied bool

	// Width and Height are the picture's size in pixels as stored in the file, whatever the planes' sizes.
	Width, Height int

	Planes   []Plane // the colour planes, len = Model.Colors()
	Alpha    Plane   // Data == nil when the picture is opaque; full range
	block    *block
	released bool
}

// HasAlpha reports whether there is an alpha plane.
func (f *Frame) HasAlpha() bool { return f.Alpha.Data != nil }

// Size is the size of one plane for New, in samples.
type Size struct{ W, H int }

// New returns a frame for a picture of width × height with one plane per size; a last size beyond the model's
// colours is the alpha plane. The samples are undefined. Pitches are set to plane size / picture size where those
// divide evenly; a decoder with padded planes sets them itself. It fails with ErrMemory when memory does not suffice.
func New(m Model, depth, width, height int, sizes ...Size) (*Frame, error) {
	n := m.Colors()
	if len(sizes) != n && len(sizes) != n+1 {
		return nil, fmt.Errorf("frame: want %d or %d planes, got %d", n, n+1, len(sizes))
	}
	bytes := 1
	if depth > 8 {
		bytes = 2
	}
	total := 0
	for _, s := range sizes {
		total += align(s.W*bytes) * (s.H + 1)
	}
	b, err := obtain(total)
	if err != nil {
		return nil, err
	}
	f := &Frame{Model: m, Depth: depth, Width: width, Height: height, FullRange: true, Matrix: 6, block: b}
	at := 0 // not a pointer: behind the last plane it would point to other memory of Go's heap
	for i, s := range sizes {
		p := Plane{
			Data: unsafe.Add(b.data, at), Stride: align(s.W * bytes), Width: s.W, Height: s.H,
			PitchX: float64(s.W) / float64(width), PitchY: float64(s.H) / float64(height),
		}
		at += p.Stride * (s.H + 1)
		if i < n {
			f.Planes = append(f.Planes, p)
		} else {
			f.Alpha = p
		}
	}
	return f, nil
}

// Full returns n equal sizes of width × height, for frames without subsampling.
func Full(n, width, height int) []Size {
	s := make([]Size, n)
	for i := range s {
		s[i] = Size{width, height}
	}
	return s
}

// Trim cuts the picture to width × height at the top left; a frame that is not larger stays as it is.
func (f *Frame) Trim(width, height int) {
	f.Width, f.Height = min(f.Width, width), min(f.Height, height)
	cut := func(p *Plane) {
		p.Width = min(p.Width, int(math.Ceil(float64(f.Width)*p.PitchX)))
		p.Height = min(p.Height, int(math.Ceil(float64(f.Height)*p.PitchY)))
	}
	for i := range f.Planes {
		cut(&f.Planes[i])
	}
	if f.HasAlpha() {
		cut(&f.Alpha)
	}
}

// Release gives the memory back to the pool. The frame and every slice and pointer into it are dead afterwards.
// Releasing nil or twice does nothing.
func (f *Frame) Release() {
	if f == nil || f.released {
		return
	}
	f.released = true
	f.block.giveBack()
}

// Lend returns the same picture for somebody who does not own it: its Release does nothing. It is valid as long as f is.
func (f *Frame) Lend() *Frame {
	lent := *f
	lent.Planes = slices.Clone(f.Planes)
	lent.block, lent.released = nil, true
	return &lent
}

// align rounds up to the alignment zimg wants for data and strides: 64 bytes (AVX-512).
func align(n int) int { return (n + alignment - 1) &^ (alignment - 1) }

const alignment = 64
