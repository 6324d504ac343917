package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"imagekit/internal/blob"
	"imagekit/internal/codec/avif"
	"imagekit/internal/engine"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
)

// series is the numbers one encoder is measured at.
type series struct {
	encoder encoder
	format  format.Format
	library string // in engine.Versions
	numbers []int
}

// allSeries lists what this machine's libraries can be measured for. 100 is not asked of libavif: it is lossless there.
func allSeries() []series {
	list := []series{
		{jpegs, format.JPEG, "libjpeg-turbo", []int{10, 20, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95}},
		{webps, format.WebP, "libwebp", []int{1, 10, 20, 30, 40, 50, 60, 65, 70, 75, 80, 85, 90, 95, 98, 100}},
		{avifs, format.AVIF, "libavif", []int{1, 10, 20, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 99}},
	}
	if avif.TunesForImages() {
		list[2].encoder = tunedAVIFs
	}
	return list
}

// measureAll measures every picture that is there, and says which are not: theirs stay as they were.
func measureAll(m *measurements, photos string) error {
	if _, err := exec.LookPath("butteraugli"); err != nil {
		return fmt.Errorf("want the program butteraugli (Debian and Ubuntu: apt install butteraugli): %w", err)
	}
	dir, err := os.MkdirTemp("", "imagekit-calibrate-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	list := allSeries()
	for _, s := range list {
		m.libraries[s.encoder] = s.library + " " + engine.Versions()[s.library]
	}
	for _, p := range pictures(photos) {
		data, err := p.load()
		if errors.Is(err, fs.ErrNotExist) {
			log.Printf("%s: not present, its measurements stay as they are", p.name)
			continue
		}
		if err == nil {
			log.Printf("%s", p.name)
			err = measure(m, p.name, data, dir, list)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// measure compares one picture, resized, with itself encoded in every way.
func measure(m *measurements, name string, data []byte, dir string, list []series) error {
	small, err := transform(data, format.PNG, param.Params{
		Width: side, Height: side, Background: param.Color{Set: true, R: 255, G: 255, B: 255},
	}, 0)
	if err != nil {
		return err
	}
	img, err := decodePNG(small)
	if err != nil {
		return err
	}
	small, err = encodePNG(img) // without a profile: both metrics take the numbers for sRGB
	if err != nil {
		return err
	}
	reference, own := filepath.Join(dir, "reference.png"), newDSSIM(img)
	if err := os.WriteFile(reference, small, 0o600); err != nil {
		return err
	}
	for _, s := range list {
		for _, number := range s.numbers {
			decoded, err := roundTrip(small, s.format, number)
			if err != nil {
				return err
			}
			b, err := butteraugli(reference, decoded, dir)
			if err != nil {
				return err
			}
			m.distances[measured{name, s.encoder, number}] = [metrics]float64{
				butteraugliMax: b,
				dssim:          own.distance(decoded),
			}
		}
	}
	return nil
}

// roundTrip encodes and decodes the way the service does.
func roundTrip(src []byte, out format.Format, number int) (*image.NRGBA, error) {
	encoded, err := transform(src, out, param.Params{}, number)
	if err != nil {
		return nil, err
	}
	back, err := transform(encoded, format.PNG, param.Params{}, 0)
	if err != nil {
		return nil, err
	}
	return decodePNG(back)
}

// transform does the whole job of a request, with the encoder's number given outright unless it is 0.
func transform(src []byte, out format.Format, p param.Params, number int) ([]byte, error) {
	limits := plan.Limits{MaxPixels: 50e6, MaxOutputPixels: 25e6, Memory: 1 << 30}
	info, err := probe.Read(src, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		return nil, err
	}
	pl, err := plan.New(info, p, out, limits)
	if err != nil {
		return nil, err
	}
	if number > 0 {
		pl.Encoder.Quality, pl.Encoder.Drawing = number, 0 // lossy, whatever the picture
	}
	made, _, err := engine.Engine{}.Run(&blob.Blob{Data: src, Format: info.Format}, pl)
	if err != nil {
		return nil, err
	}
	return made.Data, nil
}

func decodePNG(data []byte) (*image.NRGBA, error) {
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	opaque := image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(opaque, opaque.Rect, img, img.Bounds().Min, draw.Src)
	return opaque, nil
}

// butteraugli runs the program of this name.
func butteraugli(reference string, img image.Image, dir string) (float64, error) {
	data, err := encodePNG(img)
	if err != nil {
		return 0, err
	}
	other := filepath.Join(dir, "decoded.png")
	if err := os.WriteFile(other, data, 0o600); err != nil {
		return 0, err
	}
	out, err := exec.Command("butteraugli", reference, other).Output()
	if err != nil {
		return 0, fmt.Errorf("butteraugli: %w", err)
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}
