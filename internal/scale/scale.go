// Package scale crops, resizes and converts planes: with zimg, or without cgo by the same filters in Go. Each plane of
// a picture is resized on its own, so that odd sizes, hard crop edges and every chroma layout are exact arithmetic on
// that plane's own grid: zimg itself refuses odd 4:2:0 sizes, shifts chroma by half a pixel when they are rounded up,
// and knows few layouts.
// Colours are multiplied by alpha row by row on their way into the filters.
package scale

import (
	"fmt"
	"image"
	"math"
	"unsafe"

	"imagekit/internal/frame"
)

// Job says which part of a picture becomes which size.
type Job struct {
	// Crop is the hard region in stored source pixels: no filter tap sees a pixel outside it. Empty = everything.
	Crop image.Rectangle
	// X, Y, W, H is the real-valued window inside Crop that becomes Width × Height.
	X, Y, W, H    float64
	Width, Height int
	// MirrorX and MirrorY say that a later turn mirrors this axis. Subsampled chroma of an odd size then has to be
	// counted from the other end, or it would stand half a sample off after the turn.
	MirrorX, MirrorY bool
	Kernel           Kernel
}

// Kernel is the filter of a resize.
type Kernel uint8

// The kernels.
const (
	Lanczos Kernel = iota // three lobes
	Cubic                 // Catmull and Rom
	Linear
	Nearest
)

// Layout is what an encoder wants to be given.
type Layout struct {
	SubX, SubY int  // chroma subsampling factors, 1 or 2
	FullRange  bool // else limited range
}

// Direct resizes an opaque frame into 8-bit planes of the same model, ready for an encoder that wants layout.
func Direct(src *frame.Frame, job Job, layout Layout) (*frame.Frame, error) {
	if src.HasAlpha() {
		return nil, fmt.Errorf("scale: Direct wants an opaque frame")
	}
	sizes := frame.Full(src.Model.Colors(), job.Width, job.Height)
	if src.Model == frame.YCbCr {
		chroma := frame.Size{W: ceilDiv(job.Width, layout.SubX), H: ceilDiv(job.Height, layout.SubY)}
		sizes[1], sizes[2] = chroma, chroma
	} else {
		layout.SubX, layout.SubY = 1, 1
	}
	dst, err := frame.New(src.Model, 8, job.Width, job.Height, sizes...)
	if err != nil {
		return nil, err
	}
	dst.FullRange, dst.Matrix = layout.FullRange, src.Matrix
	if err := resize(src, dst, job, layout); err != nil {
		dst.Release()
		return nil, err
	}
	return dst, nil
}

// Working resizes a frame into the working form: 16 bits, 4:4:4, full range, premultiplied when it has alpha,
// the model and matrix unchanged. Colour conversion, turns, padding and flattening are exact there.
func Working(src *frame.Frame, job Job) (*frame.Frame, error) {
	n := src.Model.Colors()
	if src.HasAlpha() {
		n++
	}
	dst, err := frame.New(src.Model, 16, job.Width, job.Height, frame.Full(n, job.Width, job.Height)...)
	if err != nil {
		return nil, err
	}
	dst.Matrix = src.Matrix
	dst.Premultiplied = src.HasAlpha()
	if unscaled(src, dst, job) {
		return dst, nil
	}
	if err := resize(src, dst, job, Layout{SubX: 1, SubY: 1, FullRange: true}); err != nil {
		dst.Release()
		return nil, err
	}
	return dst, nil
}

// resize resizes every plane of src into dst, each on its own; colours are multiplied by alpha on their way.
func resize(src, dst *frame.Frame, job Job, layout Layout) error {
	l := lift{alphaUnit: fullUnit(src.Depth)}
	if src.HasAlpha() {
		c, err := cut(&src.Alpha, src.Depth, job)
		if err != nil {
			return err
		}
		l.codes = alphaCodes(src)
		if err := c.resize(l, drop{dst.Alpha, alphaCodes(dst)}, job, [2]int{1, 1}); err != nil {
			return err
		}
		if !src.Premultiplied {
			l.alpha = c.plane
		}
	}
	for i := range src.Planes {
		l.codes = codesOf(src, i)
		sub := [2]int{1, 1}
		if l.codes.chroma {
			sub = [2]int{layout.SubX, layout.SubY}
		}
		if err := color(src, i, l, drop{dst.Planes[i], codesOf(dst, i)}, job, sub); err != nil {
			return err
		}
	}
	return nil
}

// color resizes colour plane i of src, multiplied by alpha if l has one.
func color(src *frame.Frame, i int, l lift, d drop, job Job, sub [2]int) error {
	c, err := cut(&src.Planes[i], src.Depth, job)
	if err != nil {
		return err
	}
	first := src.Planes[0]
	if l.alpha.Data == nil || c.plane.PitchX == first.PitchX && c.plane.PitchY == first.PitchY {
		return c.resize(l, d, job, sub)
	}
	luma, err := cut(&first, src.Depth, job)
	if err != nil {
		return err
	}
	full, err := c.stretched(luma, &l)
	if err != nil {
		return err
	}
	defer full.Release()
	luma.plane.Data, luma.plane.Stride = full.Planes[0].Data, full.Planes[0].Stride
	return luma.resize(l, d, job, sub)
}

// stretched returns a plane with as many samples as luma, as multiplying by alpha needs. What they mean, words beyond
// a depth of 8, is left in l.
func (c cutPlane) stretched(luma cutPlane, l *lift) (*frame.Frame, error) {
	raw := codes{depth: l.codes.depth, unit: fullUnit(l.codes.depth)}
	d := drop{codes: raw}
	if raw.depth > 8 {
		d.codes = codes{depth: 16, unit: fullUnit(16)}
	}
	w, h := luma.plane.Width, luma.plane.Height
	f, err := frame.New(frame.Gray, d.codes.depth, w, h, frame.Size{W: w, H: h})
	if err != nil {
		return nil, err
	}
	d.plane = f.Planes[0]
	all := Job{
		X: float64(luma.x) / luma.plane.PitchX, W: float64(w) / luma.plane.PitchX, Width: w,
		Y: float64(luma.y) / luma.plane.PitchY, H: float64(h) / luma.plane.PitchY, Height: h,
	}
	if err := c.resize(lift{codes: raw}, d, all, [2]int{1, 1}); err != nil {
		f.Release()
		return nil, err
	}
	k := d.codes.unit / raw.unit
	l.codes.depth, l.codes.zero, l.codes.unit = d.codes.depth, l.codes.zero*k, l.codes.unit*k
	return f, nil
}

// cutPlane is the part of a plane inside the hard crop, and where it begins, in samples of the whole plane.
type cutPlane struct {
	plane frame.Plane
	x, y  int
}

// cut narrows p to job.Crop, rounded outward to whole samples.
func cut(p *frame.Plane, depth int, job Job) (cutPlane, error) {
	c := cutPlane{plane: *p}
	if job.Crop.Empty() {
		return c, nil
	}
	const slack = 1e-6 // a pitch like 1/3 must not round an exact edge outward
	x0 := max(0, int(math.Floor(float64(job.Crop.Min.X)*p.PitchX+slack)))
	y0 := max(0, int(math.Floor(float64(job.Crop.Min.Y)*p.PitchY+slack)))
	x1 := min(p.Width, int(math.Ceil(float64(job.Crop.Max.X)*p.PitchX-slack)))
	y1 := min(p.Height, int(math.Ceil(float64(job.Crop.Max.Y)*p.PitchY-slack)))
	if x1 <= x0 || y1 <= y0 {
		return c, fmt.Errorf("scale: crop %v leaves nothing of a %d×%d plane", job.Crop, p.Width, p.Height)
	}
	c.x, c.y = x0, y0
	c.plane.Width, c.plane.Height = x1-x0, y1-y0
	c.plane.Data = unsafe.Add(p.Data, y0*p.Stride+x0*sampleBytes(depth))
	return c, nil
}

// resize resizes the plane, lifted by l, into that of d, whose samples stand for sub[0] × sub[1] pixels of the result.
func (c cutPlane) resize(l lift, d drop, job Job, sub [2]int) error {
	l.plane = c.plane
	return plane(c.window(job, d.plane, sub), l, d)
}

func sampleBytes(depth int) int {
	if depth > 8 {
		return 2
	}
	return 1
}

// window is the part of a plane that becomes another plane, in samples from the plane's corner.
type window struct {
	x, y, w, h float64
	kernel     Kernel
}

// window returns what becomes the output plane out, whose samples stand for sub[0] × sub[1] pixels of the result.
func (c cutPlane) window(job Job, out frame.Plane, sub [2]int) window {
	x, w := span(job.X, job.W, job.Width, out.Width*sub[0], job.MirrorX)
	y, h := span(job.Y, job.H, job.Height, out.Height*sub[1], job.MirrorY)
	p := c.plane
	return window{
		x: x*p.PitchX - p.ShiftX - float64(c.x), w: w * p.PitchX,
		y: y*p.PitchY - p.ShiftY - float64(c.y), h: h * p.PitchY,
		kernel: job.Kernel,
	}
}

// span returns the part of the source that covered pixels of the result stand for, when size pixels stand for
// start…start+length. covered exceeds size by one when a subsampled side is odd.
func span(start, length float64, size, covered int, mirror bool) (from, extent float64) {
	step := length / float64(size)
	if mirror {
		start -= float64(covered-size) * step
	}
	return start, float64(covered) * step
}

// words returns row y of a 16-bit plane.
func words(p frame.Plane, y int) []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Add(p.Data, y*p.Stride)), p.Width)
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
