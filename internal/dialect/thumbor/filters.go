package thumbor

import (
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/image/colornames"

	"imagekit/internal/dialect"
	"imagekit/internal/effect"
	"imagekit/internal/format"
	"imagekit/internal/opt"
	"imagekit/internal/param"
)

// readFilters reads NAME(ARGUMENTS):NAME(ARGUMENTS)/IMAGE and returns the image. A filter that is not known is refused,
// where they leave it out.
func (w *wish) readFilters(text string) (image string, err error) {
	for {
		name, rest, ok := strings.Cut(text, "(")
		if !ok || name == "" || strings.ContainsAny(name, "/)") {
			return "", dialect.Refuse("filters", "want filters:NAME(ARGUMENTS):NAME(ARGUMENTS)/IMAGE, got %s",
				opt.Quote(text))
		}
		arguments, rest, ok := strings.Cut(rest, ")")
		if !ok {
			return "", dialect.Refuse("filters", "want a \")\" behind the arguments of %s", opt.Quote(name))
		}
		f := filter{name: name}
		for a := range strings.SplitSeq(arguments, ",") {
			f.arguments = append(f.arguments, strings.TrimSpace(a))
		}
		if err := w.setFilter(f); err != nil {
			return "", err
		}
		if text, ok = strings.CutPrefix(rest, ":"); ok {
			continue
		}
		if image, ok := strings.CutPrefix(rest, "/"); ok {
			return image, nil
		}
		return "", dialect.Refuse("filters", "want \":\" and a filter or \"/\" and the image behind %s(…)", name)
	}
}

// filter is one filter with its arguments; without any it has one that is empty.
type filter struct {
	name      string
	arguments []string
}

func (f filter) get(i int) string {
	if i < len(f.arguments) {
		return f.arguments[i]
	}
	return ""
}

func (f filter) refuse(want string) error {
	return dialect.Refuse(f.name, "want %s, got %s", want, opt.Quote(strings.Join(f.arguments, ",")))
}

// number reads an argument that may be negative.
func (f filter) number(i int, least, most float64) (float64, error) {
	x, err := strconv.ParseFloat(f.get(i), 64)
	if err != nil || !(x >= least && x <= most) {
		return 0, f.refuse("a number " + text(least) + "…" + text(most))
	}
	return x, nil
}

func (f filter) whole(i, least, most int) (int, error) {
	n, ok := opt.Whole(f.get(i))
	if !ok || n < least || n > most {
		return 0, f.refuse("a whole number " + strconv.Itoa(least) + "…" + strconv.Itoa(most))
	}
	return n, nil
}

func text(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

type setter func(w *wish, f filter) error

// setFilter finds the filter among those of both, then among those of imagor.
func (w *wish) setFilter(f filter) error {
	set, ok := filters[f.name]
	if !ok && w.imagor {
		set, ok = imagorFilters[f.name]
	}
	if !ok {
		return dialect.Refuse(f.name, "there is no such filter, or none that is possible here")
	}
	return set(w, f)
}

var filters = map[string]setter{
	"quality":          (*wish).setQuality,
	"format":           (*wish).setFormat,
	"fill":             (*wish).setFill,
	"background_color": func(w *wish, f filter) error { return f.color(0, &w.filters.Background) },
	"upscale":          func(w *wish, _ filter) error { return w.setUpscale(true) },
	"no_upscale":       func(w *wish, _ filter) error { return w.setUpscale(false) },
	"stretch":          func(w *wish, _ filter) error { w.stretch = true; return nil },
	"blur":             (*wish).setBlur,
	"sharpen":          (*wish).setSharpen,
	"brightness":       func(w *wish, f filter) error { return w.percent(f, effect.Brightness) },
	"contrast":         (*wish).setContrast,
	"saturation":       (*wish).setSaturation,
	"grayscale":        func(w *wish, _ filter) error { w.filters.Effects[effect.Gray].On = true; return nil },
	"invert":           func(w *wish, _ filter) error { w.filters.Effects[effect.Invert].On = true; return nil },
	"rotate":           (*wish).setRotate,
	"round_corner":     (*wish).setCorner,
	"focal":            (*wish).setFocal,
	"pixelate":         func(w *wish, f filter) error { return w.effect(f, effect.Pixelate, f.get(0)) },
	"strip_exif":       nothing, // all metadata is
	"strip_metadata":   nothing,
	"strip_icc":        nothing,
}

var imagorFilters = map[string]setter{
	"hue":     (*wish).setHue,
	"padding": (*wish).setPaddingFilter,
	"page":    func(w *wish, f filter) (err error) { w.filters.Page, err = f.whole(0, 1, 10_000); return err },
	"expire":  (*wish).setExpire,
}

func nothing(*wish, filter) error { return nil }

func (w *wish) setQuality(f filter) error {
	q, err := f.whole(0, 1, 100)
	for to := range dialect.QualityOffsets {
		w.filters.Foreign.Qualities[to] = dialect.Quality(to, q)
	}
	return err
}

func (w *wish) setFormat(f filter) error {
	got, err := format.Parse(f.get(0))
	if err != nil {
		return dialect.Refuse(f.name, "%v", err)
	}
	w.filters.Format = got
	return nil
}

// color reads a name of CSS or hexadecimal digits; none and transparent leave it unset.
func (f filter) color(i int, to *param.Color) error {
	word := strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(f.get(i), "#"), "%23"))
	if word == "none" || word == "transparent" {
		*to = param.Color{}
		return nil
	}
	if c, ok := colornames.Map[word]; ok {
		*to = param.Color{Set: true, R: c.R, G: c.G, B: c.B}
		return nil
	}
	if len(word) == 3 {
		word = string([]byte{word[0], word[0], word[1], word[1], word[2], word[2]})
	}
	rgb, err := strconv.ParseUint(word, 16, 24)
	if err != nil || len(word) != 6 {
		return f.refuse("a colour as rrggbb, rgb or a name of CSS")
	}
	*to = param.Color{Set: true, R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb)}
	return nil
}

func (w *wish) setFill(f filter) error {
	w.fill = true
	return f.color(0, &w.filters.Background)
}

func (w *wish) setUpscale(up bool) error {
	w.upscale = &up
	return nil
}

// effect sets a number within the bounds of ours.
func (w *wish) effect(f filter, kind effect.Kind, value string) error {
	o := effect.Table[kind].Option
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || !(x >= o.Min && x <= o.Max) {
		return f.refuse("what comes to " + text(o.Min) + "…" + text(o.Max) + " here")
	}
	w.filters.Effects[kind].Number = math.Round(x*1e6) / 1e6
	return nil
}

// setBlur reads RADIUS[,SIGMA]; without a sigma thumbor takes the radius, imagor half of it. Next to none is none.
func (w *wish) setBlur(f filter) error {
	radius, err := f.number(0, 0, 500)
	if err != nil {
		return err
	}
	sigma := radius
	switch {
	case f.get(1) != "" && f.get(1) != "0":
		if sigma, err = f.number(1, 0, 500); err != nil {
			return err
		}
	case w.imagor:
		sigma = radius / 2
	}
	if sigma < effect.Table[effect.Blur].Option.Min {
		return nil
	}
	return w.effect(f, effect.Blur, text(sigma))
}

// setSharpen reads AMOUNT,RADIUS,LUMINANCE; imagor: SIGMA.
func (w *wish) setSharpen(f filter) error {
	i := 1
	if w.imagor && f.get(1) == "" {
		i = 0
	}
	radius, err := f.number(i, 0, 100)
	if err != nil {
		return err
	}
	return w.effect(f, effect.Sharpen, text(1+2*radius))
}

// percent reads what is added in percent as a factor.
func (w *wish) percent(f filter, kind effect.Kind) error {
	n, err := f.number(0, -100, 900)
	if err != nil {
		return err
	}
	return w.effect(f, kind, text(1+n/100))
}

func (w *wish) setContrast(f filter) error {
	n, err := f.number(0, -100, 100)
	if err != nil {
		return err
	}
	c := 2.55 * n
	return w.effect(f, effect.Contrast, text(259*(c+255)/(255*(259-c))))
}

// setSaturation reads a factor, in imagor what is added in percent.
func (w *wish) setSaturation(f filter) error {
	if w.imagor {
		return w.percent(f, effect.Saturation)
	}
	return w.effect(f, effect.Saturation, f.get(0))
}

func (w *wish) setHue(f filter) error {
	n, err := f.number(0, -3600, 3600)
	if err != nil {
		return err
	}
	w.filters.Effects[effect.Hue].Number = math.Mod(math.Mod(math.Round(n), 360)+360, 360)
	return nil
}

// setRotate turns by right angles, imagor clockwise and thumbor the other way. Others do nothing there, nor here.
func (w *wish) setRotate(f filter) error {
	n, err := f.whole(0, 0, 3600)
	if err != nil || n%90 != 0 {
		return err
	}
	if w.rotate = n % 360; !w.imagor {
		w.rotate = (360 - w.rotate) % 360
	}
	return nil
}

// setCorner reads RADIUS,R,G,B[,TRANSPARENT], in imagor RADIUS[,,COLOUR].
func (w *wish) setCorner(f filter) error {
	n, err := f.whole(0, 1, param.MaxSide)
	if err != nil {
		return err
	}
	w.filters.Radius = param.Radius{Pixels: n}
	if w.imagor {
		if ry := f.get(1); ry != "" && ry != f.get(0) {
			return f.refuse("one radius")
		}
		if f.get(2) == "" {
			return nil
		}
		return f.color(2, &w.filters.Background)
	}
	if len(f.arguments) < 4 || f.get(4) == "1" || f.get(4) == "true" {
		return nil
	}
	var rgb [3]int
	for i := range rgb {
		if rgb[i], err = f.whole(i+1, 0, 255); err != nil {
			return err
		}
	}
	w.filters.Background = param.Color{Set: true, R: uint8(rgb[0]), G: uint8(rgb[1]), B: uint8(rgb[2])}
	return nil
}

// setFocal reads LEFTxTOP:RIGHTxBOTTOM, or XxY in imagor, as shares of the sides: the middle is what matters.
func (w *wish) setFocal(f filter) error {
	from, to, found := strings.Cut(f.get(0), ":")
	if !found {
		to = from
	}
	x0, y0, ok1 := point(from)
	x1, y1, ok2 := point(to)
	if !ok1 || !ok2 || !found && !w.imagor {
		return f.refuse("LEFTxTOP:RIGHTxBOTTOM with numbers 0…1: pixels are not possible here")
	}
	w.gravity = param.Gravity{Set: true, X: math.Round((x0+x1)/2*1e6) / 1e6, Y: math.Round((y0+y1)/2*1e6) / 1e6}
	return nil
}

func point(text string) (x, y float64, ok bool) {
	left, top, _ := strings.Cut(text, "x")
	x, okX := opt.Decimal(left)
	y, okY := opt.Decimal(top)
	return x, y, okX && okY && x <= 1 && y <= 1
}

// setPaddingFilter reads COLOUR,LEFT[,TOP[,RIGHT,BOTTOM]]: one for all, two for pairs.
func (w *wish) setPaddingFilter(f filter) error {
	if err := f.color(0, &w.filters.Background); err != nil {
		return err
	}
	var n [4]int
	for i := range n {
		switch given := len(f.arguments) - 1; {
		case i < given:
			var err error
			if n[i], err = f.whole(i+1, 0, param.MaxSide); err != nil {
				return err
			}
		case given == 1:
			n[i] = n[0]
		case given == 2:
			n[i] = n[i-2]
		default:
			return f.refuse("COLOUR,ALL or COLOUR,HORIZONTAL,VERTICAL or COLOUR,LEFT,TOP,RIGHT,BOTTOM")
		}
	}
	w.filters.Padding = param.Sides{Left: n[0], Top: n[1], Right: n[2], Bottom: n[3]}
	return nil
}

// setExpire reads milliseconds.
func (w *wish) setExpire(f filter) error {
	ms, err := strconv.ParseInt(f.get(0), 10, 52)
	if err != nil || ms < 1 {
		return f.refuse("milliseconds")
	}
	w.expires = time.UnixMilli(ms)
	return nil
}
