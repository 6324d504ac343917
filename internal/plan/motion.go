package plan

import (
	"cmp"
	"errors"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// Motion says which pictures of the source the result is made of.
type Motion struct {
	Page    int // the one that a still is made of, 0 = the first
	Frames  int // of a result that moves: so many; 0 = a still
	Repeats int // how often it is shown again after the first time, -1 = without end
	// Still says in a word why the first picture stands for a source that moves: there was too much of it. Empty where a
	// still was asked for.
	Still string
}

// Why a source that moves becomes a still (docs/parameters.md).
const (
	stillFrames = "frames" // more than Limits.MaxFrames
	stillPixels = "pixels" // in all pictures more than Limits.MaxFramePixels
	stillMemory = "memory"
	stillSize   = "size"   // larger than the format can hold
	stillSource = "source" // only the first picture of this format is read
	stillEngine = "engine" // the portable engine cannot
	stillBytes  = "maxb"   // the quality of what moves is not lowered
)

// Sequence reports whether the pictures of the source are taken one after the other, drawn on a canvas.
func (m Motion) Sequence() bool { return m.Page > 0 || m.Frames > 0 }

// Moves reports whether the result has several pictures.
func (m Motion) Moves() bool { return m.Frames > 0 }

// page returns which picture of the source a still is made of.
func page(info probe.Info, p param.Params, lim Limits) (Motion, error) {
	switch n := int64(p.Page)*int64(info.Width)*int64(info.Height) + info.Motion.Beyond; {
	case p.Page > info.Frames:
		return Motion{}, refuse("page", fault.BadParameter,
			"page: want at most %d, the number of pictures in the source, got %d", info.Frames, p.Page)
	case p.Page <= 1:
		return Motion{}, nil
	case info.Format.Pages() && !info.Format.Portable():
		return Motion{}, refuse("page", fault.EngineLacks, "page: the portable engine reads the first picture of %s alone",
			info.Format.Title())
	case !info.Format.Pages():
		return Motion{}, refuse("page", fault.UnsupportedFormat, "page: only the first picture of %s is read here",
			info.Format.Title())
	case p.Page > lim.MaxFrames:
		return Motion{}, refuse("page", fault.TooManyPixels, "page: want at most %d (IMAGEKIT_MAX_FRAMES), got %d",
			lim.MaxFrames, p.Page)
	case n > lim.MaxFramePixels:
		return Motion{}, refuse("page", fault.TooManyPixels,
			"page: want at most %d pixels in all pictures up to this one (IMAGEKIT_MAX_FRAME_PIXELS), got %d",
			lim.MaxFramePixels, n)
	}
	return Motion{Page: p.Page}, nil
}

// moving returns how a source moves in the result, and the format of that: as p asks, or by default where format and
// budgets allow it. Otherwise Still says why, if there is anything to say, or the error, if p insists.
func moving(info probe.Info, p param.Params, out format.Format, lim Limits) (Motion, format.Format, error) {
	if info.Frames < 2 || p.Page > 0 || p.Anim == param.AnimOff {
		return Motion{}, out, nil
	}
	out = cmp.Or(p.Moving, out)
	if !out.Moves() {
		return Motion{}, out, nil // by default: Check refuses it where motion is asked for
	}
	m := Motion{Frames: info.Frames, Repeats: info.Motion.Repeats}
	var err error
	switch n := int64(info.Frames)*int64(info.Width)*int64(info.Height) + info.Motion.Beyond; {
	case !info.Format.Pages():
		m.Still, err = stillSource, refuse("anim", fault.UnsupportedFormat,
			"anim: only the first picture of %s is read here", info.Format.Title())
	case !info.Format.Portable() || !out.Portable():
		m.Still, err = stillEngine, refuse("anim", fault.EngineLacks,
			"anim: the portable engine does not make a moving %s of %s", out.Title(), info.Format.Title())
	case p.MaxBytes > 0: // beside anim=1 refused by package param
		return Motion{Still: stillBytes}, out, nil
	case info.Frames > lim.MaxFrames:
		m.Still, err = stillFrames, refuse("anim", fault.TooManyPixels,
			"anim: want at most %d pictures (IMAGEKIT_MAX_FRAMES), got %d", lim.MaxFrames, info.Frames)
	case n > lim.MaxFramePixels:
		m.Still, err = stillPixels, refuse("anim", fault.TooManyPixels,
			"anim: want at most %d pixels in all pictures (IMAGEKIT_MAX_FRAME_PIXELS), got %d in %d of %d × %d",
			lim.MaxFramePixels, n, info.Frames, info.Width, info.Height)
	}
	if err != nil {
		m = Motion{Still: m.Still}
	}
	if p.Anim != param.AnimOn {
		err = nil
	}
	return m, out, err
}

// checkMotion refuses a result whose pictures are too many pixels together.
func checkMotion(pl Plan, lim Limits) error {
	size := pl.Size()
	if n := int64(pl.Frames) * int64(size.X) * int64(size.Y); n > lim.MaxFramePixels {
		return refuse("anim", fault.TooManyPixels, "anim: want at most %d pixels in all pictures of the result "+
			"(IMAGEKIT_MAX_FRAME_PIXELS), got %d × %d × %d = %d",
			lim.MaxFramePixels, pl.Frames, size.X, size.Y, n)
	}
	return nil
}

// tooMuch says why a plan that moves may give way to the first picture: by the error that it failed with.
func tooMuch(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return ""
	}
	switch f.Kind {
	case fault.TooManyPixels:
		return stillPixels
	case fault.TooMuchMemory:
		return stillMemory
	case fault.OutputTooLarge:
		return stillSize
	}
	return ""
}

// drawn is a source whose pictures are drawn one after the other on a canvas of R, G and B.
func drawn(info probe.Info) probe.Info {
	info.Model, info.SubX, info.SubY, info.Depth = probe.RGB, 1, 1, 8
	info.Alpha, info.Quality = info.Motion.Alpha, 0
	return info
}

func refuse(name string, k fault.Kind, format string, args ...any) error {
	err := fault.New(k, format, args...)
	err.Param = name
	return err
}
