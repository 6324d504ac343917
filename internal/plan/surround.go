package plan

import (
	"errors"
	"image"

	"imagekit/internal/fault"
	"imagekit/internal/param"
)

// surround adds padding, border and corners to a geometry whose canvas is that of fit.
func (g *Geometry) surround(p param.Params) error {
	dpr := dprOf(p)
	s := p.Padding
	g.Offset = g.Offset.Add(image.Pt(times(s.Left, dpr), times(s.Top, dpr)))
	g.Canvas = g.Canvas.Add(image.Pt(times(s.Left, dpr)+times(s.Right, dpr), times(s.Top, dpr)+times(s.Bottom, dpr)))
	g.Border = times(p.Border.Width, dpr)
	size := g.Size()
	side := min(size.X, size.Y)
	g.Radius = times(p.Radius.Pixels, dpr)
	if g.Radius > side {
		return refuse("radius", fault.BadParameter,
			"radius: want at most the shorter side of the result, %d pixels, or max, got %d", side, g.Radius)
	}
	if p.Radius.Most || 2*g.Radius > side {
		g.Radius = side / 2
	}
	return nil
}

// times returns a length times dpr, in millionths, rounded half up.
func times(n int, dpr int64) int { return int((int64(n)*dpr + micro/2) / micro) }

// around names the parameter that made a result too large by what it put around the picture.
func around(err error, p param.Params) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	switch {
	case p.Padding != param.Sides{}:
		f.Param = "padding"
	case p.Border.Width > 0:
		f.Param = "border"
	}
	if f.Param != "" {
		f.Detail = f.Param + ": " + f.Detail
	}
	return f
}
