package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"imagekit/internal/sample"
)

// picture is a source to measure with.
type picture struct {
	name string
	load func() ([]byte, error)
}

// side is the longest side the pictures are brought to, in pixels: what a page shows most.
const side = 640

// pictures lists what is measured: first the photos in folder, then photos and drawings made by code.
func pictures(folder string) []picture {
	var list []picture
	for _, name := range []string{
		"market.jpg", "landscape-srgb-icc.jpg", "orientation-6.jpg", "adobe-rgb.jpg", "cmyk-swop.jpg", "lossy.webp", "cosmos.avif",
	} {
		list = append(list, picture{name, func() ([]byte, error) { return os.ReadFile(filepath.Join(folder, name)) }})
	}
	samples := sample.New()
	for _, name := range sample.Names() {
		list = append(list, picture{"sample:" + name, func() ([]byte, error) {
			b, err := samples.Fetch(context.Background(), "sample:"+name)
			if err != nil {
				return nil, err
			}
			return b.Data, nil
		}})
	}
	for _, p := range []struct {
		name  string
		paint func() *image.NRGBA
	}{{"foliage", foliage}, {"still-life", stillLife}, {"chart", chart}} {
		list = append(list, picture{"code:" + p.name, func() ([]byte, error) { return encodePNG(p.paint()) }})
	}
	return list
}

func encodePNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}
