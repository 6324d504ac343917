//go:build !cgo && nodynamic

// Package avif reads and writes AVIF (AV1 Image File Format v1.1) with libavif, compiled to WebAssembly.
package avif

import (
	"encoding/binary"
	"errors"
	"math"
	"unsafe" // also for go:linkname

	_ "github.com/gen2brain/avif" // holds the modules

	"imagekit/internal/codec/wasm"
	"imagekit/internal/fault"
	"imagekit/internal/frame"
	"imagekit/internal/probe"
)

// The modules are libavif with the decoder and with the encoder of libaom. The package that brings them does not hand
// them out, and its own way to run them has no bound on memory, no place to keep what was compiled, and takes a picture
// that cannot be decoded for a black one.
//
//go:linkname decodeModule github.com/gen2brain/avif.decodeWasm
var decodeModule []byte

//go:linkname encodeModule github.com/gen2brain/avif.encodeWasm
var encodeModule []byte

var decoder, encoder = wasm.New("libavif's decoder", &decodeModule), wasm.New("libavif's encoder", &encodeModule)

// Writes says that this build writes AVIF.
const Writes = true

// Prepare compiles the codecs and keeps them in dir for other processes; "" = nowhere.
func Prepare(dir string) error {
	if err := wasm.Cache(dir); err != nil {
		return err
	}
	return errors.Join(decoder.Prepare(), encoder.Prepare())
}

// Version says what reads and writes here.
func Version() string { return "libavif 1.1.1 (WebAssembly; aom [enc/dec]:v3.10)" }

// TunesForImages reports whether the encoder is tuned by tune=iq.
func TunesForImages() bool { return false }

// maxPixels is this decoder's own ceiling; the operator's is enforced long before.
const maxPixels = 1 << 28

// Decode reads an AVIF, or the first frame of a sequence. The decoder hands out R, G and B in full range; what the file
// holds as YCbCr becomes YCbCr of BT.601 again, without subsampling, and what it holds as grey one plane: of 8 bits, or
// of 16 where the file has more. A picture with alpha stays R, G, B and alpha, premultiplied. irot, imir and clap are
// not applied: package probe reads them. The hint is not used.
//
// Data that is missing or that the AV1 decoder refuses is a DamagedImage.
func Decode(src []byte, _ frame.Hint) (*frame.Frame, error) {
	info, err := probe.Read(src, probe.Limits{MaxPixels: maxPixels})
	if err != nil {
		return nil, err
	}
	var f *frame.Frame
	err = decoder.Run(func(c *wasm.Call) error {
		p, err := decode(c, src)
		if err == nil {
			f, err = p.frame(info)
		}
		return err
	})
	switch {
	case errors.Is(err, frame.ErrMemory):
		return nil, fault.Wrap(fault.TooMuchMemory, err, "AVIF of %d×%d pixels", info.Width, info.Height)
	case errors.Is(err, wasm.ErrTrap):
		return nil, fault.Wrap(fault.DamagedImage, err, "AVIF: its decoder gave up")
	}
	return f, err
}

// pixels are what the decoder hands out: R, G, B, A of 8 or 16 bits, premultiplied.
type pixels struct {
	width, height, depth int
	rgba                 []byte
}

// decode runs the decoder: once for the size, once for the pixels.
func decode(c *wasm.Call, src []byte) (p pixels, err error) {
	in, err := c.Put(src)
	if err != nil {
		return p, err
	}
	// Four numbers of 32 bits, and the time that the picture is shown: only what was decoded has one.
	notes, err := c.Put(append(make([]byte, 16), "\xff\xff\xff\xff\xff\xff\xff\xff"...))
	if err != nil {
		return p, err
	}
	run := func(headerOnly, out uint64) error {
		ok, err := c.Do("decode", in, uint64(len(src)), headerOnly, 0, notes, notes+4, notes+8, notes+12, notes+16, out)
		if err == nil && ok == 0 {
			err = fault.New(fault.DamagedImage, "AVIF: it cannot be decoded")
		}
		return err
	}
	if err := run(1, 0); err != nil {
		return p, err
	}
	b, err := c.Bytes(notes, 16)
	if err != nil {
		return p, err
	}
	p = pixels{width: int(binary.LittleEndian.Uint32(b)), height: int(binary.LittleEndian.Uint32(b[4:])), depth: 8}
	if binary.LittleEndian.Uint32(b[8:]) > 8 {
		p.depth = 16
	}
	if p.width < 1 || p.height < 1 || p.width > maxPixels/p.height {
		return p, fault.New(fault.DamagedImage, "AVIF: a picture of %d×%d pixels", p.width, p.height)
	}
	size := p.width * p.height * p.depth / 2
	out, err := c.Alloc(size)
	if err != nil {
		return p, err
	}
	if err := run(0, out); err != nil {
		return p, err
	}
	if b, err = c.Bytes(notes+16, 8); err != nil {
		return p, err
	}
	if shown := math.Float64frombits(binary.LittleEndian.Uint64(b)); !(shown >= 0) {
		return p, fault.New(fault.DamagedImage, "AVIF: its picture cannot be decoded")
	}
	p.rgba, err = c.Bytes(out, size)
	return p, err
}

// frame makes a frame of the pixels.
func (p pixels) frame(info probe.Info) (*frame.Frame, error) {
	model := frame.YCbCr
	switch {
	case info.Model == probe.Gray:
		model = frame.Gray
	case info.Model == probe.RGB || info.Alpha:
		model = frame.RGB
	}
	n := model.Colors()
	if info.Alpha {
		n++
	}
	f, err := frame.New(model, p.depth, p.width, p.height, frame.Full(n, p.width, p.height)...)
	if err != nil {
		return nil, err
	}
	f.Premultiplied = info.Alpha
	if p.depth > 8 {
		split[uint16](f, p.rgba)
	} else {
		split[uint8](f, p.rgba)
	}
	return f, nil
}

// split takes pixels apart into planes.
func split[T uint8 | uint16](f *frame.Frame, rgba []byte) {
	all := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(rgba))), 4*f.Width*f.Height)
	for y := range f.Height {
		in := all[4*y*f.Width:][:4*f.Width]
		if f.Model == frame.YCbCr {
			toYCbCr(row[T](&f.Planes[0], y), row[T](&f.Planes[1], y), row[T](&f.Planes[2], y), in)
			continue
		}
		for c := range f.Planes {
			out := row[T](&f.Planes[c], y)
			for x := range out {
				out[x] = in[4*x+c]
			}
		}
		if f.HasAlpha() {
			out := row[T](&f.Alpha, y)
			for x := range out {
				out[x] = in[4*x+3]
			}
		}
	}
}

// row returns row y of a plane.
func row[T uint8 | uint16](p *frame.Plane, y int) []T {
	return unsafe.Slice((*T)(unsafe.Add(p.Data, y*p.Stride)), p.Width)
}

// toYCbCr converts a row to BT.601 in full range, in fixed point of 16 bits.
func toYCbCr[T uint8 | uint16](yy, cb, cr, rgba []T) {
	const half = 1 << 15
	most := int64(^T(0))
	middle := (most + 1) / 2
	for x := range yy {
		r, g, b := int64(rgba[4*x]), int64(rgba[4*x+1]), int64(rgba[4*x+2])
		yy[x] = T((19595*r + 38470*g + 7471*b + half) >> 16)
		cb[x] = T(min(max((-11059*r-21709*g+32768*b+half)>>16+middle, 0), most))
		cr[x] = T(min(max((32768*r-27439*g-5329*b+half)>>16+middle, 0), most))
	}
}
