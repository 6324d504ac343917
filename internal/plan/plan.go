package plan

import (
	"image"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/icc"
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
// It fails with CropOutside, OutputTooLarge, TooManyPixels or TooMuchMemory.
func New(info probe.Info, p param.Params, out format.Format, lim Limits) (Plan, error) {
	if err := Check(p, out, lim); err != nil {
		return Plan{}, err
	}
	if n := int64(info.Width) * int64(info.Height); n > lim.MaxPixels {
		return Plan{}, fault.New(fault.TooManyPixels, "want at most %d pixels, got %d × %d = %d",
			lim.MaxPixels, info.Width, info.Height, n)
	}
	crop, err := cropStored(info, p.Crop)
	if err != nil {
		return Plan{}, err
	}
	turn := wanted(info, p)
	region := turn.size(crop.Size())
	l := arrange(region, p, out, info.Alpha, lim)
	out, alpha := resolve(out, p.Background.Set, info.Alpha || l.uncovered())
	if err := checkResult(l.canvas, out, lim); err != nil {
		return Plan{}, err
	}

	win := turn.undo(l.window, region)
	size := turn.size(l.size)
	pl := Plan{
		Crop:   crop,
		Window: Window{X: win.X + float64(crop.Min.X), Y: win.Y + float64(crop.Min.Y), W: win.W, H: win.H},
		Width:  size.X,
		Height: size.Y,
		Turn:   turn,
		Canvas: l.canvas,
		Offset: l.offset,
		Alpha:  alpha,
		Format: out,
	}
	pl.Source, pl.Color = colors(info)
	pl.Shrink = shrink(pl)
	pl.Background = background(p.Background, pl)
	pl.Quality, pl.Encoder = encoder(p.Quality, out)
	pl.Encoder.Drawing = exactness(pl)
	if pl.Unchanged = out == info.Format && pl.SameSize(); pl.Unchanged {
		pl.notBetter()
	}
	pl.Memory = memory(pl)
	if pl.Memory > lim.Memory {
		return Plan{}, fault.New(fault.TooMuchMemory, "want at most %d MiB for one picture, this one needs about %d MiB",
			lim.Memory>>20, pl.Memory>>20)
	}
	return pl, nil
}

// Check tells what the parameters alone already forbid, so that nothing is fetched for a result that can never be.
// New does it again.
func Check(p param.Params, out format.Format, lim Limits) error {
	if out != format.Legacy && !out.Writes() {
		return fault.New(fault.Internal, "no encoder for output format %s", out)
	}
	box := boxOf(p)
	if box.X > param.MaxSide || box.Y > param.MaxSide {
		return fault.New(fault.OutputTooLarge, "want w and h times dpr of at most %d pixels, got %d × %d",
			param.MaxSide, box.X, box.Y)
	}
	exact := p.Fit == param.Pad || p.Up && (p.Fit == param.Cover || p.Fit == param.Fill)
	if exact && box.X > 0 && box.Y > 0 {
		return checkResult(box, out, lim)
	}
	return nil
}

// checkResult refuses a result that the pixel budget or its format cannot hold. With w or h given nothing is made
// smaller in silence.
func checkResult(size image.Point, out format.Format, lim Limits) error {
	if n := int64(size.X) * int64(size.Y); n > lim.MaxOutputPixels {
		return fault.New(fault.OutputTooLarge, "want a result of at most %d pixels, got %d × %d = %d",
			lim.MaxOutputPixels, size.X, size.Y, n)
	}
	if side := max(size.X, size.Y); out != format.Legacy && side > out.MaxSide() {
		return fault.New(fault.OutputTooLarge, "want sides of at most %d pixels for %s, got %d × %d",
			out.MaxSide(), out, size.X, size.Y)
	}
	return nil
}

// resolve tells which format is written and whether it keeps transparency: when something is transparent, the
// format can hold it and no background was asked for.
func resolve(out format.Format, matte, transparent bool) (format.Format, bool) {
	alpha := transparent && !matte
	if out == format.Legacy {
		out = format.JPEG
		if alpha {
			out = format.PNG
		}
	}
	return out, alpha && out.Alpha()
}

// background is what lies below transparent pixels and beside a padded picture: white unless asked otherwise.
// What is asked is sRGB; where the result carries a profile, these are the numbers that show the same colour there.
func background(c param.Color, p Plan) [3]uint8 {
	switch {
	case !c.Set:
		return [3]uint8{255, 255, 255}
	case p.Color == ColorCarry:
		return icc.FromSRGB(p.Source.ICC, [3]uint8{c.R, c.G, c.B})
	}
	return [3]uint8{c.R, c.G, c.B}
}
