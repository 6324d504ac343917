package plan

import (
	"image"
	"math"

	"imagekit/internal/fault"
	"imagekit/internal/icc"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// Overlay is another picture that is laid over the result, and how it comes to lie there.
type Overlay struct {
	Source   probe.Info
	Geometry // Canvas is the overlay itself
	Color    ColorAction
	// Carried is the profile of the result that the overlay's colours are brought to after Color; None = it has them.
	Carried icc.Kind
	At      image.Point // of its top left corner on the result
	Step    image.Point // from one copy to the next; zero = there is one
	Opacity int         // of 65535
}

// Plan is how an overlay becomes planes of the model of p, where it is laid over.
func (o Overlay) Plan(p Plan) Plan {
	return Plan{
		Source: o.Source, Geometry: o.Geometry, Color: o.Color,
		Target: Target{Model: p.Model, Alpha: o.Source.Alpha, Encoder: Encoder{Drawing: p.Encoder.Drawing}},
	}
}

// opaque is the opacity of what hides all that lies below.
const opaque = 65535

// overlays plans what lies over a picture whose geometry and colours are decided: the watermark.
func overlays(pl Plan, p param.Params, marks []probe.Info, lim Limits) ([]Overlay, error) {
	if !p.Watermark.Given() {
		return nil, nil
	}
	if len(marks) != 1 {
		return nil, fault.New(fault.Internal, "want one watermark, got %d", len(marks))
	}
	info, w, dpr := marks[0], p.Watermark, dprOf(p)
	if err := checkPixels(info, lim); err != nil {
		return nil, fault.OfPart(err, 1)
	}
	margin, size := times(w.Margin, dpr), pl.Size()
	free, err := within(size, margin, "wmm")
	if err != nil {
		return nil, err
	}
	space := free.Size()
	turn := Turn(max(1, info.Orientation))
	whole := image.Rect(0, 0, info.Width, info.Height)
	shown := turn.Size(whole.Max)
	box := image.Pt(min(space.X, max(1, int(math.Round(w.Share()*float64(size.X))))), space.Y)
	o := Overlay{Opacity: int(math.Round(w.Opacity.Share() * opaque))}
	o.Canvas = notEnlarged(shown, inside(shown, box), p.Up)
	stored := turn.Size(o.Canvas)
	o.Crop, o.Window = whole, Window{W: float64(info.Width), H: float64(info.Height)}
	o.Width, o.Height, o.Turn = stored.X, stored.Y, turn
	o.Source, o.Color, o.Carried = overlayColors(info, pl)
	o.At = image.Pt(margin, margin)
	if w.Tile {
		o.Step = o.Canvas.Add(o.At)
	} else {
		o.At = o.At.Add(padOffset(space.Sub(o.Canvas), w.Place()))
	}
	o.Shrink = shrink(o.Plan(pl))
	return []Overlay{o}, nil
}

// within is what a margin leaves of a result. name is the parameter that says it.
func within(size image.Point, margin int, name string) (image.Rectangle, error) {
	free := image.Rectangle{Max: size}.Inset(margin)
	if free.Empty() {
		return free, refuse(name, fault.BadParameter,
			"%s: want less than half of the shorter side of the result, %d pixels, got %d",
			name, min(size.X, size.Y), margin)
	}
	return free, nil
}

// overlayColors decides how the colours of an overlay become those of the result: as they are where both are of one
// kind, else to sRGB and, where the result carries a profile, to that.
func overlayColors(info probe.Info, pl Plan) (probe.Info, ColorAction, icc.Kind) {
	source, action := colors(info)
	carried := icc.None
	if pl.Color == ColorCarry {
		carried = pl.Source.ICC
	}
	switch {
	case action == ColorCarry && source.ICC == carried:
		return source, ColorKeep, icc.None
	case action == ColorCarry:
		source.Profile, action = icc.Profile(source.ICC), ColorTransform
	}
	return source, action, carried
}

// overlaying is what overlays take before the picture is begun, and what of them stays until it is made.
func overlaying(p Plan) (before, held int64) {
	for _, o := range p.Overlays {
		own := o.Plan(p)
		before = max(before, held+max(decoding(own), resizing(own), converting(own)))
		held += 2 * int64(o.Width) * int64(o.Height) * (3 + one(o.Source.Alpha))
	}
	return before, held
}
