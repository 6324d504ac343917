package op

import (
	"image"
	"math"

	"imagekit/internal/frame"
)

// Round cuts the corners of f off along circles of radius pixels, smoothly, and releases f where it returns another. What
// is cut off is bg, which wants an opaque frame, or transparent when bg is nil; then the result has alpha although f may
// have none. radius is at most half of the shorter side.
func Round(f *frame.Frame, radius int, bg *Color) (*frame.Frame, error) {
	if err := wantWorking(f); err != nil {
		return nil, err
	}
	if bg == nil && !f.HasAlpha() {
		var err error
		if f, err = Pad(f, image.Pt(f.Width, f.Height), image.Point{}, nil); err != nil {
			return nil, err
		}
	}
	below := make([]uint16, len(f.Planes)+1) // nothing, but chroma is neutral there
	for i := range f.Planes {
		below[i] = uint16(zero(f.Model, i))
	}
	if bg != nil {
		copy(below, bg.samples(f.Model))
	}
	shares := make([]int, radius)
	for y := range radius {
		for x := range shares {
			shares[x] = corner(radius-1-x, radius-1-y, radius)
		}
		for i, p := range channels(f) {
			fade(words(p, y), shares, int(below[i]))
			fade(words(p, f.Height-1-y), shares, int(below[i]))
		}
	}
	return f, nil
}

// corner is how much of the pixel whose corner nearest to the centre is x, y lies inside the circle, of 65535: by the
// exact width in 16 lines.
func corner(x, y, radius int) int {
	r2 := float64(radius * radius)
	switch {
	case (x+1)*(x+1)+(y+1)*(y+1) <= radius*radius:
		return opaque
	case x*x+y*y >= radius*radius:
		return 0
	}
	const lines = 16
	sum := 0.0
	for i := range lines {
		v := float64(y) + (float64(i)+0.5)/lines
		sum += min(max(math.Sqrt(max(r2-v*v, 0))-float64(x), 0), 1)
	}
	return int(sum/lines*opaque + 0.5)
}

// fade mixes both ends of a row with what lies below.
func fade(row []uint16, shares []int, below int) {
	last := len(row) - 1
	for x, share := range shares {
		if share == opaque {
			continue
		}
		for _, at := range [2]int{x, last - x} {
			row[at] = uint16((int(row[at])*share + below*(opaque-share) + opaque/2) / opaque)
		}
	}
}
