package engine

import (
	"slices"

	"imagekit/internal/codec/webp"
	"imagekit/internal/frame"
	"imagekit/internal/op"
)

// What libwebp spends on lossless pictures: more effort takes up to fifty times as long to save two percent.
const (
	methodDrawing = 4
	effortDrawing = 75
)

// keepExact keeps a copy of the working form, finished, for a lossless picture.
func (j *job) keepExact() error {
	f, err := clone(j.frame)
	if err != nil {
		return err
	}
	out, err := op.Finish(f, 1, 1, true)
	if err != nil {
		f.Release()
		return err
	}
	j.exact = out
	return nil
}

// lossless replaces the lossy result by a lossless one that is not larger: as exact as the plan asks for or, where only
// that is small enough, less so. It reports whether it did.
func (j *job) lossless() (bool, error) {
	rgb := *j.exact
	if rgb.Model == frame.Gray {
		rgb.Model, rgb.Planes = frame.RGB, slices.Repeat(rgb.Planes, 3)
	}
	for e := j.plan.Encoder.Drawing; e > 0; e = coarser[e] {
		made, err := webp.Encode(&rgb, webp.Settings{
			Lossless: true, Loss: 100 - e, Quality: effortDrawing, Method: methodDrawing, ICC: j.profile(),
		})
		if err != nil {
			return false, err
		}
		if len(made) <= len(j.result) {
			j.result = made
			return true, nil
		}
	}
	return false, nil
}

// losslessAVIF replaces a lossy result that is larger than its source, which has no loss, by a lossless one where that is
// smaller: pixel art is.
func (j *job) losslessAVIF() error {
	const exact = 100
	if j.plan.Encoder.Quality == exact || area(j.plan.Size()) > large {
		return nil
	}
	lossy := j.result
	if err := j.write(j.plan.Encoder.At(exact)); err != nil {
		return err
	}
	if len(j.result) > len(lossy) {
		j.result = lossy
	}
	return nil
}

// coarser is the next number of libwebp's near-lossless mode that allows samples to be further off. Without it a
// drawing would be worse at q=90 than at q=89, if its lossless picture outgrows the lossy one there.
var coarser = map[int]int{100: 60, 60: 40}

// clone copies a working frame.
func clone(f *frame.Frame) (*frame.Frame, error) {
	from := channels(f)
	out, err := frame.New(f.Model, f.Depth, f.Width, f.Height, frame.Full(len(from), f.Width, f.Height)...)
	if err != nil {
		return nil, err
	}
	out.Matrix, out.Premultiplied = f.Matrix, f.Premultiplied
	for i, to := range channels(out) {
		for y := range to.Height {
			copy(to.Row(y, f.Depth), from[i].Row(y, f.Depth))
		}
	}
	return out, nil
}

// channels lists the planes of f, alpha last.
func channels(f *frame.Frame) []frame.Plane {
	if f.HasAlpha() {
		return append(slices.Clone(f.Planes), f.Alpha)
	}
	return f.Planes
}
