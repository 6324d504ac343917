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
	shares := make([]uint16, mark.Width)
	for i := range shares {
		shares[i] = uint16(opacity)
	}
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
			l := layer{under: words(p, y), shares: shares, opacity: opacity}
			if i < len(f.Planes) {
				l.zero = zero(f.Model, i)
			}
			if i < len(from) {
				l.over = words(from[i], row)
			}
			l.repeat(at.X, step.X)
		}
	}
	return nil
}

// share is a share of an alpha, rounded.
func share(alpha uint16, opacity int) uint16 { return uint16((int(alpha)*opacity + opaque/2) / opaque) }

// layer is a row of one channel and what lies over it.
type layer struct {
	under, over []uint16 // over is nil for the alpha of an opaque mark
	shares      []uint16 // how much of each sample hides what lies below
	opacity     int
	zero        int // what stands for no colour
}

// repeat lays the row over at x, and again after each step.
func (l layer) repeat(x, step int) {
	for ; x < len(l.under); x += step {
		under := l.under[x:]
		n := min(len(under), len(l.shares))
		l.lay(under[:n])
	}
}

// lay is over · opacity + under · (1 − share), on samples that are multiplied by alpha.
func (l layer) lay(under []uint16) {
	for x, s := range l.shares[:len(under)] {
		if s == 0 {
			continue
		}
		over := opaque
		if l.over != nil {
			over = int(l.over[x])
		}
		if s == opaque {
			under[x] = uint16(over)
			continue
		}
		sum := (over-l.zero)*l.opacity + (int(under[x])-l.zero)*(opaque-int(s))
		under[x] = clampWord(l.zero + int(divRound(int64(sum), opaque)))
	}
}
