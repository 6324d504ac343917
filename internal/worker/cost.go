package worker

import (
	"imagekit/internal/format"
	"imagekit/internal/plan"
)

// cost estimates the time of a job in milliseconds, for a fair share of the workers: what docs/performance.md measured of
// photos, rounded. A job of noise takes several times as long, and so does another one of noise.
func cost(p plan.Plan) float64 {
	decoded := float64(p.Source.Width) * float64(p.Source.Height) / 1e6
	size := p.Size()
	made := float64(size.X) * float64(size.Y) / 1e6
	pictures := float64(max(1, p.Frames, p.Page))
	sum := 1 + pictures*(decoded*decoding(p)+made*(encoding(p.Format)+effecting*float64(len(p.Effects)+len(p.Overlays)+written(p))))
	for _, o := range p.Overlays {
		sum += float64(o.Source.Width) * float64(o.Source.Height) / 1e6 * decoding(o.Plan(p))
	}
	return sum
}

// effecting is the milliseconds that an effect or an overlay takes for a megapixel of the result.
const effecting = 10

// decoding returns the milliseconds for a megapixel of the source.
func decoding(p plan.Plan) float64 {
	switch p.Source.Format {
	case format.JPEG:
		return 1.5 + 6/float64(max(1, p.Shrink))
	case format.AVIF:
		return 15
	}
	return 10
}

// encoding returns the milliseconds for a megapixel of the result, the resize included.
func encoding(f format.Format) float64 {
	if f == format.JPEG {
		return 12
	}
	return 40
}

// written counts a text.
func written(p plan.Plan) int {
	if p.Text.Given() {
		return 1
	}
	return 0
}
