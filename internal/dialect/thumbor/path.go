package thumbor

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"imagekit/internal/dialect"
	"imagekit/internal/opt"
	"imagekit/internal/param"
)

// wish is what a path asks for, in the order of its pieces.
type wish struct {
	imagor        bool
	crop          param.Crop
	fitIn         bool // all of the picture, none of it cut
	full          bool // as large as covers the box, with fitIn
	stretch       bool
	width, height int // 0 = not given
	flip          param.Flip
	gravity       param.Gravity
	padding       param.Sides // of imagor; only beside fill
	filters       param.Params
	fill          bool // what is around the picture has a colour
	upscale       *bool
	rotate        int // clockwise
	expires       time.Time
}

// piece is one of the operations before the filters: whether a segment is it, and what that asks for.
type piece struct {
	is  *regexp.Regexp
	set func(w *wish, match []string) error
}

// pieces stand in this order, each once at most.
var pieces = []piece{
	{regexp.MustCompile(`^(meta|debug|params)$`), func(_ *wish, m []string) error {
		return dialect.Refuse(m[1], "there is no such answer here, only pictures")
	}},
	{regexp.MustCompile(`^(trim)(:.*)?$`), func(_ *wish, m []string) error {
		return dialect.Refuse(m[1], "borders cannot be trimmed here")
	}},
	{regexp.MustCompile(`^(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)$`), (*wish).setCrop},
	{regexp.MustCompile(`^(adaptive-full-fit-in|adaptive-fit-in|full-fit-in|fit-in|stretch)$`), (*wish).setFit},
	{regexp.MustCompile(`^(-?)(\d*|orig)x(-?)(\d*|orig)$`), (*wish).setSize},
	{regexp.MustCompile(`^(\d+)x(\d+)(?::(\d+)x(\d+))?$`), (*wish).setPadding},
	{regexp.MustCompile(`^(left|center|right)$`), func(w *wish, m []string) error {
		return w.align(&w.gravity.X, m[1], "left", "right")
	}},
	{regexp.MustCompile(`^(top|middle|bottom)$`), func(w *wish, m []string) error {
		return w.align(&w.gravity.Y, m[1], "top", "bottom")
	}},
	{regexp.MustCompile(`^(smart)$`), func(_ *wish, m []string) error {
		return dialect.Refuse(m[1], "the part that matters cannot be found here, want left, right, top or bottom")
	}},
}

// padding is the piece that imagor alone knows.
const padding = 5

// operations reads the pieces and the filters, and returns what is left: the image.
func (w *wish) operations(path string) (image string, err error) {
	at := 0
	for at < len(pieces) {
		segment, rest, more := strings.Cut(path, "/")
		next := w.find(segment, at)
		if next < 0 || !more {
			break
		}
		if err := pieces[next].set(w, pieces[next].is.FindStringSubmatch(segment)); err != nil {
			return "", err
		}
		at, path = next+1, rest
	}
	text, ok := strings.CutPrefix(path, "filters:")
	if !ok {
		return path, nil
	}
	return w.readFilters(text)
}

// find returns the first piece from at on that a segment is, -1 when it is none.
func (w *wish) find(segment string, at int) int {
	for i := at; i < len(pieces); i++ {
		if i == padding && (!w.imagor || w.width == 0 && w.height == 0) {
			continue
		}
		if segment != "x" && pieces[i].is.MatchString(segment) {
			return i
		}
	}
	return -1
}

func (w *wish) setCrop(m []string) error {
	var edge [4]float64
	shares := w.imagor
	for i := range edge {
		x, err := strconv.ParseFloat(m[i+1], 64)
		if err != nil || x > 99_999 {
			return dialect.Refuse("crop", "want edges of at most 99999, got %s", opt.Quote(m[i+1]))
		}
		edge[i], shares = x, shares && x <= 1
	}
	length := func(x float64) param.Length {
		if shares {
			return param.Length{Value: math.Round(x*1e6) / 1e6, Fraction: true}
		}
		return param.Length{Value: math.Floor(x)}
	}
	for i := range 2 { // to the edge
		if w.imagor && edge[i+2] == 0 {
			if edge[i+2] = 200_000; shares {
				edge[i+2] = 1
			}
		}
		if edge[i+2] <= edge[i] {
			return dialect.Refuse("crop", "want LEFTxTOP:RIGHTxBOTTOM with the right and lower edge beyond the others, got %s", opt.Quote(m[0]))
		}
	}
	w.crop = param.Crop{
		Set: true, X: length(edge[0]), Y: length(edge[1]), W: length(edge[2] - edge[0]),
		H: length(edge[3] - edge[1]),
	}
	return nil
}

func (w *wish) setFit(m []string) error {
	switch m[1] {
	case "fit-in":
		w.fitIn = true
	case "full-fit-in":
		w.fitIn, w.full = true, true
	case "stretch":
		if !w.imagor {
			return dialect.Refuse(m[1], "thumbor has no such operation, want the filter stretch()")
		}
		w.stretch = true
	default:
		return dialect.Refuse(m[1], "a box cannot be turned here, want fit-in")
	}
	return nil
}

func (w *wish) setSize(m []string) error {
	for i, side := range []*int{&w.width, &w.height} {
		minus, text := m[2*i+1], m[2*i+2]
		if minus != "" {
			w.flip |= []param.Flip{param.FlipHorizontal, param.FlipVertical}[i]
		}
		if text == "" {
			continue
		}
		n, ok := opt.Whole(text)
		if !ok || n > param.MaxSide {
			return dialect.Refuse("size", "want WIDTHxHEIGHT with whole numbers up to %d, got %s", param.MaxSide,
				opt.Quote(m[0]))
		}
		*side = n
	}
	return nil
}

// setPadding reads LEFTxTOP:RIGHTxBOTTOM, or LEFTxTOP for both sides.
func (w *wish) setPadding(m []string) error {
	if m[3] == "" {
		m[3], m[4] = m[1], m[2]
	}
	for i, side := range []*int{&w.padding.Left, &w.padding.Top, &w.padding.Right, &w.padding.Bottom} {
		n, ok := opt.Whole(m[i+1])
		if !ok || n > param.MaxSide {
			return dialect.Refuse("padding", "want at most %d pixels, got %s", param.MaxSide, opt.Quote(m[0]))
		}
		*side = n
	}
	return nil
}

func (w *wish) align(to *float64, word, first, last string) error {
	if !w.gravity.Set {
		w.gravity = param.Gravity{Set: true, X: 0.5, Y: 0.5}
	}
	switch word {
	case first:
		*to = 0
	case last:
		*to = 1
	}
	return nil
}

// params returns what it all comes to in our words.
func (w *wish) params() (param.Params, error) {
	p := w.filters
	p.Width, p.Height, p.Crop, p.Gravity, p.Flip = w.width, w.height, w.crop, w.gravity, w.flip
	w.setFitting(&p)
	if w.fill && w.imagor {
		p.Padding = sum(p.Padding, w.padding)
	}
	if err := w.turn(&p); err != nil {
		return param.Params{}, err
	}
	return p, nil
}

// setFitting sets how the picture meets the box: they enlarge unless it fits in.
func (w *wish) setFitting(p *param.Params) {
	p.Up = !w.fitIn || w.full
	switch {
	case w.stretch:
		p.Fit = param.Fill
	case w.full:
		p.Fit = param.Outside
	case w.fitIn && w.fill && w.width > 0 && w.height > 0:
		p.Fit = param.Pad
	case w.fitIn:
		p.Fit = param.Inside
	default:
		p.Fit = param.Cover
	}
	if w.upscale != nil {
		p.Up = *w.upscale
	}
	if p.Fit == param.Cover && !p.Up {
		p.Fit = param.CropTo
	}
	if w.width == 0 && w.height == 0 {
		p.Up, p.Fit = false, param.Inside
	}
}

// turn brings what comes before a rotation there, and after it here, into the frame of the result: sides, flips, gravity.
func (w *wish) turn(p *param.Params) error {
	g := &p.Gravity
	if w.flip&param.FlipHorizontal != 0 { // they flip what is cut already
		g.X = 1 - g.X
	}
	if w.flip&param.FlipVertical != 0 {
		g.Y = 1 - g.Y
	}
	p.Rotate = param.Rotation(w.rotate)
	if w.rotate != 0 && p.Padding != (param.Sides{}) {
		return dialect.Refuse("rotate", "got it beside padding, want one of them")
	}
	for range w.rotate / 90 {
		p.Width, p.Height = p.Height, p.Width
		g.X, g.Y = 1-g.Y, g.X
	}
	if w.rotate%180 != 0 {
		p.Flip = p.Flip>>1&param.FlipHorizontal | p.Flip<<1&param.FlipVertical
	}
	if !g.Set {
		*g = param.Gravity{}
	}
	return nil
}

func sum(a, b param.Sides) param.Sides {
	return param.Sides{Top: a.Top + b.Top, Right: a.Right + b.Right, Bottom: a.Bottom + b.Bottom, Left: a.Left + b.Left}
}
