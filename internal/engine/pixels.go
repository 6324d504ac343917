package engine

import (
	"imagekit/internal/color"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/op"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/scale"
)

// target is what the encoder of the result wants.
type target struct {
	model  frame.Model
	layout scale.Layout
}

// targetOf chooses the model and layout for the result. Grey stays grey unless a coloured background joins it.
func (j *job) targetOf() target {
	t := target{model: frame.YCbCr, layout: scale.Layout{SubX: 2, SubY: 2, FullRange: true}}
	switch j.plan.Format {
	case format.PNG:
		t.model = frame.RGB
	case format.WebP:
		t.layout.FullRange = false
		if j.plan.Encoder.Drawing > 0 && !j.looked {
			t.model = frame.RGB
		}
	}
	if j.frame.Model == frame.Gray && (op.Color(j.plan.Background).Neutral() || !j.composes()) {
		t.model = frame.Gray
	}
	return t
}

// composes reports whether the background colour will be seen.
func (j *job) composes() bool { return !j.plan.Alpha && (j.pads() || j.frame.HasAlpha()) }

// pads reports whether the canvas is larger than the picture.
func (j *job) pads() bool {
	w, h := j.plan.Width, j.plan.Height
	if j.plan.Turn.Swaps() {
		w, h = h, w
	}
	return j.plan.Canvas.X != w || j.plan.Canvas.Y != h
}

// resize makes the window of the source the size of the result: directly into the encoder's planes where nothing
// else has to happen to the pixels, into the working form otherwise.
func resize(j *job) error {
	p := &j.plan
	t := j.targetOf()
	mirrorX, mirrorY := op.Mirrors(int(p.Turn))
	s := scale.Job{
		Crop: p.Crop, X: p.Window.X, Y: p.Window.Y, W: p.Window.W, H: p.Window.H,
		Width: p.Width, Height: p.Height, MirrorX: mirrorX, MirrorY: mirrorY,
	}
	src := j.frame
	j.direct = p.Encoder.Drawing == 0 && !src.HasAlpha() && !p.Alpha && !j.pads() && p.Color != plan.ColorTransform &&
		src.Model == t.model && (src.Model != frame.YCbCr || src.Matrix == matrixBT601)
	var err error
	if j.direct {
		j.frame, err = scale.Direct(src, s, t.layout)
	} else {
		j.frame, err = scale.Working(src, s)
	}
	src.Release()
	return err
}

// Code points of ITU-T H.273.
const (
	matrixBT601 = 6
	unspecified = 2
)

// toSRGB transforms the colours through the source's ICC profile. Without one a CMYK picture is converted plainly.
func toSRGB(j *job) error {
	if j.plan.Color != plan.ColorTransform || (j.plan.Source.Profile == nil && j.frame.Model != frame.CMYK) {
		return nil
	}
	if j.frame.Model == frame.YCbCr {
		if err := convert(j, frame.RGB); err != nil {
			return err
		}
	}
	return j.becomes(color.ToSRGB(j.frame, j.plan.Source.Profile))
}

// fromGamut brings an AVIF in another gamut (BT.2020, PQ, HLG) to sRGB by its code points.
func fromGamut(j *job) error {
	c := j.plan.Source.CICP
	if j.plan.Color != plan.ColorTransform || j.plan.Source.Profile != nil || c == (probe.CICP{}) {
		return nil
	}
	from := scale.Gamut{Primaries: c.Primaries, Transfer: c.Transfer}
	if from.Primaries == 0 || from.Primaries == unspecified {
		from.Primaries = scale.SRGB.Primaries
	}
	if plan.SDR(from.Transfer) {
		from.Transfer = scale.SRGB.Transfer
	}
	if j.frame.Model != frame.Gray {
		if err := convert(j, frame.RGB); err != nil {
			return err
		}
	}
	return j.becomes(scale.ToSRGB(j.frame, from))
}

// toModel brings the working form to the encoder's model.
func toModel(j *job) error {
	if j.direct {
		return nil
	}
	return convert(j, j.targetOf().model)
}

// becomes takes the frame a step has made of the job's.
func (j *job) becomes(f *frame.Frame, err error) error {
	if err == nil {
		j.frame = f
	}
	return err
}

func convert(j *job, m frame.Model) error {
	return j.becomes(scale.Convert(j.frame, m))
}

// turn applies EXIF orientation, rot and flip, composed into one.
func turn(j *job) error {
	return j.becomes(op.Turn(j.frame, int(j.plan.Turn)))
}

// pad puts the picture on its canvas, on the background or on nothing.
func pad(j *job) error {
	if !j.pads() {
		return nil
	}
	bg := op.Color(j.plan.Background)
	under := &bg
	if j.plan.Alpha {
		under = nil
	}
	return j.becomes(op.Pad(j.frame, j.plan.Canvas, j.plan.Offset, under))
}

// flatten composes what is transparent on the background where the result is to be opaque.
func flatten(j *job) error {
	if j.plan.Alpha {
		return nil
	}
	return op.Flatten(j.frame, op.Color(j.plan.Background))
}

// finish makes the encoder's 8-bit planes of the working form.
func finish(j *job) error {
	if j.direct {
		return nil
	}
	l := j.targetOf().layout
	return j.becomes(op.Finish(j.frame, l.SubX, l.SubY, l.FullRange))
}
