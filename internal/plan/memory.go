package plan

import (
	"image"

	"imagekit/internal/effect"
	"imagekit/internal/format"
	"imagekit/internal/gifblock"
	"imagekit/internal/probe"
)

// base is what every job needs whatever its size, in bytes: rows in flight and tables of the codecs and the scaler,
// small sources and results, slack of the allocator.
const base = 20 << 20

// memory estimates the peak of a job in bytes, beyond what an idle worker holds. A job passes phases, each of which
// frees what only the one before needed, so the peak is that of the largest. Contents that cost an encoder most,
// noise at the highest quality, are taken for granted: a stranger can send them. What a picture really takes lies
// below, mostly not by half.
func memory(p Plan) int64 {
	before, held := overlaying(p)
	if p.Moves() {
		return base + max(before, held+decoding(p)+max(resizing(p), converting(p))+adding(p))
	}
	return base + max(before, held+max(decoding(p), resizing(p), converting(p), encoding(p)))
}

// adding is what the encoder of a result that moves holds: the last canvas, the new one and copies of them, and what it
// needs for coding a picture; the file, as it grows and as it is sent.
func adding(p Plan) int64 {
	size := p.Size()
	pixels := int64(size.X) * int64(size.Y)
	return 6*4*pixels + encoding(p) + 3*min(4*pixels*int64(p.Frames), MaxMoving)
}

// MaxMoving is the most bytes of a result that moves.
const MaxMoving = 64 << 20

// decoding is the decoded planes and what the decoder holds at the same time.
func decoding(p Plan) int64 {
	s := p.Source
	pixels := stored(s)
	planes := decoded(p)
	if p.Sequence() { // the canvas, and what comes back when a picture is taken away, or that of the one before; indices
		return pixels + 3*4*pixels + 2*min(s.Motion.Beyond, gifblock.MaxBeyond)
	}
	switch s.Format {
	case format.JPEG:
		if s.Progressive { // all coefficients, 2 bytes each; a file of one scan takes a few rows
			return planes + 2*int64(float64(pixels)*samples(s))
		}
	case format.WebP:
		if s.Alpha || s.Model != probe.YCbCr {
			return 8 * pixels // its RGBA, and then our planes or, before, its ARGB
		}
	case format.AVIF:
		return 2*planes + pixels/2 // the decoder's frame and ours
	case format.GIF:
		return pixels + planes // palette indices
	}
	return planes // PNG and lossy WebP come row by row
}

// stored is how many pixels the decoder makes.
func stored(s probe.Info) int64 { return max(int64(s.Width)*int64(s.Height), s.Coded) }

// decoded is the planes a decoder leaves.
func decoded(p Plan) int64 {
	s := p.Source
	pixels := stored(s)
	if p.Shrink > 1 { // subsampled chroma comes out at the size of luma
		return pixels * colorPlanes(s.Model) / int64(p.Shrink*p.Shrink)
	}
	return int64(float64(pixels*sampleBytes(s)) * samples(s))
}

// resizing is the decoded planes, the copies that a crop or alpha asks for, and the resized planes.
func resizing(p Plan) int64 {
	s := p.Source
	cropped := int64(p.Crop.Dx()) * int64(p.Crop.Dy()) * sampleBytes(s) / int64(p.Shrink*p.Shrink)
	copies := int64(0)
	if p.Crop.Min.X > 0 { // planes that begin at odd addresses are moved, one after the other
		copies = cropped
		if s.Alpha { // or all at once
			copies = cropped * (colorPlanes(s.Model) + 1)
		}
	}
	if s.Alpha && s.SubX*s.SubY > 1 { // chroma is stretched before it is multiplied by alpha
		copies += 2 * cropped
	}
	return decoded(p) + copies + resized(p)
}

// resized is the planes that the resize makes: the encoder's where nothing else is to be done, 16 bits for each
// channel otherwise.
func resized(p Plan) int64 {
	pixels := int64(p.Width) * int64(p.Height)
	switch {
	case p.Direct && p.Source.Model == probe.YCbCr: // 4:2:0, and one chroma plane of 16 bits on its way
		return 2 * pixels
	case p.Direct:
		return pixels * colorPlanes(p.Source.Model)
	}
	return 2 * pixels * (colorPlanes(p.Source.Model) + one(p.Source.Alpha))
}

// converting is two frames of the working form, the one before a step and the one after it, and what an effect needs
// besides.
func converting(p Plan) int64 {
	pixels := int64(p.Width) * int64(p.Height)
	if p.Direct {
		if p.Turn > 1 {
			return 2 * resized(p)
		}
		return 0
	}
	before, after := colorPlanes(p.Source.Model)+one(p.Source.Alpha), 3+one(p.Source.Alpha)
	most := 2 * pixels * (before + after)
	for _, e := range p.Effects {
		most = max(most, pixels*(2*after+effect.Table[e.Kind].Memory))
	}
	alpha := one(p.Alpha || p.Source.Alpha)
	area := func(p image.Point) int64 { return int64(p.X) * int64(p.Y) }
	canvas, size := area(p.Canvas), area(p.Size())
	if p.Text.Given() {
		most = max(most, 2*size*(3+alpha)+writing(p.Text))
	}
	if p.Padded() {
		most = max(most, 2*pixels*after+2*canvas*(3+alpha))
	}
	if p.Border > 0 {
		most = max(most, 2*canvas*(3+alpha)+2*size*(3+alpha))
	}
	if p.Radius > 0 { // an alpha plane joins
		most = max(most, 4*size*(3+alpha))
	}
	return most
}

// drawingBytes are what libwebp needs for each pixel of the busiest picture that passes for a drawing.
const drawingBytes = 36

// encoding is the encoder's planes, what it holds besides, and the result twice: as it is made and as it is sent.
// The figures are those of noise, measured.
func encoding(p Plan) int64 {
	pixels := int64(p.Size().X) * int64(p.Size().Y)
	alpha := one(p.Alpha)
	switch p.Format {
	case format.JSON: // what is counted of a small picture
		return pixels*64 + 4<<20
	case format.GIF: // three canvases, indices, tables and codes, in Go's heap, which may hold as much again
		return pixels*40 + 8<<20
	case format.PNG: // hardly compressed; the result may lie there a third time, from before its buffer grew
		return pixels * 4 * (3 + alpha)
	case format.WebP: // the tokens of all coefficients; alpha is coded before them, as a lossless picture
		tokens := 16 + 12*int64(max(0, p.Quality-80))/20
		if p.Encoder.Drawing > 0 { // a lossless picture besides the working form
			return pixels * max(2+alpha+max(tokens, 34*alpha), 2*(3+alpha)+drawingBytes)
		}
		return pixels * (2 + alpha + max(tokens, 34*alpha))
	case format.AVIF: // libaom's copies and statistics
		return pixels*(2+alpha+20+3*alpha) + 20<<20
	}
	return pixels * (2 + 5) // JPEG: all coefficients, so that its Huffman tables fit them
}

// samples returns how many samples stand for one stored pixel, alpha included.
func samples(s probe.Info) float64 {
	n := float64(colorPlanes(s.Model))
	if s.Model == probe.YCbCr {
		n = 1 + 2/float64(max(1, s.SubX)*max(1, s.SubY))
	}
	return n + float64(one(s.Alpha))
}

func sampleBytes(s probe.Info) int64 {
	if s.Depth > 8 {
		return 2
	}
	return 1
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

// one counts a plane that may be there.
func one(there bool) int64 {
	if there {
		return 1
	}
	return 0
}
