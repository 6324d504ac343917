// Package cloudflare reads the URLs of Cloudflare Images: /cdn-cgi/image/OPTIONS/SOURCE. They are never signed.
package cloudflare

import (
	"net/url"
	"strings"

	"imagekit/internal/dialect"
	"imagekit/internal/effect"
	"imagekit/internal/format"
	"imagekit/internal/opt"
	"imagekit/internal/param"
	"imagekit/internal/source"
)

// prefix begins every path.
const prefix = "/cdn-cgi/image/"

// Reader reads Cloudflare's URLs.
type Reader struct {
	Base string // what relative sources lie below; "" = there are none
}

// Takes reports whether the path is one of these.
func (Reader) Takes(t dialect.Target) bool { return strings.HasPrefix(t.Path, prefix) }

// Verify finds no signature: there is none.
func (Reader) Verify(dialect.Target) (bool, error) { return false, nil }

// Read returns what the options ask for. The query belongs to the source.
func (r Reader) Read(t dialect.Target) (param.Request, error) {
	options, src, found := strings.Cut(strings.TrimPrefix(t.Path, prefix), "/")
	if !found || options == "" {
		return param.Request{}, dialect.Refuse("options", "want /cdn-cgi/image/OPTIONS/SOURCE")
	}
	src = dialect.Repaired(src)
	if decoded, err := url.PathUnescape(src); err == nil && !strings.Contains(src, "://") &&
		strings.Contains(decoded, "://") {
		src = decoded // a whole URL that was escaped once
	}
	if t.Query != "" {
		src += "?" + t.Query
	}
	p, err := read(options)
	if err != nil {
		return param.Request{}, err
	}
	src, err = source.Resolve(src, r.Base)
	return param.Request{Source: src, Params: p}, err
}

// read reads the options. A repeated one is refused: nobody could tell which holds.
func read(text string) (param.Params, error) {
	p := param.Params{Fit: param.Inside, Format: format.Source}
	seen := map[string]bool{}
	for piece := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(piece, "=")
		row := name
		if long, ok := long[name]; ok {
			row = long
		}
		set, ok := table[row]
		switch {
		case !ok:
			return p, dialect.Refuse(name, "Cloudflare has no such option, or none that is possible here")
		case seen[row]:
			return p, dialect.Refuse(name, "it is given twice, want it once")
		}
		seen[row] = true
		decoded, err := url.PathUnescape(value)
		if err != nil || decoded == "" {
			return p, dialect.Refuse(name, "want a value, got %s", opt.Quote(value))
		}
		if err := set(&p, name, decoded); err != nil {
			return p, err
		}
	}
	return p, bounded(p)
}

// bounded refuses a box that no picture may have.
func bounded(p param.Params) error {
	dpr := max(p.DPR, 1)
	for _, side := range []struct {
		name   string
		pixels int
	}{{"width", p.Width}, {"height", p.Height}} {
		if float64(side.pixels)*dpr > param.MaxSide {
			return dialect.Refuse(side.name, "want at most %d pixels with dpr, got %d·%g", param.MaxSide, side.pixels, dpr)
		}
	}
	return nil
}

type setter func(p *param.Params, name, value string) error

// long gives the short names their long ones, by which the table has them.
var long = map[string]string{"w": "width", "h": "height", "q": "quality", "f": "format", "g": "gravity"}

var table = map[string]setter{
	"width":  func(p *param.Params, name, value string) error { return whole(&p.Width, name, value, param.MaxSide) },
	"height": func(p *param.Params, name, value string) error { return whole(&p.Height, name, value, param.MaxSide) },
	"dpr": func(p *param.Params, name, value string) error {
		return number(&p.DPR, name, value, 1, 4)
	},
	"fit":     setFit,
	"gravity": setGravity,
	"quality": func(p *param.Params, name, value string) error { return whole(&p.Quality, name, value, 100) },
	"format":  setFormat,
	"rotate": func(p *param.Params, name, value string) error {
		return ours(p.Options(), "rot", name, value)
	},
	"flip":        func(p *param.Params, name, value string) error { return ours(p.Options(), "flip", name, value) },
	"background":  setBackground,
	"blur":        effects(effect.Blur),
	"sharpen":     effects(effect.Sharpen),
	"brightness":  effects(effect.Brightness),
	"contrast":    effects(effect.Contrast),
	"gamma":       effects(effect.Gamma),
	"saturation":  effects(effect.Saturation),
	"metadata":    only("none", "metadata is always removed here"),
	"anim":        setAnim,
	"compression": only("fast", "there is no other compression here"),
	"onerror":     only("", "there is no redirect to the source here"),
}

// ours reads a value by the row of a parameter of ours with the same words.
func ours(rows []opt.Option, row, name, value string) error {
	for _, o := range rows {
		if o.Name == row {
			o.Name = name
			if err := o.Parse(value); err != nil {
				return dialect.Refuse(name, "want %s, got %s", o.Want(), opt.Quote(value))
			}
			return nil
		}
	}
	return dialect.Refuse(name, "this is not possible here")
}

func whole(to *int, name, value string, most int) error {
	n, ok := opt.Whole(value)
	if !ok || n < 1 || n > most {
		return dialect.Refuse(name, "want a whole number 1…%d, got %s", most, opt.Quote(value))
	}
	*to = n
	return nil
}

func number(to *float64, name, value string, least, most float64) error {
	x, ok := opt.Decimal(value)
	if !ok || x < least || x > most {
		return dialect.Refuse(name, "want a number %g…%g, got %s", least, most, opt.Quote(value))
	}
	*to = x
	return nil
}

func effects(kind effect.Kind) setter {
	o := effect.Table[kind].Option
	return func(p *param.Params, name, value string) error {
		return number(&p.Effects[kind].Number, name, value, o.Min, o.Max)
	}
}

// only accepts the one value that holds here anyway.
func only(value, why string) setter {
	return func(_ *param.Params, name, got string) error {
		if got == value {
			return nil
		}
		return dialect.Refuse(name, "%s, got %s", why, opt.Quote(got))
	}
}

// fits are Cloudflare's: those that say so enlarge.
var fits = map[string]struct {
	fit param.Fit
	up  bool
}{
	"scale-down": {param.Inside, false},
	"contain":    {param.Inside, true},
	"cover":      {param.Cover, true},
	"crop":       {param.CropTo, false},
	"pad":        {param.Pad, true},
	"squeeze":    {param.Fill, true},
}

func setFit(p *param.Params, name, value string) error {
	f, ok := fits[value]
	if !ok {
		return dialect.Refuse(name, "want scale-down, contain, cover, crop, pad or squeeze, got %s", opt.Quote(value))
	}
	p.Fit, p.Up = f.fit, f.up
	return nil
}

func setGravity(p *param.Params, name, value string) error {
	switch value {
	case "auto", "face":
		return dialect.Refuse(name, "%s is not possible here, want a side or XxY", value)
	case "left", "right", "top", "bottom", "center":
		return ours(p.Options(), "g", name, value)
	}
	x, y, found := strings.Cut(value, "x")
	g := param.Gravity{Set: true}
	if !found || number(&g.X, name, x, 0, 1) != nil || number(&g.Y, name, y, 0, 1) != nil {
		return dialect.Refuse(name, "want left, right, top, bottom or XxY with numbers 0…1, got %s", opt.Quote(value))
	}
	p.Gravity = g
	return nil
}

func setFormat(p *param.Params, name, value string) error {
	switch value {
	case "auto":
		p.Format = format.Auto
		return nil
	case "baseline-jpeg":
		value = "jpeg"
	}
	f, err := format.Parse(value)
	if err != nil || f == format.GIF { // which comes of GIFs alone there
		return dialect.Refuse(name, "want auto, jpeg, baseline-jpeg, webp, avif or png, got %s", opt.Quote(value))
	}
	p.Format = f
	return nil
}

// setAnim reads whether what moves may move, which it does unless it is asked not to.
func setAnim(p *param.Params, name, value string) error {
	switch value {
	case "true":
		p.Anim = param.AnimUnset
	case "false":
		p.Anim = param.AnimOff
	default:
		return dialect.Refuse(name, "want true or false, got %s", opt.Quote(value))
	}
	return nil
}

// setBackground reads #rrggbb or #rgb, escaped or without its #.
func setBackground(p *param.Params, name, value string) error {
	return ours(p.Options(), "bg", name, strings.TrimPrefix(value, "#"))
}
