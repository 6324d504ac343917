package param

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"imagekit/internal/format"
	"imagekit/internal/opt"
)

// maxVersion bounds v in decoded bytes.
const maxVersion = 64

// Options lists every parameter that shapes the picture, in the order people should read about them.
// The list is the only description of a parameter: a new one is one row here and the field it sets.
func (p *Params) Options() []opt.Option {
	return p.appendPicture(make([]opt.Option, 0, maxRows))
}

// maxPage is more pictures than any animation that is read has.
const maxPage = 10_000

// maxBytes is the largest bound that maxb takes.
const maxBytes = 10_000_000

// qualityWords are about as far from each other as one can tell (docs/adr/0057-words-and-bytes.md).
var qualityWords = []opt.Word{{Name: "high", Number: 92}, {Name: "medium-high", Number: 78}, {Name: "medium-low", Number: 55}, {Name: "low", Number: 35}}

// maxRows is room for every row, so that a request's table is allocated once.
const maxRows = 64

func (p *Params) appendPicture(list []opt.Option) []opt.Option {
	return p.appendOutput(p.appendText(p.appendMarks(p.appendEffects(p.appendAround(p.appendSize(list))))))
}

func (p *Params) appendSize(list []opt.Option) []opt.Option {
	return append(list, []opt.Option{
		{
			Name: "w", Title: "Width", To: &p.Width, Min: 1, Max: MaxSide, Group: "Size", Example: "w=320",
			DefaultDoc: "the source's, or from `h`",
			Doc:        "Width of the box in pixels. If only `w` is given, the height follows from the aspect ratio.",
		},
		{
			Name: "h", Title: "Height", To: &p.Height, Min: 1, Max: MaxSide, Group: "Size", Example: "h=240",
			DefaultDoc: "the source's, or from `w`",
			Doc:        "Height of the box in pixels. If only `h` is given, the width follows from the aspect ratio.",
		},
		{
			Name: "ar", Title: "Aspect ratio", To: aspectValue{&p.Aspect}, Group: "Size", DefaultDoc: "from `w` and `h`", Example: "w=240&ar=16:9",
			Doc: "Aspect ratio of the box if `w`, `h` or both are missing. Without both, the box is the largest one of this " +
				"ratio that fits into the picture. `fit` is then `cover`, unless it is `pad` or `fill`.",
		},
		{
			Name: "fit", Title: "Fit", To: &p.Fit, Group: "Size", Default: fitNames[Inside], Example: "w=240&h=240&fit=cover",
			Doc: "How the picture fits the box if both `w` and `h` are given. `inside`: all of the picture, as large as " +
				"fits. `cover`: fills the box and cuts off the rest. `pad`: like `inside`, then filled up with background " +
				"to the exact size. `fill`: stretched to the box. `outside`: covers the box, nothing is cut off.",
		},
		{
			Name: "g", Title: "Focus", To: gravityValue{&p.Gravity}, Group: "Size", Default: gravityNames[0].name, Example: "w=240&h=240&fit=cover&g=left",
			Doc: "Focus: the part that `cover` keeps, or where `pad` puts the picture. In `XxY` both are fractions, from " +
				"the left and from the top: `cover` centres the box on this point; `pad` splits the free space X : 1−X and " +
				"Y : 1−Y.",
		},
		{
			Name: "crop", Title: "Crop", To: cropValue{&p.Crop}, Group: "Size", Example: "crop=0.25,0.25,0.5,0.5",
			DefaultDoc: "the whole picture",
			Doc: "Region to cut out before resizing: left,top,width,height in the upright source. A whole number is pixels, " +
				"a number with a `.` is a fraction of the side. Parts outside the picture are ignored.",
		},
		{
			Name: "dpr", Title: "Pixel ratio", To: &p.DPR, Min: 1, Max: 4, Group: "Size", Default: "1", Example: "w=160&dpr=2",
			Doc: "Device pixel ratio: multiplies `w` and `h`. The products must stay in the range of `w` and `h`.",
		},
		{
			Name: "up", Title: "Enlarge", To: &p.Up, Group: "Size", DefaultDoc: "never enlarged", Example: "crop=0,0,64,64&w=256&up=1",
			Doc: "Allows enlarging. Without it the picture never gets larger than the source: `cover` and `fill` use a " +
				"smaller box, `pad` keeps the box and leaves the picture small.",
		},
		{
			Name: "kernel", Title: "Filter", To: &p.Kernel, Group: "Size", Default: kernelNames[Lanczos], Example: "w=96&kernel=nearest",
			Doc: "The filter of the resize. `lanczos` is the sharpest, `cubic` and `linear` are softer, `nearest` keeps " +
				"the hard edges of pixel art.",
		},
	}...)
}

func (p *Params) appendAround(list []opt.Option) []opt.Option {
	return append(list, []opt.Option{
		{
			Name: "rot", Title: "Turn", To: &p.Rotate, Group: "Turn", DefaultDoc: "not turned", Example: "rot=90",
			Doc: "Turns the picture clockwise, in degrees, after the orientation stored in the file has been applied.",
		},
		{
			Name: "flip", Title: "Mirror", To: &p.Flip, Group: "Turn", DefaultDoc: "not mirrored", Example: "flip=h",
			Doc: "Mirrors the picture: left and right (`h`), top and bottom (`v`), or both.",
		},
		{
			Name: "bg", Title: "Background", To: colorValue{&p.Background}, Group: "Colour", Example: "w=240&h=240&fit=pad&bg=336699",
			DefaultDoc: "transparent where the format can, else white",
			Doc: "Background colour for `pad`, `padding` and `radius`, and behind transparent pixels. If it is " +
				"given, the result is always opaque.",
		},
		{
			Name: "padding", Title: "Padding", To: sidesValue{&p.Padding}, Group: "Around", DefaultDoc: "none", Example: "w=240&bg=336699&padding=8,24",
			Doc: "Space around the picture in pixels, multiplied by `dpr`, in the colour of `bg` or transparent. It adds " +
				"to `w` and `h`.",
		},
		{
			Name: "border", Title: "Border", To: borderValue{&p.Border}, Group: "Around", DefaultDoc: "none", Example: "w=240&border=6,336699",
			Doc: "A frame of one colour around picture and padding. Its width in pixels, multiplied by `dpr`, adds to `w` " +
				"and `h`.",
		},
		{
			Name: "radius", Title: "Corners", To: radiusValue{&p.Radius}, Group: "Around", DefaultDoc: "square", Example: "w=240&radius=32",
			Doc: "Radius of the rounded corners in pixels, multiplied by `dpr`; `max` is half of the shorter side. " +
				"The corners are transparent, or `bg` (white where the format has no transparency).",
		},
	}...)
}

func (p *Params) appendOutput(list []opt.Option) []opt.Option {
	return append(list, []opt.Option{
		{
			Name: "f", Title: "Format", To: output{&p.Format}, Group: "Output", DefaultDoc: "`IMAGEKIT_DEFAULT_FORMAT`", Example: "f=jpeg",
			Doc: "Output format. `auto` picks the best one that the browser accepts. `json` tells facts about the picture in its " +
				"place: see [Facts](#facts).",
		},
		{
			Name: "q", Title: "Quality", To: &p.Quality, Min: 1, Max: 100, Words: qualityWords, Group: "Output",
			Default: strconv.Itoa(DefaultQuality), Example: "w=320&q=30",
			Doc: "Quality on the scale of JPEG. The same number looks alike in every format. " +
				"`high`, `medium-high`, `medium-low` and `low` stand for 92, 78, 55 and 35. It has no effect on PNG and GIF. A " +
				"result with the format and size of its source is never larger than the source, whatever `q` says.",
		},
		{
			Name: "maxb", Title: "Most bytes", To: &p.MaxBytes, Min: 100, Max: maxBytes, Group: "Output",
			DefaultDoc: "as many as it takes", Example: "w=320&maxb=9000",
			Doc: "The most bytes that the result may have. The quality is lowered from `q` until it fits; 422 `too_few_bytes` if even " +
				"the lowest one does not, which tells how many it takes. For JPEG, WebP and AVIF; an animation becomes a still.",
		},
		{
			Name: "anim", Title: "Motion", To: &p.Anim, Group: "Output", DefaultDoc: "animations stay animated in WebP " +
				"and GIF", Example: "anim=0",
			Doc: "`0` makes a still of the first picture. `1` asks for motion: too much of it is answered with 413, where " +
				"otherwise the first picture is sent with `X-Animation: still; REASON`, and a format that cannot move " +
				"with 400. A still source stays one.",
		},
		{
			Name: "page", Title: "Picture", To: &p.Page, Min: 1, Max: maxPage, Group: "Output", DefaultDoc: "the first, or all of an animation", Example: "page=1",
			Doc: "Which picture of an animation, as a still. One that is not there is answered with 400, which tells how " +
				"many there are.",
		},
	}...)
}

// Options lists every name a query may hold: the source, the parameters of the picture and what governs the
// request, in the order people should read about them.
func (r *Request) Options() []opt.Option {
	list := append(make([]opt.Option, 0, maxRows), opt.Option{
		Name: "url", Title: "Source", To: sourceValue{&r.Source}, Group: "Source", DefaultDoc: "required",
		Example: "url=https://example.com/photo.jpg",
		Doc: "Picture to transform. Percent-encode the URL: a raw `&` would end the value. `sample:NAME` is a built-in " +
			"picture, `local:PATH` a file below `IMAGEKIT_LOCAL_ROOT`. `/PATH` is one too, or lies below `IMAGEKIT_BASE_URL`.",
	})
	list = append(list, opt.Option{
		Name: "p", Title: "Preset", To: presetName{}, Group: "Preset", DefaultDoc: "none", Example: "p=card",
		Doc: "Name of a preset: parameters that the operator has set in `IMAGEKIT_PRESETS`. What the URL says besides " +
			"takes precedence.",
	})
	list = r.Params.appendPicture(list)
	return append(list,
		expiryOption(&r.Expires),
		opt.Option{
			Name: "v", Title: "Version", To: &r.Version, Max: maxVersion, Group: "Request", DefaultDoc: "none", Example: "v=2",
			Doc: "Any text. A new value makes a new URL and downloads the source again. It does not change the picture.",
		},
		opt.Option{
			Name: "dl", Title: "Download", To: fileName{&r.Download}, Group: "Request", DefaultDoc: "shown", Example: "dl=photo.jpg",
			Doc: "File name under which browsers save the picture instead of showing it. The extension of the format is " +
				"added if the name has none of a picture.",
		},
		freeOption(&r.Free),
		opt.Option{
			Name: "sig", Title: "Signature", Group: "Request", DefaultDoc: "required on `/img`",
			Example: "sig=872010fd487487a8c6fc0a4853492ca262513589ee6474f6cdec467055b28712",
			Doc:     "Signature: HMAC-SHA-256 of the canonical text, as 64 lower-case hexadecimal digits.",
		},
	)
}

// output is the format a request may ask for. Unknown, the operator's default, has no text.
// output reads what f accepts: the formats of pictures, and facts in place of one.
type output struct{ *format.Format }

// Set reads the name of a format.
func (o output) Set(s string) error {
	if s == format.JSON.String() {
		*o.Format = format.JSON
		return nil
	}
	if o.Format.Set(s) != nil {
		return errValue
	}
	return nil
}

// Choices lists what Set accepts.
func (o output) Choices() []string { return append(o.Format.Choices(), format.JSON.String()) }

func (o output) String() string {
	if *o.Format == format.Unknown {
		return ""
	}
	return o.Format.String()
}

// Normal returns the text of the parameters in which equal meanings are equal: defaults dropped, aliases resolved,
// in the order of Options. It is part of the cache key, so values are escaped as in the canonical text: one that holds
// "&wmw=0.5" is no second parameter.
func (p Params) Normal() string {
	f := forms.Get().(*form)
	defer forms.Put(f)
	f.Request = Request{Params: p}
	var b strings.Builder
	b.Grow(64) // most requests; one allocation
	for _, o := range f.options {
		text := o.Encode()
		if text == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(o.Name)
		b.WriteByte('=')
		escape(&b, text) // joined raw, a value that holds "&" would be two parameters
	}
	if p.Foreign != (Foreign{}) {
		b.WriteString("&foreign=" + p.Foreign.String())
	}
	return b.String()
}

// form is a Request bound to the rows of its table. Building the rows costs more than reading a query by them.
type form struct {
	Request
	options []opt.Option
}

// forms keeps forms for the next query. Whoever takes one sets its Request first.
var forms = sync.Pool{New: func() any {
	f := new(form)
	f.options = f.Request.Options()
	return f
}}

// Names lists every name a query may hold, sorted.
func Names() []string { return slices.Clone(names) }

// names lists every name a query may hold, sorted.
var names = func() []string {
	options := new(Request).Options()
	list := make([]string, len(options))
	for i, o := range options {
		list[i] = o.Name
	}
	slices.Sort(list)
	return list
}()
