package param

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"imagekit/internal/opt"
)

// errValue answers a value that Choices or Want already describe.
var errValue = errors.New("not one of the values accepted")

var fitNames = [...]string{
	FitUnset: "", Inside: "inside", Cover: "cover", Pad: "pad", Fill: "fill", Outside: "outside", CropTo: "crop", AutoCrop: "auto",
}

// String returns the fit's name.
func (f Fit) String() string { return fitNames[f] }

// Set reads a fit's name. Part of flag.Value.
func (f *Fit) Set(s string) error {
	i := slices.Index(fitNames[:CropTo], s)
	if i <= 0 {
		return errValue
	}
	*f = Fit(i)
	return nil
}

// Choices lists what Set accepts.
func (*Fit) Choices() []string { return fitNames[Inside:CropTo] }

// gravityNames gives the sides and corners as fractions from the left and top; the first is the default.
var gravityNames = [...]struct {
	name string
	x, y float64
}{
	{"center", 0.5, 0.5},
	{"top", 0.5, 0},
	{"bottom", 0.5, 1},
	{"left", 0, 0.5},
	{"right", 1, 0.5},
	{"top-left", 0, 0},
	{"top-right", 1, 0},
	{"bottom-left", 0, 1},
	{"bottom-right", 1, 1},
}

// String returns the name of the side or corner, or XxY, and how far what is kept is moved. The unset gravity is "center".
func (g Gravity) String() string {
	if g.Right != (Length{}) || g.Down != (Length{}) {
		return Gravity{Set: g.Set, X: g.X, Y: g.Y}.String() + "+" + g.Right.String() + "+" + g.Down.String()
	}
	x, y := g.Point()
	for _, n := range gravityNames {
		if x == n.x && y == n.y {
			return n.name
		}
	}
	return plain(x) + "x" + plain(y)
}

// gravityValue reads a gravity for the table. Gravity cannot: its field Set stands where the method would.
type gravityValue struct{ to *Gravity }

func (v gravityValue) String() string { return v.to.String() }

// Set reads a named side or corner, or XxY with fractions 0…1.
func (v gravityValue) Set(s string) error {
	for _, n := range gravityNames {
		if s == n.name {
			*v.to = Gravity{Set: true, X: n.x, Y: n.y}
			return nil
		}
	}
	left, top, _ := strings.Cut(s, "x")
	x, okX := opt.Decimal(left)
	y, okY := opt.Decimal(top)
	if !okX || !okY || x > 1 || y > 1 {
		return errValue
	}
	*v.to = Gravity{Set: true, X: x, Y: y}
	return nil
}

// Choices lists the names Set accepts, for the form.
func (gravityValue) Choices() []string {
	list := make([]string, len(gravityNames))
	for i, n := range gravityNames {
		list[i] = n.name
	}
	return list
}

// Want says what Set accepts: the names, and a point.
func (v gravityValue) Want() string {
	return "one of " + strings.Join(v.Choices(), ", ") + ", or XxY with fractions 0…1"
}

// maxCropPixels is the largest side a picture can have: PNG's limit (ISO/IEC 15948 §11.2.2), the highest of all formats.
const maxCropPixels = 1<<31 - 1

// String returns x,y,w,h, or "" when the crop is not set.
func (c Crop) String() string {
	if !c.Set {
		return ""
	}
	if c.Anchored {
		return c.W.String() + "," + c.H.String() + "," + c.Anchor.String()
	}
	return c.X.String() + "," + c.Y.String() + "," + c.W.String() + "," + c.H.String()
}

// cropValue reads a crop for the table, as gravityValue does.
type cropValue struct{ to *Crop }

func (v cropValue) String() string { return v.to.String() }

// Set reads x,y,w,h.
func (v cropValue) Set(s string) error {
	pieces := strings.Split(s, ",")
	if len(pieces) != 4 {
		return errValue
	}
	var lengths [4]Length
	for i, piece := range pieces {
		var ok bool
		lengths[i], ok = parseLength(piece)
		if !ok {
			return errValue
		}
	}
	if lengths[2].Value == 0 || lengths[3].Value == 0 {
		return errValue
	}
	*v.to = Crop{Set: true, X: lengths[0], Y: lengths[1], W: lengths[2], H: lengths[3]}
	return nil
}

// Want says what Set accepts.
func (cropValue) Want() string {
	return "left,top,width,height, each whole pixels or a fraction 0.0…1.0, width and height above 0"
}

// String returns whole pixels, or a fraction with its point. Zero is the same point either way and has one text.
func (l Length) String() string {
	if l.Fraction && (l.Value == 1 || l.Value == -1) {
		return plain(l.Value) + ".0" // "1" is a pixel
	}
	return plain(l.Value)
}

func parseLength(s string) (Length, bool) {
	if strings.Contains(s, ".") {
		x, ok := opt.Decimal(s)
		return Length{Value: x, Fraction: true}, ok && x <= 1
	}
	n, ok := opt.Whole(s)
	return Length{Value: float64(n)}, ok && n <= maxCropPixels
}

// plain writes a number without an exponent.
func plain(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// String returns the degrees, or "" for no turn.
func (r Rotation) String() string {
	if r == 0 {
		return ""
	}
	return strconv.Itoa(int(r))
}

// Set reads the degrees. Part of flag.Value.
func (r *Rotation) Set(s string) error {
	switch s {
	case "90":
		*r = 90
	case "180":
		*r = 180
	case "270":
		*r = 270
	default:
		return errValue
	}
	return nil
}

// Choices lists what Set accepts.
func (*Rotation) Choices() []string { return []string{"90", "180", "270"} }

var flipNames = [...]string{FlipNone: "", FlipHorizontal: "h", FlipVertical: "v", FlipBoth: "hv"}

// String returns h, v or hv, or "" for no flip.
func (f Flip) String() string { return flipNames[f] }

// Set reads h, v or hv. Part of flag.Value.
func (f *Flip) Set(s string) error {
	i := slices.Index(flipNames[:], s)
	if i <= 0 {
		return errValue
	}
	*f = Flip(i)
	return nil
}

// Choices lists what Set accepts.
func (*Flip) Choices() []string { return flipNames[FlipHorizontal:] }

// String returns rrggbb in lower case, or "" when the colour is not set.
func (c Color) String() string {
	if !c.Set {
		return ""
	}
	text := strconv.FormatUint(1<<24|uint64(c.R)<<16|uint64(c.G)<<8|uint64(c.B), 16)
	return text[1:] // without the 1 that kept the leading zeros
}

// colorValue reads a colour for the table, as gravityValue does.
type colorValue struct{ to *Color }

func (v colorValue) String() string { return v.to.String() }

// Set reads rrggbb or rgb, where each digit of rgb stands for two, as in CSS.
func (v colorValue) Set(s string) error {
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	rgb, err := strconv.ParseUint(s, 16, 24)
	if err != nil || len(s) != 6 {
		return errValue
	}
	*v.to = Color{Set: true, R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb)}
	return nil
}

// Want says what Set accepts.
func (colorValue) Want() string { return "a colour as rrggbb or rgb hexadecimal digits, without #" }

// presetName stands in the table for p, which is replaced by what it names before values are read.
type presetName struct{}

func (presetName) String() string   { return "" }
func (presetName) Set(string) error { return errValue }
func (presetName) Want() string     { return "the name of a preset (IMAGEKIT_PRESETS)" }

// expiry is a time in unix seconds; the zero time has no text.
type expiry struct{ *time.Time }

func expiryOption(to *time.Time) opt.Option {
	return opt.Option{
		Name: "t", Title: "Expires", To: expiry{to}, Group: "Request", DefaultDoc: "never", Example: "t=4102444800",
		Doc: "Time when the URL expires. From then on the answer is 410.",
	}
}

func (e expiry) String() string {
	if e.IsZero() {
		return ""
	}
	return strconv.FormatInt(e.Unix(), 10)
}

func (e expiry) Set(s string) error {
	seconds, ok := opt.Whole(s)
	if !ok {
		return errValue
	}
	*e.Time = time.Unix(int64(seconds), 0)
	return nil
}

func (expiry) Want() string { return "unix seconds" }
