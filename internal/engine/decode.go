package engine

import (
	"imagekit/internal/codec/avif"
	"imagekit/internal/codec/gif"
	"imagekit/internal/codec/jpeg"
	"imagekit/internal/codec/png"
	"imagekit/internal/codec/webp"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/probe"
)

// decode turns the source's bytes into planes, by the type its magic bytes told, never by guessing again.
func decode(j *job) error {
	hint := frame.Hint{Shrink: j.plan.Shrink, Crop: j.plan.Crop}
	decoder, ok := decoders[j.plan.Source.Format]
	if !ok {
		return fault.New(fault.UnsupportedFormat, "no decoder for %s", j.plan.Source.Format)
	}
	f, err := decoder(j.src.Data, hint)
	if err != nil {
		return err
	}
	j.frame = f
	if f.Width != j.plan.Source.Width || f.Height != j.plan.Source.Height {
		return fault.New(fault.DamagedImage, "the header says %d×%d pixels, the decoder found %d×%d",
			j.plan.Source.Width, j.plan.Source.Height, f.Width, f.Height)
	}
	return nil
}

var decoders = map[format.Format]func([]byte, frame.Hint) (*frame.Frame, error){
	format.JPEG: jpeg.Decode,
	format.PNG:  png.Decode,
	format.WebP: webp.Decode,
	format.AVIF: decodeAVIF,
	format.GIF:  gif.Decode,
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
