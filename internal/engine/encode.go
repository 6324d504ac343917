package engine

import (
	"fmt"
	"math"

	"imagekit/internal/codec/avif"
	"imagekit/internal/codec/jpeg"
	"imagekit/internal/codec/png"
	"imagekit/internal/codec/webp"
	"imagekit/internal/color"
	"imagekit/internal/format"
	"imagekit/internal/icc"
	"imagekit/internal/plan"
	"imagekit/internal/scale"
)

// encode writes the result. The only metadata is a colour profile that is not sRGB. Where format and size are the
// source's, the result is made smaller until it is not larger than the source (docs/adr/0011-never-larger.md).
func encode(j *job) error {
	e := j.plan.Encoder
	err := j.write(e)
	for step := 1; err == nil && j.plan.Unchanged && len(j.result) > len(j.src.Data); step *= 2 {
		last := j.result
		step = max(step, excess(len(last), len(j.src.Data)))
		if !cheaper(&e, &j.plan, step) {
			break
		}
		if err = j.write(e); err == nil && len(j.result) > len(last) {
			j.result = last
		}
	}
	return err
}

// excess returns by how much to lower a quality so that the file shrinks to the wanted size. From 50 to 80 a step is
// worth two percent in JPEG and WebP and three in AVIF, beyond that more.
func excess(bytes, want int) int {
	return 1 + int(50*math.Log(float64(bytes)/float64(want)))
}

// cheaper asks the encoder for a smaller file: step less of quality, or of PNG more effort. It returns false when there
// is nothing left to give.
func cheaper(e *plan.Encoder, p *plan.Plan, step int) bool {
	if p.Format == format.PNG {
		level := slowPNG(p.Canvas.X * p.Canvas.Y)
		more := e.Effort < level
		e.Effort = level
		return more
	}
	more := e.Quality > 1
	e.Quality = max(1, e.Quality-step)
	e.AlphaQuality = min(e.AlphaQuality, max(1, e.AlphaQuality-step))
	return more
}

// slowPNG is zlib's level for a PNG of so many pixels that would be larger than its source. Level 9 may take ten times
// as long as level 6, seconds for a megapixel.
func slowPNG(pixels int) int {
	if pixels > 1<<19 {
		return 6
	}
	return 9
}

// write encodes the frame.
func (j *job) write(e plan.Encoder) error {
	profile := j.profile()
	var err error
	switch j.plan.Format {
	case format.JPEG:
		j.result, err = jpeg.Encode(j.frame, jpeg.Settings{Quality: e.Quality, Progressive: e.Progressive, Optimize: true, ICC: profile})
	case format.PNG:
		s := png.Settings{Level: e.Effort, Filters: png.AllFilters, ICC: profile}
		if isDrawing(j.frame) {
			s.Filters = png.Unfiltered // a fifth smaller, and three times as fast
		}
		j.result, err = png.Encode(j.frame, s)
	case format.WebP:
		j.result, err = webp.Encode(j.frame, webp.Settings{Quality: e.Quality, Method: e.Effort, ICC: profile})
		if err == nil && j.drawn != nil && len(j.drawn) <= len(j.result) {
			j.result = j.drawn
		}
	case format.AVIF:
		s := avif.Settings{Quality: e.Quality, AlphaQuality: e.AlphaQuality, Speed: e.Effort, Threads: j.plan.Threads, ICC: profile}
		if j.carries(icc.DisplayP3) {
			s.ICC, s.CICP = nil, avif.CICP{Primaries: 12, Transfer: 13, Matrix: matrixBT601} // exact, and 400 bytes smaller
		}
		j.result, err = avif.Encode(j.frame, s)
	default:
		err = fmt.Errorf("engine: no encoder for %s", j.plan.Format)
	}
	return err
}

func (j *job) carries(k icc.Kind) bool {
	return j.plan.Color == plan.ColorCarry && j.plan.Source.ICC == k
}

// profile returns the ICC profile to write, nil for sRGB.
func (j *job) profile() []byte {
	if j.plan.Color != plan.ColorCarry {
		return nil
	}
	return icc.Profile(j.plan.Source.ICC)
}

// Versions names every C library in use and its version.
func Versions() map[string]string {
	return map[string]string{
		"libjpeg-turbo": jpeg.Version(),
		"libspng":       png.Version(),
		"libwebp":       webp.Version(),
		"libavif":       avif.Version(),
		"zimg":          scale.Version(),
		"lcms2":         color.Version(),
	}
}
