// Package sample holds three pictures made by code, so that the first picture needs no network and tests have
// photo-like sources: "photo" is a landscape (JPEG 4:2:0, 1600×1067), "portrait" stands upright only after its
// Exif orientation is applied (JPEG, stored 1200×800, shown 800×1200), "drawing" has flat colours, hard edges,
// thin lines and transparency (PNG, 1200×800).
package sample

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"sync"
	"time"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// quality of the JPEG samples: high enough that their own artefacts do not show in what is made of them.
const quality = 90

// Source hands out the samples. Each is made when it is first asked for, in a fraction of a second, and then
// kept. It is safe for concurrent use.
type Source struct {
	pictures map[string]func() (*blob.Blob, error)
}

// New returns a source of all samples.
func New() *Source {
	return &Source{pictures: map[string]func() (*blob.Blob, error){
		"photo":    once(func() ([]byte, error) { return encodeJPEG(landscape()) }),
		"portrait": once(portraitJPEG),
		"drawing":  once(func() ([]byte, error) { return encodePNG(drawing()) }),
	}}
}

// Names lists the samples in the order people should meet them.
func Names() []string { return []string{"photo", "portrait", "drawing"} }

// Fetch returns the sample a URL like "sample:photo" names; the caller has looked at the scheme. Unknown names
// are fault.SourceNotFound.
func (s *Source) Fetch(_ context.Context, url string) (*blob.Blob, error) {
	_, name, _ := strings.Cut(url, ":")
	picture, ok := s.pictures[name]
	if !ok {
		return nil, fault.New(fault.SourceNotFound, "there is no sample %.40q, want one of %s",
			name, strings.Join(Names(), ", "))
	}
	return picture()
}

// once makes a blob of what draw returns, at the first call.
func once(draw func() ([]byte, error)) func() (*blob.Blob, error) {
	return sync.OnceValues(func() (*blob.Blob, error) {
		data, err := draw()
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "the sample cannot be made")
		}
		return &blob.Blob{Data: data, Format: format.Sniff(data), Created: time.Now()}, nil
	})
}

func encodeJPEG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

func encodePNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

// portraitJPEG stores the upright picture lying on its left side and says so: Exif orientation 6, "turn 90°
// clockwise to show".
func portraitJPEG() ([]byte, error) {
	data, err := encodeJPEG(lieDown(balloons()))
	if err != nil {
		return nil, err
	}
	return withOrientation(data, 6), nil
}

// lieDown turns a picture 90° counter-clockwise.
func lieDown(img *image.RGBA) *image.RGBA {
	size := img.Bounds().Size()
	out := image.NewRGBA(image.Rect(0, 0, size.Y, size.X))
	for y := range size.Y {
		for x := range size.X {
			out.SetRGBA(y, size.X-1-x, img.RGBAAt(x, y))
		}
	}
	return out
}

// withOrientation adds an Exif segment that holds the orientation and nothing else to a JPEG file:
// a TIFF header and one directory with one entry (Exif 2.32 §4.5, tag 0x0112).
func withOrientation(file []byte, orientation byte) []byte {
	segment := "\xff\xe1\x00\x22Exif\x00\x00" +
		"MM\x00\x2a\x00\x00\x00\x08" + // big endian; the directory follows at 8
		"\x00\x01" + // one entry
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00" +
		"\x00\x00\x00\x00" // no further directory
	out := make([]byte, 0, len(file)+len(segment))
	out = append(out, file[:2]...) // SOI
	out = append(out, segment...)
	return append(out, file[2:]...)
}
