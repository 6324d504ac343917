package param

import (
	"cmp"
	"errors"
	"flag"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/opt"
	"imagekit/internal/source"
)

// Watermark is a picture that is laid over the result. The zero value is none.
type Watermark struct {
	Source  string // the normalised URL of a source, or a name: IsURL tells
	Gravity Gravity
	Tile    bool    // repeated all over the result, whatever Gravity says
	Width   float64 // fraction of the result's width; 0 = not given
	Margin  int     // pixels before dpr
	Opacity Opacity
}

// Given reports whether there is a watermark.
func (w Watermark) Given() bool { return w.Source != "" }

// IsURL reports whether the watermark comes from a source, and not by a name from those at hand.
func (w Watermark) IsURL() bool { return source.Is(w.Source) }

// defaultMarkWidth is the width of a watermark when wmw is not given.
const defaultMarkWidth = 0.2

// Share returns the width as a fraction of the result's.
func (w Watermark) Share() float64 { return cmp.Or(w.Width, defaultMarkWidth) }

// Place returns where the watermark stands, as fractions of the free space: the bottom right corner when it is not said.
func (w Watermark) Place() Gravity {
	if !w.Gravity.Set {
		return Gravity{Set: true, X: 1, Y: 1}
	}
	return w.Gravity
}

// Opacity is how much of a watermark is seen, 0…1. The zero value is not given: all of it.
type Opacity struct {
	Set   bool
	Value float64
}

// Share returns the opacity, 1 when it is not given.
func (o Opacity) Share() float64 {
	if !o.Set {
		return 1
	}
	return o.Value
}

// appendMarks adds what is laid over the picture.
func (p *Params) appendMarks(list []opt.Option) []opt.Option {
	w := &p.Watermark
	return append(list, []opt.Option{
		{
			Name: "wm", Title: "Watermark", To: markValue{&w.Source}, Group: "Marks", DefaultDoc: "none",
			Example: "w=240&wm=sample:drawing&wmw=0.4",
			Doc: "A picture laid over the result: the name of a file in the folder `IMAGEKIT_WATERMARKS` without its " +
				"extension, or a source URL as in `url`. `imagekit transform` takes the path of a file. Of an animation " +
				"the first frame is used.",
		},
		{
			Name: "wmg", Title: "Place", To: placeValue{w}, Group: "Marks", Default: defaultPlace,
			Example: "w=240&wm=sample:drawing&wmg=top-left",
			Doc: "Where the watermark stands. `XxY` splits the free space X : 1−X and Y : 1−Y. `tile` repeats it all " +
				"over the picture.",
		},
		{
			Name: "wmw", Title: "Width", To: &w.Width, Min: 0.01, Max: 1, Group: "Marks", Default: plain(defaultMarkWidth),
			Example: "w=240&wm=sample:drawing&wmw=0.6",
			Doc: "Width of the watermark as a fraction of the result's width. It is smaller where the height does not " +
				"suffice, and never larger than its own pixels unless `up=1`.",
		},
		{
			Name: "wmm", Title: "Margin", To: &w.Margin, Max: MaxSide, Group: "Marks", Default: "0",
			Example: "w=240&wm=sample:drawing&wmg=tile&wmm=12",
			Doc: "Space between the watermark and the edges in pixels, multiplied by `dpr`; of `tile` also between " +
				"its copies.",
		},
		{
			Name: "wma", Title: "Opacity", To: opacityValue{&w.Opacity}, Max: 1, Group: "Marks", Default: "1",
			Example: "w=240&wm=sample:drawing&wmw=0.6&wma=0.4",
			Doc:     "Opacity of the watermark: 0 is invisible, 1 is as it is in its file.",
		},
	}...)
}

// markValue reads what a watermark is: a source, which is normalised, or a name.
type markValue struct{ to *string }

var _ flag.Value = markValue{}

func (v markValue) String() string { return *v.to }

// Set takes text with a scheme for a source. Whether there is a picture of a name, who has the pictures knows.
func (v markValue) Set(s string) error {
	if !source.Is(s) && !strings.Contains(s, "://") && len(s) <= source.MaxLen {
		*v.to = s
		return nil
	}
	normal, err := source.Normal(s)
	if err != nil {
		return ofMark(err)
	}
	*v.to = normal
	return nil
}

// ofMark makes what is wrong with the URL of a watermark name its parameter.
func ofMark(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	f.Detail, f.Param = "wm: "+strings.TrimPrefix(f.Detail, "url: "), "wm"
	return f
}

// Want says what Set accepts.
func (markValue) Want() string { return "a name, or " + source.Want() }

// tile is the place that is everywhere.
const tile = "tile"

var defaultPlace = Watermark{}.Place().String()

// placeValue reads where a watermark stands.
type placeValue struct{ to *Watermark }

func (v placeValue) String() string {
	if v.to.Tile {
		return tile
	}
	return v.to.Place().String()
}

// Set reads what g takes, or tile.
func (v placeValue) Set(s string) error {
	if s == tile {
		v.to.Tile, v.to.Gravity = true, Gravity{}
		return nil
	}
	v.to.Tile = false
	return gravityValue{&v.to.Gravity}.Set(s)
}

// Choices lists the names Set accepts, for the form.
func (v placeValue) Choices() []string { return append(gravityValue{}.Choices(), tile) }

// Want says what Set accepts.
func (v placeValue) Want() string {
	return "one of " + strings.Join(v.Choices(), ", ") + ", or XxY with fractions 0…1"
}

// opacityValue reads an opacity: 0 is not the same as none given.
type opacityValue struct{ to *Opacity }

func (v opacityValue) String() string { return plain(v.to.Share()) }

// Set reads a number 0…1.
func (v opacityValue) Set(s string) error {
	x, ok := opt.Decimal(s)
	if !ok || x > 1 {
		return errValue
	}
	*v.to = Opacity{Set: true, Value: x}
	return nil
}

// Want says what Set accepts.
func (opacityValue) Want() string { return "a number 0…1" }
