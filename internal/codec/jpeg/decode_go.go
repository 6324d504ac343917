//go:build !cgo

// Package jpeg reads and writes JPEG (ITU-T T.81) as planes: files of one scan by itself, the rest through the standard
// library.
package jpeg

import (
	"bytes"
	"errors"
	"image"
	stdjpeg "image/jpeg"
	"io"
	"strings"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Decode returns the planes of a JPEG as they are stored, made smaller by h.Shrink: every plane as far as it has
// more samples than a picture scaled by 1/h.Shrink, by smaller transforms where baseline_go.go reads it and else with a box
// filter. The crop is not used.
//
// Grey, YCbCr and RGB files keep their model. CMYK and YCCK become CMYK planes with 0 = no ink. Pixels that are missing
// make a damaged file, as does any flipped bit that the standard library notices; a missing end marker and stray bytes
// between segments are accepted.
//
// Errors: fault.DamagedImage; fault.UnsupportedFormat for 12 bits and lossless JPEG; fault.EngineLacks for arithmetic
// coding and for rare sampling factors; fault.TooMuchMemory without memory. The caller releases the frame.
func Decode(src []byte, h frame.Hint) (*frame.Frame, error) {
	c, err := count(src)
	if err == nil {
		err = c.complete()
	}
	if err != nil {
		return nil, err
	}
	shrink := max(1, h.Shrink)
	if f, err := quick(src, c, shrink); f != nil || err != nil {
		return f, err
	}
	img, err := stdjpeg.Decode(completed(src, c))
	if err != nil {
		return nil, refusal(err)
	}
	f, err := planes(img, c, shrink)
	if err != nil {
		return nil, c.noMemory(err)
	}
	return f, nil
}

// quick reads what can be read here without the standard library; nil for the rest.
func quick(src []byte, c census, shrink int) (*frame.Frame, error) {
	d, ok := baselineOf(src, c)
	if !ok || shrink > 8 || shrink&(shrink-1) != 0 {
		return nil, nil
	}
	f, err := d.frame(c, shrink)
	if err != nil {
		return nil, c.noMemory(err)
	}
	return f, nil
}

func (c *census) noMemory(err error) error {
	return fault.Wrap(fault.TooMuchMemory, err, "no memory for a JPEG of %d×%d pixels", c.width, c.height)
}

// adobeMarker is Adobe's segment with the transform 0: without one the standard library reads no four channels.
const adobeMarker = "\xFF\xEE\x00\x0EAdobe\x00\x64\x00\x00\x00\x00\x00"

// completed is the file with what the standard library insists on and others do without.
func completed(src []byte, c census) io.Reader {
	parts := []io.Reader{bytes.NewReader(src[:2])}
	switch {
	case len(c.parts) == 4 && !c.adobe:
		parts = append(parts, strings.NewReader(adobeMarker))
	case len(c.parts) == 3 && c.ycc: // it would go by the channels' names
		parts = append(parts, strings.NewReader(jfif))
	}
	return io.MultiReader(append(parts, bytes.NewReader(src[2:]), bytes.NewReader([]byte{0xFF, mEOI}))...)
}

// refusal turns the standard library's error into ours.
func refusal(err error) error {
	if unsupported := stdjpeg.UnsupportedError(""); errors.As(err, &unsupported) {
		return fault.Wrap(fault.EngineLacks, err, "the portable engine does not read this kind of JPEG (%s)",
			string(unsupported))
	}
	return damaged("%s", err.Error())
}

// planes copies the decoder's planes into a frame, each made smaller as far as shrink asks for.
func planes(img image.Image, c census, shrink int) (*frame.Frame, error) {
	switch m := img.(type) {
	case *image.Gray:
		return reduce(frame.Gray, c, shrink, source{m.Pix, m.Stride, 1, 1, 1})
	case *image.YCbCr:
		subX, subY := ratio(m.SubsampleRatio)
		return reduce(frame.YCbCr, c, shrink, source{m.Y, m.YStride, 1, 1, 1},
			source{m.Cb, m.CStride, 1, subX, subY}, source{m.Cr, m.CStride, 1, subX, subY})
	case *image.RGBA:
		return reduce(frame.RGB, c, shrink, source{m.Pix, m.Stride, 4, 1, 1}, source{m.Pix[1:], m.Stride, 4, 1, 1},
			source{m.Pix[2:], m.Stride, 4, 1, 1})
	case *image.CMYK:
		return reduce(frame.CMYK, c, shrink, source{m.Pix, m.Stride, 4, 1, 1}, source{m.Pix[1:], m.Stride, 4, 1, 1},
			source{m.Pix[2:], m.Stride, 4, 1, 1}, source{m.Pix[3:], m.Stride, 4, 1, 1})
	}
	return nil, fault.New(fault.EngineLacks, "the portable engine does not read this kind of JPEG (%T)", img)
}

// ratio returns how many pixels share a chroma sample.
func ratio(r image.YCbCrSubsampleRatio) (x, y int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// source is a plane of the standard library's: every step-th byte of pix, one for subX × subY pixels.
type source struct {
	pix        []byte
	stride     int
	step       int
	subX, subY int
}

// reduce makes a frame of planes.
func reduce(m frame.Model, c census, shrink int, from ...source) (*frame.Frame, error) {
	sizes := make([]frame.Size, len(from))
	for i, s := range from {
		k := s.by(shrink)
		sizes[i] = frame.Size{W: ceil(c.width, s.subX*k), H: ceil(c.height, s.subY*k)}
	}
	f, err := frame.New(m, 8, c.width, c.height, sizes...)
	if err != nil {
		return nil, err
	}
	for i, s := range from {
		p := &f.Planes[i]
		k := s.by(shrink)
		p.PitchX, p.PitchY = 1/float64(s.subX*k), 1/float64(s.subY*k)
		if s.step == 1 && k == 1 {
			for y := range p.Height {
				copy(p.Row(y, 8), s.pix[y*s.stride:])
			}
			continue
		}
		s.box(p, ceil(c.width, s.subX), ceil(c.height, s.subY), k)
	}
	return f, nil
}

// by is how much a plane has to be made smaller for a picture that is, by shrink: as much in both directions.
func (s source) by(shrink int) int { return max(1, shrink/max(s.subX, s.subY)) }

// box writes the means of k × k samples, fewer at the right and at the bottom, of w × h.
func (s source) box(to *frame.Plane, w, h, k int) {
	sums := make([]uint32, to.Width)
	for y := range to.Height {
		clear(sums)
		rows := min(k, h-y*k)
		for r := range rows {
			s.add(sums, s.pix[(y*k+r)*s.stride:], w, k)
		}
		out := to.Row(y, 8)
		n := uint32(k * rows)
		for x, sum := range sums[:len(out)-1] {
			out[x] = uint8((sum + n/2) / n)
		}
		last := len(out) - 1
		n = uint32((w - last*k) * rows)
		out[last] = uint8((sums[last] + n/2) / n)
	}
}

// add adds a row of w samples to the sums, each of k.
func (s source) add(sums []uint32, row []byte, w, k int) {
	at, step := 0, s.step
	whole := w / k
	switch {
	case k == 1:
		for x := range sums {
			sums[x] += uint32(row[x*step])
		}
		return
	case k == 2 && step == 1:
		row := row[:2*whole]
		for x := range sums[:whole] {
			sums[x] += uint32(row[2*x]) + uint32(row[2*x+1])
		}
		at = 2 * whole
	case k == 4 && step == 1:
		row := row[:4*whole]
		for x := range sums[:whole] {
			sums[x] += uint32(row[4*x]) + uint32(row[4*x+1]) + uint32(row[4*x+2]) + uint32(row[4*x+3])
		}
		at = 4 * whole
	}
	for ; at < w; at++ {
		sums[at/k] += uint32(row[at*step])
	}
}
