//go:build !cgo

package webp

import (
	"encoding/binary"
	"image"

	"imagekit/internal/fault"
)

// info is the picture of a file, the first one of an animation.
type info struct {
	width, height int             // of the canvas
	at            image.Rectangle // where the picture lies on it
	alpha         bool
	lossy         bool
	alph, pixels  []byte // the payloads of its chunks
}

// inspect walks the chunks (RFC 9649 §2.3).
func inspect(src []byte) (i info, err error) {
	if len(src) < 12 || string(src[:4]) != "RIFF" || string(src[8:12]) != "WEBP" {
		return i, fault.New(fault.DamagedImage, "want a WebP, got %d bytes that are none", len(src))
	}
	end := int64(binary.LittleEndian.Uint32(src[4:])) + 8
	if end > int64(len(src)) || end < 12 {
		return i, cutShort()
	}
	w := walk{extended: len(src) >= 16 && string(src[12:16]) == "VP8X"}
	if err := w.chunks(src[12:end]); err != nil {
		return i, err
	}
	if w.pixels == nil {
		return i, damaged()
	}
	return w.info, w.finish()
}

// walk is what was met so far.
type walk struct {
	info
	extended, animated, announced bool // by the extended header: that it is there, an animation, with alpha
	first                         bool // a frame of an animation was met
}

func (w *walk) chunks(b []byte) error {
	for len(b) >= 8 && w.pixels == nil {
		id, size := string(b[:4]), int64(binary.LittleEndian.Uint32(b[4:]))
		if size > int64(len(b)-8) {
			return cutShort()
		}
		if err := w.take(id, b[8:8+size]); err != nil {
			return err
		}
		b = b[min(int64(len(b)), 8+size+size&1):]
	}
	return nil
}

// take takes a chunk. What does not belong to the picture is passed over.
func (w *walk) take(id string, b []byte) error {
	switch id {
	case "VP8X":
		if len(b) < 10 {
			return damaged()
		}
		w.animated, w.announced = b[0]&0x02 != 0, b[0]&hasAlpha != 0
		w.width, w.height = number(b[4:])+1, number(b[7:])+1
		w.at = image.Rect(0, 0, w.width, w.height)
	case "ANMF":
		if !w.animated {
			return nil
		}
		if len(b) < 16 {
			return damaged()
		}
		w.first = true
		x, y := 2*number(b), 2*number(b[3:])
		w.at = image.Rect(x, y, x+number(b[6:])+1, y+number(b[9:])+1)
		err := w.chunks(b[16:])
		if err == nil && w.pixels == nil {
			err = damaged()
		}
		return err
	case "ALPH", "VP8 ", "VP8L":
		if w.animated && !w.first {
			return nil
		}
		if id == "ALPH" {
			w.alph = b
			return nil
		}
		w.lossy, w.pixels = id == "VP8 ", b
	}
	return nil
}

// finish reads the picture's own header, and decides about alpha: of a still picture in an extended file the flag alone
// says whether there is any, as in browsers.
func (w *walk) finish() error {
	size, alpha, err := w.size()
	if err != nil {
		return err
	}
	if !w.extended {
		w.width, w.height = size.X, size.Y
		w.at = image.Rectangle{Max: size}
	}
	if w.at.Size() != size || !w.at.In(image.Rect(0, 0, w.width, w.height)) {
		return damaged()
	}
	switch covers := size == image.Pt(w.width, w.height); {
	case !w.extended:
		w.alpha = alpha && !w.lossy
	case w.animated:
		w.alpha = alpha || !covers
	default:
		w.alpha = w.announced
	}
	if !w.alpha {
		w.alph = nil
	}
	return nil
}

// size reads the picture's size: lossy (RFC 6386 §9.1) or lossless (RFC 9649 §3.4).
func (w *walk) size() (size image.Point, alpha bool, err error) {
	b := w.pixels
	if w.lossy {
		if len(b) < 10 || b[0]&1 != 0 || string(b[3:6]) != "\x9d\x01\x2a" {
			return size, false, damaged()
		}
		size = image.Pt(int(binary.LittleEndian.Uint16(b[6:])&0x3fff), int(binary.LittleEndian.Uint16(b[8:])&0x3fff))
		if size.X == 0 || size.Y == 0 {
			return size, false, damaged()
		}
		return size, w.alph != nil, nil
	}
	if len(b) < 5 || b[0] != 0x2f {
		return size, false, damaged()
	}
	bits := binary.LittleEndian.Uint32(b[1:])
	if bits>>29 != 0 {
		return size, false, fault.New(fault.UnsupportedFormat, "want a WebP of a known kind, got another")
	}
	return image.Pt(int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1), bits>>28&1 != 0, nil
}

// number reads three bytes, least first.
func number(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

func cutShort() error {
	return fault.New(fault.DamagedImage, "want a complete WebP, got one that is cut short")
}

func damaged() error {
	return fault.New(fault.DamagedImage, "want a WebP, got one that cannot be decoded")
}
