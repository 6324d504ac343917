//go:build !cgo && nodynamic

package webp

import (
	_ "unsafe" // for go:linkname

	_ "github.com/gen2brain/webp" // holds the module

	"imagekit/internal/codec/wasm"
	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// module is libwebp. The package that brings it does not hand it out, and its own way to run it has no bound on
// memory, no place to keep what was compiled, and a detour through RGBA.
//
//go:linkname module github.com/gen2brain/webp.webpWasm
var module []byte

var codec = wasm.New("libwebp", &module)

// Writes says that this build writes WebP.
const Writes = true

// Prepare compiles the codec and keeps it in dir for other processes; "" = nowhere.
func Prepare(dir string) error {
	if err := wasm.Cache(dir); err != nil {
		return err
	}
	return codec.Prepare()
}

// Version says what reads and writes here.
func Version() string { return "libwebp 1.4.0 (WebAssembly), golang.org/x/image for reading" }

// made is what libwebp has written.
type made []byte

func (m made) bytes() []byte { return m }
func (m made) free()         {}

// yuv420a is libwebp's number for planes.
const yuv420a = 4

// encode lets libwebp write all but alpha of a lossy frame, and the profile. Of Settings.Loss nothing is used: a
// lossless picture is exact.
func (s Settings) encode(f *frame.Frame) (out made, err error) {
	pixels, colorspace, exact := packed(f), uint64(0), uint64(0)
	if !s.Lossless {
		pixels, colorspace, exact = planar(f), yuv420a, 1
	}
	lossless := uint64(0)
	if s.Lossless {
		lossless = 1
	}
	out, err = codec.Encode(pixels, f.Width, f.Height, colorspace, uint64(s.Quality), uint64(s.Method), lossless, exact)
	if err != nil { // besides what check rules out there is only want of memory
		return nil, fault.Wrap(fault.TooMuchMemory, err, "cannot write a WebP of %d×%d pixels", f.Width, f.Height)
	}
	return out, nil
}

// planar is a lossy frame as libwebp wants it, one plane behind the other, opaque: alpha is coded here. What alpha
// hides is smoothed.
func planar(f *frame.Frame) []byte {
	w, h := f.Width, f.Height
	cw, ch := ceil(w, 2), ceil(h, 2)
	if f.HasAlpha() {
		smooth(f)
	}
	out := make([]byte, 0, 2*w*h+2*cw*ch)
	out = appendPlane(out, &f.Planes[0], w, h)
	for i := 1; i < 3; i++ {
		if f.Model == frame.Gray {
			out = appendBytes(out, 128, cw*ch)
		} else {
			out = appendPlane(out, &f.Planes[i], cw, ch)
		}
	}
	return appendBytes(out, 255, w*h)
}

func appendPlane(out []byte, p *frame.Plane, w, h int) []byte {
	for y := range h {
		out = append(out, p.Row(y, 8)[:w]...)
	}
	return out
}

func appendBytes(out []byte, v byte, n int) []byte {
	for range n {
		out = append(out, v)
	}
	return out
}

// packed is a lossless frame as libwebp wants it: R, G, B, A.
func packed(f *frame.Frame) []byte {
	if f.Model != frame.RGB {
		return nil
	}
	out := make([]byte, 4*f.Width*f.Height)
	for y := range f.Height {
		row := out[4*y*f.Width:]
		for c := range f.Planes {
			for x, v := range f.Planes[c].Row(y, 8)[:f.Width] {
				row[4*x+c] = v
			}
		}
		for x := range f.Width {
			row[4*x+3] = 255
		}
		if f.HasAlpha() {
			for x, v := range f.Alpha.Row(y, 8)[:f.Width] {
				row[4*x+3] = v
			}
		}
	}
	return out
}
