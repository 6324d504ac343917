package engine

import (
	"errors"
	"io"
	"time"

	"imagekit/internal/codec/avif"
	"imagekit/internal/codec/gif"
	"imagekit/internal/codec/jpeg"
	"imagekit/internal/codec/png"
	"imagekit/internal/codec/pure"
	"imagekit/internal/codec/webp"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/header"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
)

// decoder gives the pictures of a source one after the other. A still is a sequence of one.
type decoder interface {
	// Next returns the next picture and how long it is shown, io.EOF behind the last. Who takes it releases it; it may be
	// valid until the next call alone.
	Next() (*frame.Frame, time.Duration, error)
	// Release ends the sequence.
	Release()
}

// decode turns the source's bytes into planes, by the type its magic bytes told, never by guessing again.
func decode(j *job) error {
	if j.decoder == nil {
		d, err := open(j.src.Data, &j.plan)
		if err != nil {
			return err
		}
		j.decoder = d
	}
	f, err := j.take()
	if err != nil {
		return err
	}
	if j.plan.Sequence() && !j.plan.Source.Alpha { // all of the canvas is drawn on
		f.Alpha = frame.Plane{}
	}
	j.frame = f
	if f.Width != j.plan.Source.Width || f.Height != j.plan.Source.Height {
		return fault.New(fault.DamagedImage, "the header says %d×%d pixels, the decoder found %d×%d",
			j.plan.Source.Width, j.plan.Source.Height, f.Width, f.Height)
	}
	return nil
}

// take returns the picture that the plan wants.
func (j *job) take() (*frame.Frame, error) {
	for n := 1; ; n++ {
		f, delay, err := j.decoder.Next()
		if errors.Is(err, io.EOF) {
			return nil, fault.New(fault.DamagedImage, "the header says %d pictures, the decoder found %d",
				j.plan.Source.Frames, n-1)
		}
		switch {
		case err != nil:
			return nil, err
		case n < j.plan.Page:
			f.Release()
			continue
		}
		j.delay = shown(delay)
		return f, nil
	}
}

// open begins with the first picture.
func open(src []byte, p *plan.Plan) (decoder, error) {
	if p.Sequence() {
		begin, ok := sequences[p.Source.Format]
		if !ok {
			return nil, fault.New(fault.UnsupportedFormat, "only the first picture of %s is read here", p.Source.Format)
		}
		return begin(src, p)
	}
	read, ok := decoders[p.Source.Format]
	if !ok {
		return nil, fault.New(fault.UnsupportedFormat, "no decoder for %s", p.Source.Format)
	}
	return &still{read, src, frame.Hint{Shrink: p.Shrink, Crop: p.Crop}}, nil
}

// still is the first picture alone, in whatever planes its decoder makes.
type still struct {
	read func([]byte, frame.Hint) (*frame.Frame, error)
	src  []byte
	hint frame.Hint
}

func (s *still) Next() (*frame.Frame, time.Duration, error) {
	f, err := s.read(s.src, s.hint)
	return f, 0, err
}

func (*still) Release() {}

var decoders = map[format.Format]func([]byte, frame.Hint) (*frame.Frame, error){
	format.JPEG: jpeg.Decode,
	format.PNG:  png.Decode,
	format.WebP: webp.Decode,
	format.AVIF: decodeAVIF,
	format.GIF:  gif.Decode,
	format.BMP:  pure.DecodeBMP,
	format.ICO:  decodeICO,
	format.TIFF: pure.DecodeTIFF,
	format.PNM:  pure.DecodePNM,
	format.QOI:  pure.DecodeQOI,
}

// sequences open the sources of several pictures that package format says are read. Their pictures are R, G, B and alpha
// of 8 bits, on a canvas of one size.
var sequences = map[format.Format]func([]byte, *plan.Plan) (decoder, error){
	format.GIF: func(src []byte, _ *plan.Plan) (decoder, error) { return gif.NewAnimation(src) },
	format.WebP: func(src []byte, p *plan.Plan) (decoder, error) {
		return webp.NewAnimation(src, p.Source.Width, p.Source.Height)
	},
}

// decodeICO reads the picture of an icon that is shown: a bitmap, or a PNG.
func decodeICO(src []byte, hint frame.Hint) (*frame.Frame, error) {
	if icon, err := header.ReadICO(src); err == nil && icon.PNG != nil {
		return png.Decode(icon.PNG, hint)
	}
	return pure.DecodeICO(src, hint)
}

// decodeAVIF hands the decoder the shown picture alone, in boxes of our own, and keeps what its clean aperture shows.
func decodeAVIF(src []byte, hint frame.Hint) (*frame.Frame, error) {
	still, shown, err := probe.StillAVIF(src)
	if err != nil {
		return nil, err
	}
	f, err := avif.Decode(still, hint)
	if err != nil {
		return nil, err
	}
	f.Trim(shown.X, shown.Y)
	return f, nil
}
