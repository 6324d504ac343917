package engine

import (
	"imagekit/internal/color"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/op"
	"imagekit/internal/plan"
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
	j.direct = !src.HasAlpha() && !p.Alpha && !j.pads() && p.Color != plan.ColorTransform &&
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

const matrixBT601 = 6 // H.273 MatrixCoefficients

// toSRGB transforms the colours through the source's ICC profile. Without one a CMYK picture is converted plainly.
func toSRGB(j *job) error {
	if j.plan.Color != plan.ColorTransform || (j.plan.Source.Profile == nil && j.frame.Model != frame.CMYK) {
		return nil
	}
	if j.frame.Model == frame.YCbCr {
		if err := convert(j, frame.RGB, scale.Gamut{}); err != nil {
			return err
		}
	}
	f, err := color.ToSRGB(j.frame, j.plan.Source.Profile)
	if err == nil {
		j.frame = f
	}
	return err
}

// toModel brings the working form to the encoder's model; an AVIF in another gamut (BT.2020, PQ, HLG) goes to sRGB
// on the way.
func toModel(j *job) error {
	if j.direct {
		return nil
	}
	var from scale.Gamut
	if j.plan.Color == plan.ColorTransform && j.plan.Source.Profile == nil && j.frame.Model != frame.Gray {
		from = scale.Gamut{Primaries: j.plan.Source.CICP.Primaries, Transfer: j.plan.Source.CICP.Transfer}
	}
	return convert(j, j.targetOf().model, from)
}

func convert(j *job, m frame.Model, from scale.Gamut) error {
	f, err := scale.Convert(j.frame, m, from)
	if err == nil {
		j.frame = f
	}
	return err
}

// turn applies EXIF orientation, rot and flip, composed into one.
func turn(j *job) error {
	f, err := op.Turn(j.frame, int(j.plan.Turn))
	if err == nil {
		j.frame = f
	}
	return err
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
	f, err := op.Pad(j.frame, j.plan.Canvas, j.plan.Offset, under)
	if err == nil {
		j.frame = f
	}
	return err
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
	f, err := op.Finish(j.frame, l.SubX, l.SubY, l.FullRange)
	if err == nil {
		j.frame = f
	}
	return err
}
