package plan

import (
	"image"

	"imagekit/internal/format"
	"imagekit/internal/probe"
)

// base is what every job needs whatever its size, in bytes: the source's and the result's bytes, rows in flight and
// tables of the codecs, slack of the allocator.
const base = 20 << 20

// memory estimates the peak of a job in bytes, beyond what an idle worker holds. The decoder and its planes, the
// result's planes and the encoder are added up, as if all lived at once; the truth lies below.
func memory(p Plan) int64 {
	return base + decoding(p) + resizing(p) + encoding(p)
}

// decoding is the decoded planes, at the shrunk size, and what the decoder holds besides.
func decoding(p Plan) int64 {
	s := p.Source
	pixels := int64(s.Width) * int64(s.Height)
	width := int64(1) // bytes of a sample
	if s.Depth > 8 {
		width = 2
	}
	planes := int64(float64(pixels*width) * samples(s))
	switch s.Format {
	case format.JPEG:
		own := int64(0) // baseline: a few rows
		if s.Progressive {
			own = 2 * int64(float64(pixels)*samples(s)) // all coefficients, 2 bytes each
		}
		if p.Shrink > 1 { // subsampled chroma comes out at the size of luma
			planes = pixels * width * colorPlanes(s.Model) / int64(p.Shrink*p.Shrink)
		}
		return own + planes
	case format.PNG:
		if s.Progressive { // interlaced: the picture has to be whole before it can be split into planes
			return 2 * planes
		}
		return planes // row by row
	case format.WebP:
		if s.Lossless {
			return pixels*(4+4) + planes // the decoder's ARGB, its RGBA for us, our planes
		}
		if s.Alpha {
			return planes + pixels // the alpha plane is decoded apart
		}
		return planes
	case format.AVIF:
		return 2 * planes // the decoder's frame and ours
	}
	return pixels + planes // GIF: palette indices, then planes
}

// samples returns how many samples stand for one stored pixel, alpha included.
func samples(s probe.Info) float64 {
	n := float64(colorPlanes(s.Model))
	if s.Model == probe.YCbCr {
		n = 1 + 2/float64(max(1, s.SubX)*max(1, s.SubY))
	}
	if s.Alpha {
		n++
	}
	return n
}

func colorPlanes(m probe.Model) int64 {
	switch m {
	case probe.Gray:
		return 1
	case probe.CMYK, probe.YCCK:
		return 4
	}
	return 3
}

// resizing is the resized planes, their turned copy, the canvas, and the interleaved pixels of a colour transform.
func resizing(p Plan) int64 {
	planes := int64(3)
	if p.Source.Alpha || p.Alpha {
		planes = 4
	}
	pixels := int64(p.Width) * int64(p.Height)
	n := pixels * planes
	if p.Turn > 1 {
		n += pixels * planes
	}
	if p.Canvas != p.Turn.size(image.Pt(p.Width, p.Height)) {
		n += int64(p.Canvas.X) * int64(p.Canvas.Y) * planes
	}
	if p.Color == ColorTransform {
		n += pixels * (4 + 3) // in: up to CMYK; out: RGB
	}
	return n
}

// encoding is what the encoder holds besides the planes it is given.
func encoding(p Plan) int64 {
	pixels := int64(p.Canvas.X) * int64(p.Canvas.Y)
	switch p.Format {
	case format.AVIF: // libaom's copies and statistics; measured at 8192 × 8192, speed 9: 450 MB
		return 7*pixels + 20<<20
	case format.WebP: // per-macroblock data and the token buffer
		return 4 * pixels
	case format.PNG: // the compressed stream, at worst as large as the pixels
		return 4 * pixels
	}
	return pixels
}
