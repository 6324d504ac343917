package engine

import (
	"fmt"

	"imagekit/internal/cicp"
	"imagekit/internal/codec/avif"
	"imagekit/internal/codec/gif"
	"imagekit/internal/codec/jpeg"
	"imagekit/internal/codec/png"
	"imagekit/internal/codec/webp"
	"imagekit/internal/format"
	"imagekit/internal/icc"
	"imagekit/internal/plan"
)

// encode writes the result. The only metadata is a colour profile that is not sRGB.
func encode(j *job) error {
	if err := j.choose(); err != nil {
		return err
	}
	return j.fit()
}

// choose writes the frame, and again in the ways that may be smaller.
func (j *job) choose() error {
	if err := j.write(j.plan.Encoder); err != nil {
		return err
	}
	if l := j.plan.Lossless; l == plan.WhenSmaller || l == plan.WhenTooLarge && len(j.result) > len(j.src.Data) {
		if done, err := j.lossless(); done || err != nil {
			return err
		}
	}
	switch {
	case j.plan.Unchanged:
		return j.notLarger()
	case j.plan.Format == format.AVIF && j.plan.Source.Lossless && j.plan.SameSize() && len(j.result) > len(j.src.Data):
		return j.losslessAVIF()
	}
	return nil
}

// write encodes the frame.
func (j *job) write(e plan.Encoder) error {
	profile := j.profile()
	var err error
	switch j.plan.Format {
	case format.JPEG:
		j.result, err = jpeg.Encode(j.frame, jpeg.Settings{
			Quality: e.Quality, Progressive: e.Progressive, Optimize: true,
			ICC: profile,
		})
	case format.PNG:
		s := png.Settings{Level: e.Effort, Filters: png.AllFilters, ICC: profile}
		if e.Unfiltered {
			s.Filters = png.Unfiltered
		}
		j.result, err = png.Encode(j.frame, s)
	case format.WebP:
		j.result, err = webp.Encode(j.frame, webp.Settings{Quality: e.Quality, Method: e.Effort, ICC: profile})
	case format.JSON:
		err = j.tell()
	case format.GIF:
		j.result, err = gif.Encode(j.frame)
	case format.AVIF:
		s := avif.Settings{
			Quality: e.Quality, AlphaQuality: e.AlphaQuality, Speed: e.Effort, Threads: j.plan.Threads,
			ICC: profile,
		}
		if j.carries(icc.DisplayP3) {
			s.ICC = nil // code points are exact, and 400 bytes smaller
			s.CICP = avif.CICP{Primaries: cicp.PrimariesDisplayP3, Transfer: cicp.TransferSRGB, Matrix: cicp.MatrixBT601}
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
