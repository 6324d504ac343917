package imgproxy

import (
	"math"
	"strconv"
	"strings"

	"imagekit/internal/dialect"
	"imagekit/internal/effect"
	"imagekit/internal/format"
	"imagekit/internal/opt"
	"imagekit/internal/param"
)

// anchors are imgproxy's words for a place. Offsets lead inwards from a side and a corner, to the right and down from a
// middle.
var anchors = map[string]param.Gravity{
	"ce": {Set: true, X: 0.5, Y: 0.5}, "no": {Set: true, X: 0.5, Y: 0}, "so": {Set: true, X: 0.5, Y: 1},
	"ea": {Set: true, X: 1, Y: 0.5}, "we": {Set: true, X: 0, Y: 0.5}, "noea": {Set: true, X: 1, Y: 0},
	"nowe": {Set: true, X: 0, Y: 0}, "soea": {Set: true, X: 1, Y: 1}, "sowe": {Set: true, X: 0, Y: 1},
}

// gravity reads TYPE:X:Y.
func (a arguments) gravity(from int, to *gravity) error {
	word := a.get(from)
	at, ok := anchors[word]
	switch {
	case word == "":
		return nil
	case word == "fp":
		return a.focus(from, to)
	case word == "sm":
		return dialect.Refuse(a.name, "smart gravity is not possible here, want a side, a corner or fp:X:Y")
	case strings.HasPrefix(word, "obj"):
		return dialect.Refuse(a.name, "%s is of imgproxy Pro, which is not possible here", word)
	case !ok:
		return a.refuse(from, "one of ce, no, so, ea, we, noea, nowe, soea, sowe, fp")
	}
	right, ok1 := offset(a.get(from+1), at.X == 1)
	down, ok2 := offset(a.get(from+2), at.Y == 1)
	if !ok1 || !ok2 {
		return dialect.Refuse(a.name, "want offsets as numbers, got %s and %s", opt.Quote(a.get(from+1)),
			opt.Quote(a.get(from+2)))
	}
	at.Right, at.Down = right, down
	*to = gravity{true, at}
	return nil
}

// focus reads fp:X:Y.
func (a arguments) focus(from int, to *gravity) error {
	x, okX := opt.Decimal(a.get(from + 1))
	y, okY := opt.Decimal(a.get(from + 2))
	if !okX || !okY || x > 1 || y > 1 {
		return dialect.Refuse(a.name, "want fp:X:Y with numbers 0…1, got %s and %s", opt.Quote(a.get(from+1)),
			opt.Quote(a.get(from+2)))
	}
	*to = gravity{true, param.Gravity{Set: true, X: x, Y: y}}
	return nil
}

// offset reads a number that may be negative: pixels from 1 on, a share of the side below.
func offset(text string, inwardsIsBack bool) (param.Length, bool) {
	if text == "" {
		return param.Length{}, true
	}
	x, ok := opt.Decimal(strings.TrimPrefix(text, "-"))
	l := param.Length{Value: x, Fraction: x > 0 && x < 1}
	if strings.HasPrefix(text, "-") != inwardsIsBack && x > 0 {
		l.Value = -x
	}
	return l, ok
}

// params returns what the options come to in our words.
func (w *wish) params(auto bool) (param.Params, error) {
	p := param.Params{
		Gravity: w.gravity.at, Up: w.enlarge, Rotate: param.Rotation(w.rotate), Flip: w.flip, Padding: w.padding,
		Background: w.background, Format: w.format, Anim: param.AnimOff, Foreign: param.Foreign{BoxDPR: true},
	}
	if w.format == format.Unknown {
		p.Format = format.Source
		if auto {
			p.Format = format.Auto
		}
	}
	for _, set := range []func(*param.Params) error{w.setBox, w.setFit, w.setExtended} {
		if err := set(&p); err != nil {
			return param.Params{}, err
		}
	}
	if w.crop != nil {
		p.Crop = w.anchored()
	}
	w.setEffects(&p)
	w.setQuality(&p)
	return p, nil
}

// setBox sets the sides and the dpr: one below 1 only makes the box smaller.
func (w *wish) setBox(p *param.Params) error {
	scaleX, scaleY := w.zoomX, w.zoomY
	if w.dpr > 1 {
		p.DPR = w.dpr
	} else {
		scaleX, scaleY = scaleX*w.dpr, scaleY*w.dpr
		for _, side := range []*int{&p.Padding.Top, &p.Padding.Right, &p.Padding.Bottom, &p.Padding.Left} {
			*side = int(math.Round(float64(*side) * w.dpr))
		}
	}
	switch free := w.width == 0 && w.height == 0; {
	case w.zoomX != w.zoomY && w.resizing != "force":
		return dialect.Refuse("z", "want one number for both sides, or rt:force")
	case free && w.zoomX*w.zoomY != 1:
		return dialect.Refuse("z", "want w or h beside it, got neither")
	case free && (w.dpr < 1 || w.dpr > 1 && w.enlarge):
		return dialect.Refuse("dpr", "want w or h beside it, got neither")
	}
	for _, s := range []struct {
		name  string
		asked int
		scale float64
		to    *int
	}{{"w", w.width, scaleX, &p.Width}, {"h", w.height, scaleY, &p.Height}} {
		n, most := math.Round(float64(s.asked)*s.scale), float64(param.MaxSide)
		if w.enlarge {
			most /= max(1, w.dpr)
		}
		if n > most && (w.enlarge || w.extend.on || w.extendAspect.on) {
			return dialect.Refuse(s.name, "want at most %d pixels with zoom and dpr, got %s", param.MaxSide,
				strconv.FormatFloat(n*max(1, w.dpr), 'f', -1, 64))
		}
		if s.asked > 0 {
			*s.to = int(min(max(1, n), most))
		}
	}
	return nil
}

func (w *wish) setFit(p *param.Params) error {
	p.Fit = map[string]param.Fit{
		"fit": param.Inside, "fill": param.CropTo, "fill-down": param.Cover, "force": param.Fill, "auto": param.AutoCrop,
	}[w.resizing]
	if w.resizing == "force" && (p.Width == 0) != (p.Height == 0) {
		return dialect.Refuse("rt", "want w and h beside force, got one of them")
	}
	return nil
}

// setExtended sets what grows around the picture. Its gravity is not the one that crops.
func (w *wish) setExtended(p *param.Params) error {
	e, how := w.extend, param.ExtendBox
	if w.extendAspect.on {
		e, how = w.extendAspect, param.ExtendAspect
	}
	if !e.on {
		return nil
	}
	if w.extend.on && w.extendAspect.on {
		return dialect.Refuse("exar", "got it beside ex, want one of them")
	}
	p.Foreign.Extend, p.Foreign.Anchor = how, e.at
	return nil
}

// anchored returns the crop. It comes after rot and fl there and before them here, so that it is turned back.
func (w *wish) anchored() param.Crop {
	length := func(x float64) param.Length {
		if x < 1 {
			return param.Length{Value: x, Fraction: x > 0}
		}
		return param.Length{Value: math.Floor(x)}
	}
	c := param.Crop{Set: true, Anchored: true, W: length(w.crop.w), H: length(w.crop.h), Anchor: w.gravity.at}
	if w.crop.given {
		c.Anchor = w.crop.at
	}
	g := &c.Anchor
	if !g.Set {
		*g = anchors["ce"]
	}
	if w.flip&param.FlipHorizontal != 0 {
		g.X, g.Right.Value = 1-g.X, -g.Right.Value
	}
	if w.flip&param.FlipVertical != 0 {
		g.Y, g.Down.Value = 1-g.Y, -g.Down.Value
	}
	for range (360 - w.rotate) % 360 / 90 { // a quarter clockwise more and it stands as before
		c.W, c.H = c.H, c.W
		g.X, g.Y = 1-g.Y, g.X
		g.Right, g.Down = param.Length{Value: -g.Down.Value, Fraction: g.Down.Fraction}, g.Right
	}
	return c
}

// setEffects sets those that do something: imgproxy leaves weak ones out.
func (w *wish) setEffects(p *param.Params) {
	for kind, x := range map[effect.Kind]float64{
		effect.Blur: w.blur, effect.Sharpen: w.sharpen,
		effect.Pixelate: w.pixelate,
	} {
		if x >= effect.Table[kind].Option.Min {
			p.Effects[kind].Number = x
		}
	}
}

// setQuality sets the quality in each format, on the scale of JPEG.
func (w *wish) setQuality(p *param.Params) {
	for f := range dialect.QualityOffsets {
		q := w.qualities[f]
		if q == 0 {
			q = w.quality
		}
		if q > 0 {
			p.Foreign.Qualities[f] = dialect.Quality(f, q)
		}
	}
}
