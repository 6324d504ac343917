package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"

	"imagekit/internal/format"
	"imagekit/internal/icc"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/noise"
)

// photos lies beside the repository where it is present at all.
const photos = "../shared/photos"

// named are the real photos that are measured where they are present.
var named = []string{"market.jpg", "landscape-srgb-icc.jpg", "orientation-6.jpg", "alpha.png"}

// widths are those at which pictures are asked for.
var widths = []int{320, 640, 1280}

// photoOutputs are the formats in which photos are asked for.
var photoOutputs = []format.Format{format.JPEG, format.WebP, format.AVIF}

// picture is one source.
type picture struct {
	name, file string
	data       []byte
	info       probe.Info
}

// icc reports whether the picture carries a profile.
func (p picture) icc() bool { return p.info.ICC != icc.None }

// recipe is a picture that is made by code.
type recipe struct {
	name          string
	scene         scene
	width, height int
	sensor        float64 // deviation of the noise, levels
	quality       int
	profile       []byte
}

// recipes are pictures of different spectra, in sizes of cameras.
func recipes() []recipe {
	return []recipe{
		{"made: landscape", landscape, 4000, 3000, 2, 90, nil},
		{"made: foliage", foliage, 3264, 2448, 2.5, 90, nil},
		{"made: portrait", portrait, 3000, 4000, 1.5, 92, sRGB()},
		{"made: architecture", architecture, 3072, 2048, 1.5, 92, icc.Profile(icc.DisplayP3)},
		{"made: night", night, 2304, 1536, 6, 88, nil},
	}
}

// pictures returns all sources. What is made is made once and kept in dir.
func (r rig) pictures() ([]picture, error) {
	var list []picture
	for _, name := range named {
		file := filepath.Join(photos, name)
		if _, err := os.Stat(file); err != nil {
			continue
		}
		p, err := open(name, file)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	all := recipes()
	if r.quick {
		all = all[2:]
	}
	for _, m := range all {
		p, err := r.made(m.name, func() ([]byte, error) {
			return encodeJPEG(paint(m.scene, m.width, m.height, m.sensor), m.quality, m.profile)
		})
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	p, err := r.made("made: cut-out", func() ([]byte, error) { return cutout(2048, 1536) })
	return append(list, p), err
}

// made returns a picture from dir, after making it if it is not there.
func (r rig) made(name string, of func() ([]byte, error)) (picture, error) {
	file := filepath.Join(r.dir, name)
	if _, err := os.Stat(file); err != nil {
		data, err := of()
		if err != nil {
			return picture{}, err
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			return picture{}, err
		}
	}
	return open(name, file)
}

func open(name, file string) (picture, error) {
	p := picture{name: name}
	var err error
	if p.file, err = filepath.Abs(file); err != nil {
		return p, err
	}
	if p.data, err = os.ReadFile(file); err != nil {
		return p, err
	}
	p.info, err = probe.Read(p.data, probe.Limits{MaxPixels: limits.MaxPixels})
	return p, err
}

// encodeJPEG writes 4:2:0 with the profile, if any, in one APP2 segment (ICC.1:2022 annex B.4).
func encodeJPEG(img image.Image, quality int, profile []byte) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	if profile == nil {
		return b.Bytes(), nil
	}
	const chunk = "ICC_PROFILE\x00\x01\x01"
	size := 2 + len(chunk) + len(profile)
	file := append([]byte{0xFF, 0xD8, 0xFF, 0xE2, byte(size >> 8), byte(size)}, chunk...)
	return append(append(file, profile...), b.Bytes()[2:]...), nil
}

// cutout is a PNG whose subject fades out softly on one side and is cut hard on the other.
func cutout(width, height int) ([]byte, error) {
	img := paint(landscape, width, height, 1)
	px := 1 / float64(height)
	for y := range height {
		for x := range width {
			u, v := float64(x)*px, float64(y)*px
			d, _ := noise.Cells(2.5*u, 2.5*v, 9)
			soft := 0.2*noise.Step(0.3, 1.2, u) + px
			img.Pix[img.PixOffset(x, y)+3] = uint8(255 * noise.Step(0.55, 0.55-soft, d))
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

// sRGB returns a profile as cameras embed it.
func sRGB() []byte { return withPrimaries(icc.Profile(icc.DisplayP3), sRGBPrimaries) }

// listPictures says what was measured.
func listPictures(w io.Writer, list []picture) {
	fmt.Fprintf(w, "\n## The pictures\n\nThose called *made* are painted by code (`bench/scenes.go`), so the benchmark "+
		"runs anywhere; the real photos take part where "+
		"they are present.\n\n| picture | format | pixels | KB | ICC profile |\n|---|---|---|---|---|\n")
	for _, p := range list {
		fmt.Fprintf(w, "| %s | %s | %d × %d | %d | %s |\n", p.name, p.info.Format, p.info.Width, p.info.Height,
			len(p.data)>>10, p.info.ICC)
	}
}
