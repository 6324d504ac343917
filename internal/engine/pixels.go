package engine

import (
	"image"

	"imagekit/internal/cicp"
	"imagekit/internal/color"
	"imagekit/internal/effect"
	"imagekit/internal/fault"
	"imagekit/internal/frame"
	"imagekit/internal/op"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/scale"
)

// resize makes the window of the source the size of the result: directly into the encoder's planes where nothing
// else has to happen to the pixels, into the working form otherwise.
func resize(j *job) error {
	p := &j.plan
	mirrorX, mirrorY := p.Turn.MirrorsStored()
	s := scale.Job{
		Crop: p.Crop, X: p.Window.X, Y: p.Window.Y, W: p.Window.W, H: p.Window.H,
		Width: p.Width, Height: p.Height, MirrorX: mirrorX, MirrorY: mirrorY, Kernel: kernels[p.Kernel],
	}
	src := j.frame
	var err error
	if p.Direct {
		if err := j.promised(); err != nil {
			return err
		}
		j.frame, err = scale.Direct(src, s, scale.Layout{SubX: p.SubX, SubY: p.SubY, FullRange: p.FullRange})
	} else {
		j.frame, err = scale.Working(src, s)
	}
	src.Release()
	return err
}

var kernels = [...]scale.Kernel{
	param.Lanczos: scale.Lanczos, param.Cubic: scale.Cubic, param.Linear: scale.Linear, param.Nearest: scale.Nearest,
}

// promised checks that the decoder's planes are what the header promised, where they are to become the encoder's.
func (j *job) promised() error {
	f := j.frame
	if f.HasAlpha() || f.Model != models[j.plan.Model] || f.Model == frame.YCbCr && f.Matrix != cicp.MatrixBT601 {
		return fault.New(fault.DamagedImage, "the header promises other colours than the decoder found")
	}
	return nil
}

// models are those of frames, by the plan's.
var models = [...]frame.Model{probe.YCbCr: frame.YCbCr, probe.RGB: frame.RGB, probe.Gray: frame.Gray}

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

// fromSignal brings a picture in another gamut (BT.2020, PQ, HLG) to sRGB by its code points.
func fromSignal(j *job) error {
	c := j.plan.Source.CICP
	if j.plan.Color != plan.ColorTransform || j.plan.Source.Profile != nil || c == (probe.CICP{}) {
		return nil
	}
	if j.frame.Model != frame.Gray {
		if err := convert(j, frame.RGB); err != nil {
			return err
		}
	}
	color.FromSignal(j.frame, color.Signal{Primaries: c.Primaries, Transfer: c.Transfer, Peak: j.plan.Source.Peak})
	return nil
}

// becomes takes the frame a step has made of the job's.
func (j *job) becomes(f *frame.Frame, err error) error {
	if err == nil {
		j.frame = f
	}
	return err
}

func convert(j *job, m frame.Model) error {
	return j.becomes(scale.ConvertFrom(j.frame, m, j.plan.Source.CICP.Primaries))
}

// turn applies EXIF orientation, rot and flip, composed into one.
func turn(j *job) error {
	return j.becomes(op.Turn(j.frame, j.plan.Turn))
}

// effects does what is asked of the pixels, one after the other.
func effects(j *job) error {
	for _, e := range j.plan.Effects {
		row := &effect.Table[e.Kind]
		if row.Colors || row.RGB && j.frame.Model != frame.Gray {
			if err := convert(j, frame.RGB); err != nil {
				return err
			}
		}
		if err := op.Apply(j.frame, e); err != nil {
			return err
		}
	}
	return nil
}

// toModel brings the working form to the model in which colours meet it and it is looked at.
func toModel(j *job) error {
	switch {
	case j.plan.Direct:
		return nil
	case j.plan.Encoder.Drawing > 0 && j.plan.Model != probe.Gray:
		return convert(j, frame.RGB)
	}
	return convert(j, models[j.plan.Model])
}

// pad puts the picture on its canvas, on the background or on nothing.
func pad(j *job) error {
	if !j.plan.Padded() {
		return nil
	}
	return j.becomes(op.Pad(j.frame, j.plan.Canvas, j.plan.Offset, j.below()))
}

// below is the background of an opaque result, nil where the result is transparent.
func (j *job) below() *op.Color {
	if j.plan.Alpha {
		return nil
	}
	return (*op.Color)(&j.plan.Background)
}

// flatten composes what is transparent on the background where the result is to be opaque.
func flatten(j *job) error {
	if j.plan.Alpha {
		return nil
	}
	return op.Flatten(j.frame, op.Color(j.plan.Background))
}

// border puts a frame of one colour around it all.
func border(j *job) error {
	b := j.plan.Border
	if b == 0 {
		return nil
	}
	return j.becomes(op.Pad(j.frame, j.plan.Size(), image.Pt(b, b), (*op.Color)(&j.plan.BorderColor)))
}

// round cuts the corners off.
func round(j *job) error {
	if j.plan.Radius == 0 {
		return nil
	}
	return j.becomes(op.Round(j.frame, j.plan.Radius, j.below()))
}

// finish makes the encoder's 8-bit planes of the working form.
func finish(j *job) error {
	if j.plan.Direct {
		return nil
	}
	return j.becomes(op.Finish(j.frame, j.plan.SubX, j.plan.SubY, j.plan.FullRange))
}
