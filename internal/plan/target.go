package plan

import (
	"imagekit/internal/cicp"
	"imagekit/internal/effect"
	"imagekit/internal/format"
	"imagekit/internal/icc"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// target decides everything about the result but whether it is unchanged.
func target(pl Plan, p param.Params, out format.Format) Target {
	t := Target{}
	t.Format, t.Alpha = resolve(out, p.Background.Set, transparent(pl.Source, p) || pl.Padded())
	t.Background = pl.shown(p.Background)
	if pl.Border > 0 {
		t.BorderColor = pl.shown(p.Border.Color)
	}
	t.Quality, t.Encoder = encoder(p.QualityOf(t.Format), t.Format)
	t.MaxBytes = p.MaxBytes
	if !pl.Moves() {
		t.Encoder.Drawing = exactness(pl, t)
	}
	t.Model, t.SubX, t.SubY, t.FullRange = probe.YCbCr, 2, 2, true
	switch {
	case t.Format == format.PNG, t.Format == format.GIF, t.Format == format.JSON, pl.Moves(): // libwebp's encoder of frames takes these, too
		t.Model = probe.RGB
	case t.Format == format.WebP:
		t.FullRange = false
	}
	if pl.staysGray(t) && t.Format != format.JSON && (t.Format != format.WebP || !pl.Moves()) {
		t.Model = probe.Gray
	}
	t.Direct = direct(pl, t)
	t.Look = lookFor(t)
	return t
}

// transparent reports whether something of the picture itself may be seen through.
func transparent(info probe.Info, p param.Params) bool {
	return info.Alpha || p.Radius != param.Radius{}
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

// shown is a colour in the colours of the result: what is asked is sRGB; where the result carries a profile, these are
// the numbers that show the same colour there. White unless asked otherwise.
func (p Plan) shown(c param.Color) [3]uint8 {
	switch {
	case !c.Set:
		return [3]uint8{255, 255, 255}
	case p.Color == ColorCarry:
		return icc.FromSRGB(p.Source.ICC, [3]uint8{c.R, c.G, c.B})
	}
	return [3]uint8{c.R, c.G, c.B}
}

// staysGray reports whether the result has no colour: the source has none or an effect took it away, and neither an
// effect nor a colour around or below the picture, nor what lies over it brings one.
func (p Plan) staysGray(t Target) bool {
	gray := p.Source.Model == probe.Gray && !p.Text.Given() // an emoji has colours
	for _, e := range p.Effects {
		row := effect.Table[e.Kind]
		gray = (gray || row.Grays) && !row.Colors
	}
	for _, o := range p.Overlays {
		gray = gray && o.Source.Model == probe.Gray
	}
	composes := !t.Alpha && (p.Padded() || p.Source.Alpha || p.Radius > 0)
	return gray && (!composes || neutral(t.Background)) && (p.Border == 0 || neutral(t.BorderColor))
}

func neutral(c [3]uint8) bool { return c[0] == c[1] && c[1] == c[2] }

// direct reports whether the resized planes are the encoder's own: the decoder's have the model and matrix that it wants
// (BT.601, H.273 code 6; what an AVIF does not state is taken for that).
func direct(p Plan, t Target) bool {
	s := p.Source
	switch {
	case s.Alpha || t.Alpha || p.Color == ColorTransform || len(p.Effects) > 0 || t.Encoder.Drawing > 0,
		p.Padded() || p.Border > 0 || p.Radius > 0 || len(p.Overlays) > 0 || p.Text.Given():
		return false
	case s.Model == probe.YCbCr && s.Format == format.AVIF &&
		s.CICP.Matrix != cicp.MatrixBT601 && s.CICP.Matrix != cicp.Unspecified:
		return false
	}
	return s.Model == t.Model
}
