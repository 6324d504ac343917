package imgproxy

import (
	"slices"

	"imagekit/internal/dialect"
	"imagekit/internal/effect"
	"imagekit/internal/format"
	"imagekit/internal/param"
)

// wish is what the options of a path ask for, each as imgproxy understands it. A repeated option replaces the earlier one.
type wish struct {
	resizing      string // fit, fill, fill-down, force or auto
	width, height int    // 0 = not given
	zoomX, zoomY  float64
	dpr           float64
	enlarge       bool
	extend        extension
	extendAspect  extension
	gravity       gravity
	crop          *crop
	rotate        int
	flip          param.Flip
	padding       param.Sides
	background    param.Color
	blur, sharpen float64
	pixelate      float64
	quality       int
	qualities     map[format.Format]int
	format        format.Format // Unknown: none is named
	version       string
	expires       int64 // Unix seconds; 0 = never
}

// gravity is where a thing lies: its focus, and how far it is moved from there.
type gravity struct {
	given bool
	at    param.Gravity
}

// extension is what ex and exar say.
type extension struct {
	on bool
	gravity
}

// crop is what c says; 0 is a whole side, below 1 a share of it.
type crop struct {
	w, h float64
	gravity
}

func newWish() *wish { return &wish{resizing: "fit", zoomX: 1, zoomY: 1, dpr: 1} }

// set reads one option.
func (w *wish) set(o option) error {
	name := o.name
	if full, ok := short[name]; ok {
		name = full
	}
	read, ok := table[name]
	switch {
	case ok:
		if len(o.args) > read.most {
			return dialect.Refuse(o.name, "want at most %d arguments, got %d", read.most, len(o.args))
		}
		return read.set(w, arguments{o.name, o.args})
	case slices.Contains(pro, name):
		return dialect.Refuse(o.name, "this is an option of imgproxy Pro, which is not possible here")
	}
	return dialect.Refuse(o.name, "imgproxy has no such option, or none that is known here")
}

// setter reads the arguments of an option.
type setter struct {
	most int // arguments
	set  func(w *wish, a arguments) error
}

// table has imgproxy's options by the names that short gives them.
var table = map[string]setter{
	"rs":   {8, (*wish).setResize},
	"s":    {7, func(w *wish, a arguments) error { return w.setSize(a, 0) }},
	"rt":   {1, func(w *wish, a arguments) error { return a.word(0, &w.resizing, resizings) }},
	"w":    {1, func(w *wish, a arguments) error { return a.whole(0, &w.width, maxAsked) }},
	"h":    {1, func(w *wish, a arguments) error { return a.whole(0, &w.height, maxAsked) }},
	"z":    {2, (*wish).setZoom},
	"dpr":  {1, (*wish).setDPR},
	"el":   {1, func(w *wish, a arguments) error { return a.flag(0, &w.enlarge) }},
	"ex":   {4, func(w *wish, a arguments) error { return w.setExtend(a, 0, &w.extend) }},
	"exar": {4, func(w *wish, a arguments) error { return w.setExtend(a, 0, &w.extendAspect) }},
	"g":    {3, func(w *wish, a arguments) error { return a.gravity(0, &w.gravity) }},
	"c":    {5, (*wish).setCrop},
	"rot":  {1, (*wish).setRotate},
	"fl":   {2, (*wish).setFlip},
	"pd":   {4, (*wish).setPadding},
	"bg":   {3, (*wish).setBackground},
	"bl":   {1, func(w *wish, a arguments) error { return a.number(0, &w.blur, effect.Table[effect.Blur].Option.Max) }},
	"sh": {1, func(w *wish, a arguments) error {
		return a.number(0, &w.sharpen, effect.Table[effect.Sharpen].Option.Max)
	}},
	"pix": {1, func(w *wish, a arguments) error {
		return a.number(0, &w.pixelate, effect.Table[effect.Pixelate].Option.Max)
	}},
	"q":    {1, func(w *wish, a arguments) error { return a.whole(0, &w.quality, 100) }},
	"fq":   {2 * len(dialect.QualityOffsets), (*wish).setQualities},
	"f":    {1, (*wish).setFormat},
	"cb":   {1, (*wish).setVersion},
	"exp":  {1, (*wish).setExpires},
	"ar":   {1, must(true, "the orientation in the file is always applied here")},
	"sm":   {1, must(true, "metadata is always removed here")},
	"kcr":  {1, must(false, "copyright metadata cannot be kept here")},
	"scp":  {1, nothing},
	"ph":   {1, must(false, "HDR cannot be kept here")},
	"raw":  {1, must(false, "sources are never passed on as they are here")},
	"att":  {1, must(false, "pictures cannot be sent as attachments here")},
	"fn":   {2, nothing}, // names what a browser saves; the answer has no name here
	"eth":  {1, nothing}, // an optimisation
	"skp":  {100, impossible("sources are never passed on as they are here")},
	"mw":   {1, impossible("there is no least width here, want w")},
	"mh":   {1, impossible("there is no least height here, want h")},
	"mb":   {1, impossible("the bytes of a result cannot be bounded here, want q")},
	"t":    {4, impossible("borders cannot be trimmed here")},
	"wm":   {5, impossible("there are no watermarks here")},
	"msr":  {1, impossible("limits are the operator's, want IMAGEKIT_MAX_PIXELS")},
	"msfs": {1, impossible("limits are the operator's, want IMAGEKIT_MAX_INPUT_SIZE")},
	"maf":  {1, impossible("limits are the operator's, want IMAGEKIT_MAX_PIXELS")},
	"mafr": {1, impossible("limits are the operator's, want IMAGEKIT_MAX_PIXELS")},
	"mrd":  {1, impossible("limits are the operator's, want IMAGEKIT_MAX_OUTPUT_PIXELS")},
}

// maxAsked bounds w and h as they are read: what is asked beyond the largest side is the source's own size.
const maxAsked = 1_000_000

var resizings = []string{"fit", "fill", "fill-down", "force", "auto"}

// short gives the names of the table to the long names of options.
var short = map[string]string{
	"resize": "rs", "size": "s", "resizing_type": "rt", "width": "w", "height": "h", "zoom": "z", "enlarge": "el",
	"extend": "ex", "extend_aspect_ratio": "exar", "extend_ar": "exar", "gravity": "g", "crop": "c", "rotate": "rot",
	"flip": "fl", "padding": "pd", "background": "bg", "blur": "bl", "sharpen": "sh", "pixelate": "pix", "quality": "q",
	"format_quality": "fq", "format": "f", "ext": "f", "cachebuster": "cb", "expires": "exp", "auto_rotate": "ar",
	"strip_metadata": "sm", "keep_copyright": "kcr", "strip_color_profile": "scp", "preserve_hdr": "ph",
	"return_attachment": "att", "filename": "fn", "enforce_thumbnail": "eth", "skip_processing": "skp",
	"min-width": "mw", "min_width": "mw", "min-height": "mh", "min_height": "mh", "max_bytes": "mb", "trim": "t", "watermark": "wm",
	"max_src_resolution": "msr", "max_src_file_size": "msfs", "max_animation_frames": "maf",
	"max_animation_frame_resolution": "mafr", "max_result_dimension": "mrd",
}

// pro lists options of imgproxy Pro.
var pro = []string{
	"a", "adjust", "aq", "autoquality", "avifo", "avif_options", "ba", "blur_areas", "bd", "blur_detections", "bga",
	"background_alpha", "br", "brightness", "car", "crop_aspect_ratio", "cl", "col", "colorize", "co", "contrast", "cp",
	"color_profile", "da", "disable_animation", "dd", "draw_detections", "dpi", "dt", "duotone", "dv", "dyn", "fiu",
	"fallback_image_url", "fnt", "gr", "gradient", "hs", "hashsum", "icc", "jpgo", "jpeg_options", "lq", "mc", "mo",
	"monochrome", "obj_pos", "objects_position", "op", "pg", "page", "pgs", "pages", "pngo", "png_options", "ra",
	"resizing_algorithm", "rp", "sa", "saturation", "st", "style", "ush", "unsharp_masking", "vt", "vta", "vtk", "vts", "vtt",
	"webpo", "webp_options", "wmr", "watermark_rotate", "wms", "watermark_size", "wmsh", "watermark_shadow", "wmt",
	"watermark_text", "wmu", "watermark_url",
}

// must accepts an option only with the value that holds here anyway.
func must(value bool, why string) func(*wish, arguments) error {
	return func(_ *wish, a arguments) error {
		got := value
		if err := a.flag(0, &got); err != nil || got == value {
			return err
		}
		return dialect.Refuse(a.name, "%s", why)
	}
}

func impossible(why string) func(*wish, arguments) error {
	return func(_ *wish, a arguments) error { return dialect.Refuse(a.name, "%s", why) }
}

func nothing(*wish, arguments) error { return nil }
