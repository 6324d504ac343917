package param

import (
	"strconv"
	"strings"

	"imagekit/internal/format"
)

// Foreign is what URLs of other servers can ask for and no query of ours. The zero value asks for nothing.
type Foreign struct {
	Extend Extend
	Anchor Gravity // where the picture lies then
	// BoxDPR: dpr multiplies the box and what is around the picture, not the effects; and without Up only as far as nothing
	// is enlarged.
	BoxDPR bool
	// Qualities are those of single formats, 1…100 on the JPEG scale; 0 = Params.Quality.
	Qualities [format.Legacy]uint8
}

// Extend says how the canvas grows around the picture, beside Pad: filled with background.
type Extend uint8

// The extents.
const (
	ExtendNone   Extend = iota
	ExtendBox           // each side to the box's
	ExtendAspect        // to the aspect ratio of the box, where both sides are given
)

// String returns the text of the cache key: another for all that differs.
func (f Foreign) String() string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(int(f.Extend)) + "," + f.Anchor.String() + "," + strconv.FormatBool(f.BoxDPR))
	for i, q := range f.Qualities {
		if q > 0 {
			b.WriteString("," + format.Format(i).String() + ":" + strconv.Itoa(int(q)))
		}
	}
	return b.String()
}

// QualityOf returns the quality in a format: its own where it has one; 0 = not given.
func (p Params) QualityOf(f format.Format) int {
	if q := p.Foreign.Qualities[f]; q > 0 {
		return int(q)
	}
	return p.Quality
}
