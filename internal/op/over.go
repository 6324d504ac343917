package op

import (
	"fmt"
	"image"

	"imagekit/internal/frame"
)

// Over lays mark over f, both in the working form and of one model, with its top left corner at a point of f and an
// opacity in 65535ths. With a step other than zero it is repeated from there to the right and downwards; what lies beyond
// f is cut off. The result is opaque where f is.
func Over(f, mark *frame.Frame, at, step image.Point, opacity int) error {
	for _, g := range [...]*frame.Frame{f, mark} {
		if err := wantWorking(g); err != nil {
			return err
		}
	}
	if f.Model != mark.Model {
		return fmt.Errorf("op: want a mark of the picture's model %d, got %d", f.Model, mark.Model)
	}
	if step == (image.Point{}) {
		step = image.Pt(f.Width, f.Height) // the second one lies beyond
	}
	to, from := channels(f), channels(mark)
	shares, whole := filled(mark.Width, uint16(opacity)), filled(mark.Width, opaque)
	for y := at.Y; y < f.Height; y++ {
		row := (y - at.Y) % step.Y
		if row >= mark.Height {
			continue
		}
		if mark.HasAlpha() {
			for x, a := range words(&mark.Alpha, row) {
				shares[x] = share(a, opacity)
			}
		}
		for i, p := range to {
			l := layer{over: whole, shares: shares, opacity: opacity} // the alpha of an opaque mark
			if i < len(from) {
				l.over = words(from[i], row)
			}
			if i < len(f.Planes) {
				l.zero = zero(f.Model, i)
			}
			l.repeat(words(p, y), at.X, step.X)
		}
	}
	return nil
}

// share is a share of an alpha, rounded.
func share(alpha uint16, opacity int) uint16 { return uint16((int(alpha)*opacity + opaque/2) / opaque) }

// filled returns so many samples of one value.
func filled(n int, v uint16) []uint16 {
	list := make([]uint16, n)
	for i := range list {
		list[i] = v
	}
	return list
}

// layer is a row of one channel of a mark.
type layer struct {
	over    []uint16
	shares  []uint16 // how much of each sample hides what lies below
	opacity int
	zero    int // what stands for no colour
}

// repeat lays the row over another one at x, and again after each step.
func (l layer) repeat(under []uint16, x, step int) {
	for ; x < len(under); x += step {
		l.lay(under[x:min(len(under), x+len(l.over))])
	}
}

// lay is over · opacity + under · (1 − share), on samples that are multiplied by alpha.
func (l layer) lay(under []uint16) {
	over, shares := l.over[:len(under)], l.shares[:len(under)]
	for x, s := range shares {
		sum := int(over[x])*l.opacity + int(under[x])*(opaque-int(s)) - l.zero*(l.opacity-int(s)) + opaque/2
		under[x] = uint16(min(uint(max(sum, 0))/opaque, opaque))
	}
}
