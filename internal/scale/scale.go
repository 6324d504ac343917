// Package scale crops, resizes and converts planes with zimg. Each plane of an opaque picture is resized on its own,
// so that odd sizes, hard crop edges and every chroma layout are exact arithmetic on that plane's own grid: zimg
// itself refuses odd 4:2:0 sizes, shifts chroma by half a pixel when they are rounded up, and knows few layouts.
// Pictures with alpha are resized jointly and premultiplied.
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
}

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
	if err := planes(src, dst, job, layout); err != nil {
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
	if src.HasAlpha() {
		dst.Premultiplied = true
		err = joint(src, dst, job)
	} else {
		err = planes(src, dst, job, Layout{SubX: 1, SubY: 1, FullRange: true})
	}
	if err != nil {
		dst.Release()
		return nil, err
	}
	return dst, nil
}

// planes resizes every colour plane on its own.
func planes(src, dst *frame.Frame, job Job, layout Layout) error {
	for i := range src.Planes {
		chroma := src.Model == frame.YCbCr && i > 0
		sub := [2]int{1, 1}
		if chroma {
			sub = [2]int{layout.SubX, layout.SubY}
		}
		if err := onePlane(src, dst, i, job, sub, chroma); err != nil {
			return err
		}
	}
	return nil
}

// onePlane resizes plane i. Luma's range is converted by zimg; chroma's here, because to zimg a lone plane is luma.
func onePlane(src, dst *frame.Frame, i int, job Job, sub [2]int, chroma bool) error {
	in, release, err := cut(&src.Planes[i], src.Depth, job)
	if err != nil {
		return err
	}
	defer release()
	out := dst.Planes[i]
	from := in.format(job, out, sub)
	from.depth, from.full_range = cInt(src.Depth), cBool(src.FullRange)
	to := format{width: cInt(out.Width), height: cInt(out.Height), depth: cInt(dst.Depth), full_range: cBool(dst.FullRange)}
	if !chroma || (src.Depth == 8 && dst.Depth == 8 && src.FullRange == dst.FullRange) {
		return run(from, to, one(in.plane), one(out))
	}
	// Limited range on both sides makes zimg's depth conversion a plain shift; affine does the rest.
	from.full_range, to.full_range, to.depth = 0, 0, 16
	lifted, err := frame.New(frame.Gray, 16, out.Width, out.Height, frame.Size{W: out.Width, H: out.Height})
	if err != nil {
		return err
	}
	defer lifted.Release()
	if err := run(from, to, one(in.plane), one(lifted.Planes[0])); err != nil {
		return err
	}
	affine(lifted.Planes[0], out, dst.Depth, 1<<15, chromaUnit(dst.Depth, dst.FullRange)/(chromaUnit(src.Depth, src.FullRange)*math.Exp2(float64(16-src.Depth))), math.Exp2(float64(dst.Depth-1)))
	return nil
}

// chromaUnit is the distance between the codes for −0.5 and +0.5 (ITU-T H.273 §8.3).
func chromaUnit(depth int, full bool) float64 {
	if full {
		return math.Exp2(float64(depth)) - 1
	}
	return 224 * math.Exp2(float64(depth-8))
}

// joint resizes all planes and alpha in one graph, which premultiplies before the filters run.
func joint(src, dst *frame.Frame, job Job) error {
	var in, out [4]frame.Plane
	luma, done, err := cut(&src.Planes[0], src.Depth, job)
	if err != nil {
		return err
	}
	defer done()
	in[0] = luma.plane
	for i := 1; i < len(src.Planes); i++ {
		c, done, err := cut(&src.Planes[i], src.Depth, job)
		if err != nil {
			return err
		}
		defer done()
		full, release, err := c.stretched(luma, src.Depth)
		if err != nil {
			return err
		}
		defer release()
		in[i] = full
	}
	alpha, done, err := cut(&src.Alpha, src.Depth, job)
	if err != nil {
		return err
	}
	defer done()
	copy(out[:], dst.Planes)
	in[3], out[3] = alpha.plane, dst.Alpha
	from := luma.format(job, dst.Alpha, [2]int{1, 1})
	from.family, from.matrix = family(src.Model), cInt(int(src.Matrix))
	from.depth, from.full_range, from.alpha = cInt(src.Depth), cBool(src.FullRange), alphaStraight
	if src.Premultiplied {
		from.alpha = alphaPremultiplied
	}
	to := format{
		width: cInt(dst.Width), height: cInt(dst.Height), family: from.family, matrix: from.matrix,
		depth: 16, full_range: 1, alpha: alphaPremultiplied,
	}
	return run(from, to, in, out)
}

// stretched returns a chroma plane with as many samples as luma, as premultiplying needs; itself when it has them.
func (c cutPlane) stretched(luma cutPlane, depth int) (full frame.Plane, release func(), err error) {
	if c.plane.PitchX == luma.plane.PitchX && c.plane.PitchY == luma.plane.PitchY {
		return c.plane, func() {}, nil
	}
	w, h := luma.plane.Width, luma.plane.Height
	f, err := frame.New(frame.Gray, depth, w, h, frame.Size{W: w, H: h})
	if err != nil {
		return full, nil, err
	}
	all := Job{X: float64(luma.x), Y: float64(luma.y), W: float64(w), H: float64(h), Width: w, Height: h}
	from := c.format(all, f.Planes[0], [2]int{1, 1})
	from.depth, from.full_range = cInt(depth), 1
	to := format{width: cInt(w), height: cInt(h), depth: cInt(depth), full_range: 1}
	if err := run(from, to, one(c.plane), one(f.Planes[0])); err != nil {
		f.Release()
		return full, nil, err
	}
	return f.Planes[0], f.Release, nil
}

// cutPlane is the part of a plane inside the hard crop, and where it begins, in samples of the whole plane.
type cutPlane struct {
	plane frame.Plane
	x, y  int
}

// cut narrows p to job.Crop, rounded outward to whole samples. Columns that would break the alignment zimg needs are
// copied to memory of their own; release gives that back.
func cut(p *frame.Plane, depth int, job Job) (c cutPlane, release func(), err error) {
	c, release = cutPlane{plane: *p}, func() {}
	if job.Crop.Empty() {
		return c, release, nil
	}
	const slack = 1e-6 // a pitch like 1/3 must not round an exact edge outward
	x0 := max(0, int(math.Floor(float64(job.Crop.Min.X)*p.PitchX+slack)))
	y0 := max(0, int(math.Floor(float64(job.Crop.Min.Y)*p.PitchY+slack)))
	x1 := min(p.Width, int(math.Ceil(float64(job.Crop.Max.X)*p.PitchX-slack)))
	y1 := min(p.Height, int(math.Ceil(float64(job.Crop.Max.Y)*p.PitchY-slack)))
	if x1 <= x0 || y1 <= y0 {
		return c, release, fmt.Errorf("scale: crop %v leaves nothing of a %d×%d plane", job.Crop, p.Width, p.Height)
	}
	c.x, c.y = x0, y0
	size := 1
	if depth > 8 {
		size = 2
	}
	c.plane.Width, c.plane.Height = x1-x0, y1-y0
	c.plane.Data = unsafe.Add(p.Data, y0*p.Stride+x0*size)
	if x0*size%64 == 0 {
		return c, release, nil
	}
	copied, err := frame.New(frame.Gray, depth, x1-x0, y1-y0, frame.Size{W: x1 - x0, H: y1 - y0})
	if err != nil {
		return c, release, err
	}
	q := copied.Planes[0]
	for y := range q.Height {
		copy(q.Row(y, depth), c.plane.Row(y, depth))
	}
	c.plane.Data, c.plane.Stride = q.Data, q.Stride
	return c, copied.Release, nil
}

// format fills in the size of the cut plane and the active region that makes it the output plane out, whose samples
// stand for sub[0] × sub[1] pixels of the result.
func (c cutPlane) format(job Job, out frame.Plane, sub [2]int) format {
	x, w := span(job.X, job.W, job.Width, out.Width*sub[0], job.MirrorX)
	y, h := span(job.Y, job.H, job.Height, out.Height*sub[1], job.MirrorY)
	p := c.plane
	return format{
		width: cInt(p.Width), height: cInt(p.Height),
		left: cDouble(x*p.PitchX - p.ShiftX - float64(c.x)), region_width: cDouble(w * p.PitchX),
		top: cDouble(y*p.PitchY - p.ShiftY - float64(c.y)), region_height: cDouble(h * p.PitchY),
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

func one(p frame.Plane) [4]frame.Plane { return [4]frame.Plane{p} }

func ceilDiv(a, b int) int { return (a + b - 1) / b }
