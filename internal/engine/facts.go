package engine

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"

	"imagekit/internal/cicp"
	"imagekit/internal/codec/png"
	"imagekit/internal/codec/webp"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/look"
	"imagekit/internal/op"
	"imagekit/internal/scale"
)

// facts is what f=json tells, in the order in which it is written.
type facts struct {
	Source sourceFacts `json:"source"`
	Result struct {
		Width  int `json:"width"`
		Height int `json:"height"`
	} `json:"result"`
	Color struct {
		Average  *cssColor  `json:"average"`
		Dominant *cssColor  `json:"dominant"`
		Palette  []cssColor `json:"palette"`
	} `json:"color"`
	BlurHash  string `json:"blurhash"`
	ThumbHash string `json:"thumbhash"`
	LQIP      string `json:"lqip"`
}

type sourceFacts struct {
	Format      string `json:"format"`
	Width       int    `json:"width"` // as stored
	Height      int    `json:"height"`
	Bytes       int    `json:"bytes"`
	Frames      int    `json:"frames"`
	Orientation int    `json:"orientation"`
	Alpha       bool   `json:"alpha"`
	Profile     string `json:"profile"`
	HDR         bool   `json:"hdr"`
}

// cssColor is written as in CSS.
type cssColor look.RGB

// MarshalText writes #rrggbb.
func (c cssColor) MarshalText() ([]byte, error) { return []byte("#" + hex.EncodeToString(c[:])), nil }

// paletteColors is how many colours stand for a picture.
const paletteColors = 6

// tell writes facts about the frame, the small form of the picture, in its place.
func (j *job) tell() error {
	p, s := &j.plan, &j.plan.Source
	f := facts{Source: sourceFacts{
		Format: s.Format.String(), Width: s.Width, Height: s.Height, Bytes: len(j.src.Data), Frames: s.Frames,
		Orientation: max(1, s.Orientation), Alpha: s.Alpha, Profile: s.ICC.String(),
		HDR: s.CICP.Transfer == cicp.TransferPQ || s.CICP.Transfer == cicp.TransferHLG,
	}}
	f.Result.Width, f.Result.Height = p.Of.X, p.Of.Y
	pixels := look.PixelsOf(j.frame)
	f.Color.Palette = []cssColor{}
	for _, c := range look.Palette(pixels, paletteColors) {
		f.Color.Palette = append(f.Color.Palette, cssColor(c))
	}
	if len(f.Color.Palette) > 0 {
		average := cssColor(look.Average(pixels))
		f.Color.Average, f.Color.Dominant = &average, &f.Color.Palette[0]
	}
	f.BlurHash, f.ThumbHash = look.BlurHash(pixels), look.ThumbHash(pixels)
	var err error
	if f.LQIP, err = placeholder(j.frame); err != nil {
		return err
	}
	j.result, err = json.Marshal(f)
	return err
}

// How large and how good a placeholder is. It is shown enlarged and blurred.
const (
	placeholderSide    = 20
	placeholderQuality = 50
	placeholderBytes   = 1000
)

// placeholder returns a tiny form of a frame as a data URI, as WebP where this build writes that. Of noise it is smaller
// still, so that it stays within its bytes.
func placeholder(f *frame.Frame) (string, error) {
	as := format.WebP
	if !Writes(as) {
		as = format.PNG
	}
	for side := placeholderSide; ; side = side * 3 / 4 {
		data, err := encodeTiny(f, side, as)
		uri := "data:" + as.MIME() + ";base64," + base64.StdEncoding.EncodeToString(data)
		if err != nil || len(uri) <= placeholderBytes || side == 1 {
			return uri, err
		}
	}
}

// encodeTiny writes a frame whose longer side is made that short.
func encodeTiny(f *frame.Frame, side int, as format.Format) ([]byte, error) {
	w, h := float64(f.Width), float64(f.Height)
	k := min(1, float64(side)/max(w, h))
	tiny, err := scale.Working(f, scale.Job{W: w, H: h, Width: max(1, int(w*k+0.5)), Height: max(1, int(h*k+0.5))})
	if err != nil {
		return nil, err
	}
	model, sub := frame.RGB, 1
	if as == format.WebP {
		model, sub = frame.YCbCr, 2
	}
	j := &job{frame: tiny}
	defer j.release()
	if err := j.becomes(scale.Convert(j.frame, model)); err != nil {
		return nil, err
	}
	if err := j.becomes(op.Finish(j.frame, sub, sub, as != format.WebP)); err != nil {
		return nil, err
	}
	if as == format.WebP {
		return webp.Encode(j.frame, webp.Settings{Quality: placeholderQuality, Method: 4})
	}
	return png.Encode(j.frame, png.Settings{Level: 9, Filters: png.AllFilters})
}
