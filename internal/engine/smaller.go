package engine

import (
	"image"
	"math"

	"imagekit/internal/format"
	"imagekit/internal/plan"
)

// Never larger (docs/adr/0011-never-larger.md): where format and size are the source's, the result is written at the
// highest quality that was asked for and whose file is not larger than the source.

// container is what a result may be larger than its source for its container, in bytes: libavif writes more boxes, or
// libjpeg a JFIF segment, where the source's encoder did without. Of a photo that is nothing, of a tiny file much.
const container = 64

// notLarger writes again what is larger than its source.
func (j *job) notLarger() error {
	if j.plan.Format == format.PNG {
		return j.pack()
	}
	if most := len(j.src.Data) + container; len(j.result) > most {
		return j.lower(most)
	}
	return nil
}

// pack writes a PNG that is larger than its source with more effort.
func (j *job) pack() error {
	e, last := j.plan.Encoder, j.result
	if len(last) <= len(j.src.Data) {
		return nil
	}
	e.Effort = slowPNG(area(j.plan.Size()))
	err := j.write(e)
	if len(j.result) > len(last) {
		j.result = last
	}
	return err
}

// slowPNG is zlib's level for a PNG of so many pixels that would be larger than its source. Level 9 may take ten times
// as long as level 6, seconds for a megapixel.
func slowPNG(pixels int) int {
	if pixels > 1<<19 {
		return 6
	}
	return 9
}

// lower finds the highest quality below the one of the plan whose file has at most so many bytes, or one whose file is
// nearly as large. It hardly depends on the quality that was asked for, so that more of it never gives less. Where even
// the lowest quality is larger, size is not a matter of quality, and the result stays as it was asked for.
func (j *job) lower(most int) error {
	b := bracket{low: lowest(&j.plan) - 1, high: j.plan.Encoder.Quality, more: len(j.result)}
	enough := int(nearly(area(j.plan.Size())) * float64(most))
	found := j.result
	for b.less < enough {
		q := b.next(most)
		if q <= b.low || q >= b.high {
			break
		}
		if err := j.write(j.plan.Encoder.At(q)); err != nil {
			return err
		}
		if n := len(j.result); n > most {
			b.high, b.more = q, n
		} else {
			b.low, b.less, found = q, n, j.result
		}
	}
	j.result = found
	return nil
}

// lowest is the lowest quality for which a file is made smaller. A JPEG tells its own: below half of it, it is not the
// pixels that make the file large. Of the other formats' files it is not known.
func lowest(p *plan.Plan) int {
	return max(1, p.Source.Quality/2)
}

// nearly is the share of the bytes there are with which the search ends. Large pictures, where every try is dear, may
// give away three percent, which is a tenth of a decibel.
func nearly(pixels int) float64 {
	if pixels > 1<<20 {
		return 0.97
	}
	return 0.99
}

// bracket is what is known of a search: at the quality low the file is small enough, less bytes, and at high it is too
// large, more bytes. With less = 0 low is beyond the scale.
type bracket struct {
	low, less  int
	high, more int
	tries      int
}

// guesses is after how many tries the bracket is halved. A scale of 100 is searched to its end in ten tries then, mostly
// in three or four.
const guesses = 3

// next returns the quality to try: at first where a straight line through what is known meets the bytes there are.
func (b *bracket) next(most int) int {
	b.tries++
	if b.tries > guesses {
		return (b.low + b.high) / 2
	}
	q := b.high - excess(b.more, most)
	if b.less > 0 {
		share := math.Log(float64(most)/float64(b.less)) / math.Log(float64(b.more)/float64(b.less))
		q = b.low + int(share*float64(b.high-b.low))
	}
	return min(max(q, b.low+1), b.high-1)
}

// excess returns by how much to lower a quality so that the file shrinks to the wanted size. From 50 to 80 a step is
// worth two percent in JPEG and WebP and three in AVIF, beyond that more.
func excess(bytes, want int) int {
	return 1 + int(50*math.Log(float64(bytes)/float64(want)))
}

// area is the pixels of a picture.
func area(size image.Point) int { return size.X * size.Y }
