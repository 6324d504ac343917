package plan

import (
	"image"
	"math"

	"imagekit/internal/effect"
)

// factsSide is the longer side of the picture that facts are told of, in pixels. A ThumbHash takes up to 100, and colours
// are known of far fewer.
const factsSide = 96

// reduce makes the plan one for a small picture that looks the same: what is a length in pixels shrinks with it.
func (p *Plan) reduce() {
	p.Of = p.Size()
	k := min(1, factsSide/float64(max(p.Of.X, p.Of.Y)))
	p.Geometry.reduce(k)
	p.Shrink = shrink(*p)
	for i := range p.Overlays {
		p.Overlays[i].reduce(k)
		p.Overlays[i].Shrink = shrink(p.Overlays[i].Plan(*p))
	}
	var kept []effect.Effect
	for _, e := range p.Effects {
		row := &effect.Table[e.Kind]
		if row.Pixels || e.Kind == effect.Sharpen {
			if e.Number *= k; e.Number < row.Min { // hardly seen any more
				continue
			}
		}
		kept = append(kept, e)
	}
	p.Effects = kept
}

// reduce shrinks all that lies behind the resize.
func (g *Geometry) reduce(k float64) {
	space := reduced(g.Canvas.Sub(g.Picture()), k)
	g.Width, g.Height = max(1, shorter(g.Width, k)), max(1, shorter(g.Height, k))
	g.Canvas = g.Picture().Add(space)
	g.Offset = reduced(g.Offset, k)
	g.Offset = image.Pt(min(g.Offset.X, space.X), min(g.Offset.Y, space.Y))
	g.Border = shorter(g.Border, k)
	size := g.Size()
	g.Radius = min(shorter(g.Radius, k), min(size.X, size.Y)/2)
}

// reduce shrinks an overlay and where it lies. Copies of it do not come to lie on each other.
func (o *Overlay) reduce(k float64) {
	o.Geometry.reduce(k)
	o.At = reduced(o.At, k)
	if o.Step != (image.Point{}) {
		step := reduced(o.Step, k)
		o.Step = image.Pt(max(step.X, o.Canvas.X), max(step.Y, o.Canvas.Y))
	}
}

func reduced(p image.Point, k float64) image.Point { return image.Pt(shorter(p.X, k), shorter(p.Y, k)) }

// shorter is a length times k, rounded.
func shorter(n int, k float64) int { return int(math.Round(float64(n) * k)) }
