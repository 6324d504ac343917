package plan

import (
	"cmp"
	"image"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// New plans how the source described by info becomes what p asks for, written as out: JPEG, PNG, WebP, AVIF, or
// Legacy, which becomes PNG when the result has alpha and JPEG otherwise.
//
// The geometry is: EXIF orientation, crop, rotation, flip, box. Width, height and gravity belong to the final
// picture, the crop to the displayed one. The engine works the other way round, it crops and resizes the stored
// pixels and turns the small result, so New maps everything back.
//
// marks are the headers of what p lays over the picture: the watermark, if there is one.
//
// It fails with CropOutside, OutputTooLarge, TooManyPixels, TooMuchMemory or EngineLacks.
func New(info probe.Info, p param.Params, out format.Format, lim Limits, marks ...probe.Info) (Plan, error) {
	out = out.Like(info.Format)
	if err := Check(p, out, lim); err != nil {
		return Plan{}, err
	}
	if err := checkPixels(info, lim); err != nil {
		return Plan{}, err
	}
	m, as, err := moving(info, p, out, lim)
	if err != nil {
		return Plan{}, err
	}
	why := m.Still
	if m.Moves() {
		pl, err := compose(info, m, p, as, lim, marks)
		if why = tooMuch(err); why == "" || p.Anim == param.AnimOn {
			return pl, err
		}
	}
	if m, err = page(info, p, lim); err != nil {
		return Plan{}, err
	}
	m.Still = why
	return compose(info, m, p, out, lim, marks)
}

// compose plans a still or a result that moves.
func compose(info probe.Info, m Motion, p param.Params, out format.Format, lim Limits, marks []probe.Info) (Plan, error) {
	if m.Sequence() {
		info = drawn(info)
	}
	crop, err := cropStored(info, p.Crop)
	if err != nil {
		return Plan{}, err
	}
	g, err := geometry(info, p, crop, out, lim)
	if err != nil {
		return Plan{}, err
	}
	pl := Plan{Motion: m, Geometry: g, Effects: p.Wanted()}
	pl.Source, pl.Color = colors(info)
	if out == format.GIF || out == format.JSON {
		pl.uncarried()
	}
	for i := range pl.Effects {
		for k, c := range pl.Effects[i].Colors {
			pl.Effects[i].Colors[k] = pl.shown(param.Color{Set: true, R: c[0], G: c[1], B: c[2]})
		}
	}
	pl.Shrink = shrink(pl)
	if pl.Overlays, err = overlays(pl, p, marks, lim); err != nil {
		return Plan{}, err
	}
	if pl.Text, err = text(pl, p); err != nil {
		return Plan{}, err
	}
	pl.Target = target(pl, p, out)
	if err := pl.checkProfile(); err != nil {
		return Plan{}, err
	}
	if err := checkResult(pl.Size(), pl.Format, lim); err != nil {
		return Plan{}, around(err, p)
	}
	if pl.Unchanged = !pl.Moves() && pl.Format == info.Format && pl.SameSize(); pl.Unchanged {
		pl.notBetter()
	}
	if pl.Format == format.JSON {
		pl.reduce()
	}
	return pl, pl.bound(lim)
}

// bound estimates the plan's memory, and refuses what is too much in all.
func (p *Plan) bound(lim Limits) error {
	if err := checkMotion(*p, lim); err != nil {
		return err
	}
	p.Memory = memory(*p)
	if p.Memory > lim.Memory {
		return fault.New(fault.TooMuchMemory, "want at most %d MiB for one picture, this one needs about %d MiB",
			lim.Memory>>20, p.Memory>>20)
	}
	return nil
}

// geometry says what of the source, cropped, goes where.
func geometry(info probe.Info, p param.Params, crop image.Rectangle, out format.Format, lim Limits) (Geometry, error) {
	turn := wanted(info, p)
	region := turn.Size(crop.Size())
	p = settled(p, region)
	l := arrange(region, p, out, transparent(info, p), lim)
	win := undo(turn, l.window, region)
	size := turn.Size(l.size)
	g := Geometry{
		Crop:   crop,
		Window: Window{X: win.X + float64(crop.Min.X), Y: win.Y + float64(crop.Min.Y), W: win.W, H: win.H},
		Width:  size.X,
		Height: size.Y,
		Kernel: p.Kernel,
		Turn:   turn,
		Canvas: l.canvas,
		Offset: l.offset,
	}
	return g, g.surround(p)
}

// Check tells what the parameters alone already forbid, so that nothing is fetched for a result that can never be.
// New does it again.
func Check(p param.Params, out format.Format, lim Limits) error {
	if !out.Open() && !out.Writes() {
		return fault.New(fault.Internal, "no encoder for output format %s", out)
	}
	if as := cmp.Or(p.Moving, out); p.Anim == param.AnimOn && !as.Moves() {
		name := as.Title()
		if as.Open() {
			name = "JPEG or PNG"
		}
		return refuse("anim", fault.BadParameter, "anim: want f=webp or f=gif, which can move, got %s", name)
	}
	box := asked(p)
	if box.X > param.MaxSide || box.Y > param.MaxSide {
		return fault.New(fault.OutputTooLarge, "want w and h times dpr of at most %d pixels, got %d × %d",
			param.MaxSide, box.X, box.Y)
	}
	fit := p.Fitting()
	exact := fit == param.Pad || p.Up && (fit == param.Cover || fit == param.Fill)
	if exact && box.X > 0 && box.Y > 0 {
		return checkResult(box, out, lim)
	}
	return nil
}

// checkPixels holds a source, picture or overlay, to the budget of pixels.
func checkPixels(info probe.Info, lim Limits) error {
	if n := int64(info.Width) * int64(info.Height); n > lim.MaxPixels {
		return fault.New(fault.TooManyPixels, "want at most %d pixels, got %d × %d = %d",
			lim.MaxPixels, info.Width, info.Height, n)
	}
	return nil
}

// checkResult refuses a result that the pixel budget or its format cannot hold. With w or h given nothing is made
// smaller in silence. Where another format could hold it, the fault blames f.
func checkResult(size image.Point, out format.Format, lim Limits) error {
	if n := int64(size.X) * int64(size.Y); n > lim.MaxOutputPixels {
		return fault.New(fault.OutputTooLarge, "want a result of at most %d pixels, got %d × %d = %d",
			lim.MaxOutputPixels, size.X, size.Y, n)
	}
	if side := max(size.X, size.Y); !out.Open() && side > out.MaxSide() {
		return refuse("f", fault.OutputTooLarge, "want sides of at most %d pixels for %s, got %d × %d",
			out.MaxSide(), out, size.X, size.Y)
	}
	return nil
}
