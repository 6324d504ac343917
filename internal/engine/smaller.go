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

// lower finds the highest quality below the one of the plan whose file has at most so many bytes. It hardly depends on
// the quality that was asked for, so that more of it never gives less. Where even the lowest quality is larger, size is
// not a matter of quality, and the result stays as it was asked for.
func (j *job) lower(most int) error {
	b := bracket{most: most, enough: most, low: lowest(&j.plan) - 1}
	if area(j.plan.Size()) > large {
		b.enough = int(nearly * float64(most))
	}
	b.record(j.plan.Encoder.Quality, len(j.result))
	first := j.result
	found, _, err := j.search(&b)
	if j.result = found; found == nil {
		j.result = first
	}
	return err
}

// search writes the frame again and again until the search is at its end. It returns the best file that is small enough,
// nil for none, and the fewest bytes of all.
func (j *job) search(b *bracket) (found []byte, fewest int, err error) {
	fewest = b.last.bytes
	for q, ok := b.next(); ok; q, ok = b.next() {
		if err := j.write(j.plan.Encoder.At(q)); err != nil {
			return nil, 0, err
		}
		fewest = min(fewest, len(j.result))
		if b.record(q, len(j.result)); len(j.result) <= b.most {
			found = j.result
		}
	}
	return found, fewest, nil
}

// lowest is the lowest quality for which a file is made smaller, half of the source's own: below, it is not the pixels
// that make the file large.
func lowest(p *plan.Plan) int {
	return max(1, p.Source.Quality/2)
}

// Every try of a picture of more pixels than large is dear: the search ends with nearly as many bytes as there are,
// which gives away a tenth of a decibel.
const (
	large  = 1 << 20
	nearly = 0.975
)

// bracket is what is known of a search: at the quality low the file is small enough, and at high it is too large.
type bracket struct {
	most      int // bytes there are
	enough    int // with so many the search ends
	low, high int
	// last and before are the tries at the end, where the next guess comes from.
	last, before try
	tries        int
}

type try struct{ quality, bytes int }

// record notes how many bytes a quality gave.
func (b *bracket) record(quality, bytes int) {
	b.last, b.before = try{quality, bytes}, b.last
	if b.tries++; bytes > b.most {
		b.high = quality
	} else {
		b.low = quality
	}
}

// guesses is after how many files the bracket is halved: a scale of 100 is searched to its end in fourteen then.
const guesses = 6

// next returns the quality to try, or false when the search is at its end.
func (b *bracket) next() (quality int, ok bool) {
	if b.high-b.low < 2 || b.last.bytes >= b.enough && b.last.bytes <= b.most {
		return 0, false
	}
	middle := (b.low + b.high) / 2
	if b.tries > guesses {
		return middle, true
	}
	quality = b.last.quality - int(math.Ceil(b.slope()*math.Log(float64(b.last.bytes)/float64(b.most))))
	if b.tries == 1 {
		quality = max(quality, middle) // the best qualities tell little of the others
	}
	return min(max(quality, b.low+1), b.high-1), true
}

// slope is how many numbers of quality change the bytes by a factor of e, by the last two tries. Before, a number is
// worth two percent and more.
func (b *bracket) slope() float64 {
	const least, usual, most = 15, 40, 150
	if b.tries == 1 || b.last.bytes == b.before.bytes {
		return usual
	}
	slope := float64(b.last.quality-b.before.quality) / math.Log(float64(b.last.bytes)/float64(b.before.bytes))
	return min(max(slope, least), most)
}

// area is the pixels of a picture.
func area(size image.Point) int { return size.X * size.Y }
