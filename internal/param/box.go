package param

import (
	"slices"
	"strconv"
	"strings"

	"imagekit/internal/opt"
)

// Aspect is a ratio of width to height in lowest terms. The zero value is not given.
type Aspect struct{ W, H int }

// The least and the largest aspect ratio, 1:mostAspect and mostAspect:1.
const mostAspect = 20

// String returns W:H, or "" when none is given.
func (a Aspect) String() string {
	if a == (Aspect{}) {
		return ""
	}
	return strconv.Itoa(a.W) + ":" + strconv.Itoa(a.H)
}

// aspectValue reads an aspect ratio for the table.
type aspectValue struct{ to *Aspect }

func (v aspectValue) String() string { return v.to.String() }

// Set reads W:H, or W/H as one number.
func (v aspectValue) Set(s string) error {
	left, right, found := strings.Cut(s, ":")
	if !found {
		right = "1"
	}
	w, okW := millionfold(left)
	h, okH := millionfold(right)
	if !okW || !okH || w == 0 || h == 0 || w > mostAspect*h || h > mostAspect*w {
		return errValue
	}
	d := gcd(w, h)
	*v.to = Aspect{W: w / d, H: h / d}
	return nil
}

// Want says what Set accepts.
func (aspectValue) Want() string { return "W:H or a number, from 1:20 to 20:1" }

// millionfold reads a number of at most six decimals as a whole number of millionths.
func millionfold(s string) (int, bool) {
	x, ok := opt.Decimal(s)
	return int(x*1e6 + 0.5), ok
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Kernel is the filter of the resize.
type Kernel uint8

// The kernels.
const (
	Lanczos Kernel = iota // three lobes: sharp, the best for photos
	Cubic                 // Catmull and Rom: a little softer
	Linear                // soft
	Nearest               // one source pixel for each: keeps pixel art as it is
)

var kernelNames = [...]string{Lanczos: "lanczos", Cubic: "cubic", Linear: "linear", Nearest: "nearest"}

// String returns the kernel's name.
func (k Kernel) String() string { return kernelNames[k] }

// Set reads a kernel's name. Part of flag.Value.
func (k *Kernel) Set(s string) error {
	i := slices.Index(kernelNames[:], s)
	if i < 0 {
		return errValue
	}
	*k = Kernel(i)
	return nil
}

// Choices lists what Set accepts.
func (*Kernel) Choices() []string { return kernelNames[:] }

// Sides are lengths at the four sides of a picture, in pixels before dpr.
type Sides struct{ Top, Right, Bottom, Left int }

// String returns the shortest of A, V,H and T,R,B,L that says it, or "" for none.
func (s Sides) String() string {
	list := []int{s.Top, s.Right, s.Bottom, s.Left}
	switch {
	case s == Sides{}:
		return ""
	case s.Top == s.Bottom && s.Right == s.Left && s.Top == s.Left:
		list = list[:1]
	case s.Top == s.Bottom && s.Right == s.Left:
		list = list[:2]
	}
	text := make([]string, len(list))
	for i, n := range list {
		text[i] = strconv.Itoa(n)
	}
	return strings.Join(text, ",")
}

// sidesValue reads lengths at the sides for the table.
type sidesValue struct{ to *Sides }

func (v sidesValue) String() string { return v.to.String() }

// Set reads A, V,H or T,R,B,L, as CSS' padding has them.
func (v sidesValue) Set(s string) error {
	var n []int
	for piece := range strings.SplitSeq(s, ",") {
		side, ok := opt.Whole(piece)
		if !ok || side > MaxSide {
			return errValue
		}
		n = append(n, side)
	}
	switch len(n) {
	case 1:
		*v.to = Sides{n[0], n[0], n[0], n[0]}
	case 2:
		*v.to = Sides{n[0], n[1], n[0], n[1]}
	case 4:
		*v.to = Sides{n[0], n[1], n[2], n[3]}
	default:
		return errValue
	}
	return nil
}

// Want says what Set accepts.
func (sidesValue) Want() string {
	return "ALL, VERTICAL,HORIZONTAL or TOP,RIGHT,BOTTOM,LEFT, each whole pixels 0…" + strconv.Itoa(MaxSide)
}

// Border is a frame of one colour around the picture. Width 0 is none.
type Border struct {
	Width int // pixels before dpr
	Color Color
}

// maxBorder is the widest border in pixels.
const maxBorder = 1024

// String returns WIDTH,COLOUR, or "" when there is none.
func (b Border) String() string {
	if b.Width == 0 {
		return ""
	}
	return strconv.Itoa(b.Width) + "," + b.Color.String()
}

// borderValue reads a border for the table.
type borderValue struct{ to *Border }

func (v borderValue) String() string { return v.to.String() }

// Set reads WIDTH,COLOUR.
func (v borderValue) Set(s string) error {
	width, color, _ := strings.Cut(s, ",")
	b := Border{}
	n, ok := opt.Whole(width)
	if !ok || n < 1 || n > maxBorder || (colorValue{&b.Color}).Set(color) != nil {
		return errValue
	}
	b.Width = n
	*v.to = b
	return nil
}

// Want says what Set accepts.
func (borderValue) Want() string {
	return "WIDTH,COLOUR: whole pixels 1…" + strconv.Itoa(maxBorder) + ", and a colour as rrggbb or rgb"
}

// Radius is that of a picture's rounded corners. The zero value leaves them square.
type Radius struct {
	Pixels int  // before dpr
	Most   bool // as round as the picture allows: half of its shorter side
}

// String returns the pixels, "max", or "" for square corners.
func (r Radius) String() string {
	switch {
	case r.Most:
		return "max"
	case r.Pixels == 0:
		return ""
	}
	return strconv.Itoa(r.Pixels)
}

// radiusValue reads a radius for the table.
type radiusValue struct{ to *Radius }

func (v radiusValue) String() string { return v.to.String() }

// Set reads whole pixels or max.
func (v radiusValue) Set(s string) error {
	if s == "max" {
		*v.to = Radius{Most: true}
		return nil
	}
	n, ok := opt.Whole(s)
	if !ok || n < 1 || n > MaxSide {
		return errValue
	}
	*v.to = Radius{Pixels: n}
	return nil
}

// Want says what Set accepts.
func (radiusValue) Want() string { return "whole pixels 1…" + strconv.Itoa(MaxSide) + ", or max" }
