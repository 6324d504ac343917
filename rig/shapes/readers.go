package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	xwebp "golang.org/x/image/webp"
)

// reader is a decoder that is not the program's own.
type reader struct {
	name    string
	formats string // that it reads
	tool    string // what it needs; "" = nothing
	side    int    // pixels of the longest side it may read, 0 = any
	// read returns the size and the colours at some places.
	read func(ctx context.Context, file string, places []image.Point) (image.Point, []color.RGBA, error)
}

// errTooLarge: the reader's own settings refuse the size.
var errTooLarge = errors.New("larger than this reader may read")

// magickSide is Debian's policy for ImageMagick. Of a wider PNG it only says that there is no picture.
const magickSide = 16000

// readers lists those that are here, and says aloud which are not. stop ends what they run.
func readers(ctx context.Context, dir string) (list []reader, stop func()) {
	browser, stop := chromium(ctx, dir)
	for _, r := range []reader{
		{"Go", "jpeg png webp", "", 0, readGo},
		{"dav1d", "avif", "avifdec", 0, avifdec(dir, "dav1d")},
		{"libgav1", "avif", "avifdec", 0, avifdec(dir, "libgav1")},
		{"dwebp", "webp", "dwebp", 0, by(dir, "dwebp", "-quiet", "IN", "-o", "OUT")},
		{"djpeg", "jpeg", "djpeg", 0, by(dir, "djpeg", "-targa", "-outfile", "/dev/null", "IN")},
		{"pngcheck", "png", "pngcheck", 0, by(dir, "pngcheck", "-q", "IN")},
		{"Pillow", "jpeg png webp", "/usr/bin/python3", 0, pillow},
		{
			"ImageMagick", "jpeg png webp", "/usr/bin/convert", magickSide,
			by(dir, "/usr/bin/convert", "IN", "-quality", "1", "OUT"),
		},
		{"Chromium", "jpeg png webp avif", "chromium", 0, browser},
	} {
		if _, err := exec.LookPath(r.tool); r.tool != "" && err != nil {
			fmt.Printf("skipped %s: %s is not installed\n", r.name, r.tool)
			continue
		}
		list = append(list, r)
	}
	return list, stop
}

// readGo decodes by the standard library and x/image.
func readGo(_ context.Context, file string, places []image.Point) (image.Point, []color.RGBA, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return image.Point{}, nil, err
	}
	decode := png.Decode
	switch filepath.Ext(file) {
	case ".jpg":
		decode = jpeg.Decode
	case ".webp":
		decode = xwebp.Decode
	}
	img, err := decode(bytes.NewReader(data))
	if err != nil {
		return image.Point{}, nil, err
	}
	colors := make([]color.RGBA, len(places))
	for i, p := range places {
		colors[i] = color.RGBAModel.Convert(img.At(p.X, p.Y)).(color.RGBA)
	}
	return img.Bounds().Size(), colors, nil
}

// avifdec decodes by one of the decoders of libavif's tool.
func avifdec(dir, codec string) func(context.Context, string, []image.Point) (image.Point, []color.RGBA, error) {
	return by(dir, "avifdec", "-c", codec, "--png-compress", "0", "IN", "OUT")
}

// by runs a program on IN. What it writes to OUT, a PNG, is looked at; one that writes none has only to accept IN.
func by(dir, tool string, args ...string) func(context.Context, string, []image.Point) (image.Point, []color.RGBA, error) {
	return func(ctx context.Context, file string, places []image.Point) (image.Point, []color.RGBA, error) {
		out, writes := filepath.Join(dir, "read.png"), false
		line := make([]string, len(args))
		for i, a := range args {
			writes = writes || a == "OUT"
			line[i] = strings.NewReplacer("IN", file, "OUT", out).Replace(a)
		}
		if text, err := exec.CommandContext(ctx, tool, line...).CombinedOutput(); err != nil {
			if bytes.Contains(text, []byte("exceeds limit")) || bytes.Contains(text, []byte("cache resources exhausted")) {
				return image.Point{}, nil, errTooLarge // ImageMagick's policy
			}
			return image.Point{}, nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(text))
		}
		if !writes {
			return accepted(file, places)
		}
		return readGo(ctx, out, places)
	}
}

// accepted answers for a reader that tells nothing but that it read the file.
func accepted(file string, places []image.Point) (image.Point, []color.RGBA, error) {
	return readGo(context.Background(), file, places)
}

// pillowScript prints the size, and a line for each place.
const pillowScript = `
import sys
from PIL import Image
Image.MAX_IMAGE_PIXELS = None
i = Image.open(sys.argv[1]).convert("RGB")
print(*i.size)
for a in sys.argv[2:]:
    print(*i.getpixel(tuple(map(int, a.split(",")))))
`

func pillow(ctx context.Context, file string, places []image.Point) (size image.Point, colors []color.RGBA, err error) {
	args := []string{"-c", pillowScript, file}
	for _, p := range places {
		args = append(args, fmt.Sprintf("%d,%d", p.X, p.Y))
	}
	text, err := exec.CommandContext(ctx, "/usr/bin/python3", args...).CombinedOutput()
	if err != nil {
		return size, nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(text))
	}
	in := bytes.NewReader(text)
	if _, err := fmt.Fscan(in, &size.X, &size.Y); err != nil {
		return size, nil, err
	}
	colors = make([]color.RGBA, len(places))
	for i := range colors {
		if _, err := fmt.Fscan(in, &colors[i].R, &colors[i].G, &colors[i].B); err != nil {
			return size, nil, err
		}
	}
	return size, colors, nil
}
