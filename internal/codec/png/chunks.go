package png

import (
	"encoding/binary"
	"hash/crc32"
	"slices"

	"imagekit/internal/fault"
)

const (
	signature = "\x89PNG\r\n\x1a\n"
	end       = "\x00\x00\x00\x00IEND\xae\x42\x60\x82"
)

// The colour types of PNG (third edition §11.2.1).
const (
	gray      = 0
	rgb       = 2
	palette   = 3
	grayAlpha = 4
	rgbAlpha  = 6
)

// maxPixels is this decoder's own ceiling. The operator's limit is enforced long before; this one keeps the
// arithmetic of sizes far from overflow whoever calls.
const maxPixels = 1 << 28

// header is what the image header says (PNG third edition §11.2.1), and whether a tRNS chunk was seen.
type header struct {
	width, height int
	depth         int
	color         byte
	interlaced    bool
	transparency  bool
}

// alpha reports whether the picture has an alpha plane: a channel of its own or a tRNS chunk.
func (h header) alpha() bool {
	return h.color == grayAlpha || h.color == rgbAlpha || h.transparency
}

// transparent reports whether a tRNS chunk with this data calls for an alpha plane. A palette whose entries are all
// opaque does not.
func (h header) transparent(trns []byte) bool {
	switch h.color {
	case gray, rgb:
		return true
	case palette:
		return len(trns) > 0 && slices.Min(trns) < 0xff
	}
	return false
}

// strip walks the chunks and returns the header with a copy of the file that holds only what makes pixels: IHDR,
// PLTE, tRNS, IDAT, IEND. Text, profiles and everything else never reach C, where one small compressed chunk can
// cost seconds. The copy always has its IEND. A wrong checksum and a chunk cut short are damage; a missing IEND and
// bytes after it are not. A tRNS is used whatever its checksum: the alpha plane it promises must come.
func strip(src []byte) (header, []byte, error) {
	if len(src) < len(signature) || string(src[:len(signature)]) != signature {
		return header{}, nil, fault.New(fault.NotAnImage, "want a PNG signature")
	}
	at := len(signature)
	kind, chunk, err := next(src[at:])
	if err == nil && kind != "IHDR" {
		err = damaged("want IHDR as the first chunk, got %q", kind)
	}
	if err != nil {
		return header{}, nil, err
	}
	h, err := parseHeader(chunk)
	if err != nil {
		return header{}, nil, err
	}
	at += len(chunk)
	kept := append(make([]byte, 0, len(src)+len(end)), src[:at]...)
	for pixels := false; at < len(src) && kind != "IEND"; at += len(chunk) {
		if kind, chunk, err = next(src[at:]); err != nil {
			return header{}, nil, err
		}
		switch {
		case kind == "IDAT":
			pixels, err = true, verify(chunk)
		case kind == "PLTE" && !pixels:
			err = verify(chunk)
		case kind == "tRNS" && !pixels:
			h.transparency = h.transparent(chunk[8 : len(chunk)-4])
		case kind == "PLTE", kind == "IEND", kind[0]&0x20 != 0:
			continue
		default: // an upper-case first letter: the picture cannot be understood without it
			return header{}, nil, fault.New(fault.UnsupportedFormat, "the critical PNG chunk %q is not supported", kind)
		}
		if err != nil {
			return header{}, nil, err
		}
		kept = append(kept, chunk...)
	}
	return h, append(kept, end...), nil
}

// next returns the type of the first chunk in b and the whole chunk: length, type, data, CRC.
func next(b []byte) (kind string, chunk []byte, err error) {
	const frame = 12 // length, type and CRC
	if len(b) < frame {
		return "", nil, damaged("want a chunk of at least %d bytes, got %d", frame, len(b))
	}
	size := int64(binary.BigEndian.Uint32(b)) + frame
	if size > int64(len(b)) {
		return "", nil, damaged("chunk cut short: want %d bytes, got %d", size, len(b))
	}
	return string(b[4:8]), b[:size], nil
}

// verify checks a whole chunk's CRC (PNG third edition §5.5).
func verify(chunk []byte) error {
	data, sum := chunk[4:len(chunk)-4], binary.BigEndian.Uint32(chunk[len(chunk)-4:])
	if got := crc32.ChecksumIEEE(data); got != sum {
		return damaged("checksum of %s: want %08x, got %08x", data[:4], sum, got)
	}
	return nil
}

// parseHeader reads an IHDR chunk. Which depth goes with which colour type is left to the library.
func parseHeader(chunk []byte) (header, error) {
	if len(chunk) != 12+13 {
		return header{}, damaged("want 13 bytes in IHDR, got %d", len(chunk)-12)
	}
	if err := verify(chunk); err != nil {
		return header{}, err
	}
	w, h := binary.BigEndian.Uint32(chunk[8:]), binary.BigEndian.Uint32(chunk[12:])
	if w == 0 || h == 0 {
		return header{}, damaged("want a size of at least 1×1, got %d×%d", w, h)
	}
	if uint64(w)*uint64(h) > maxPixels {
		return header{}, fault.New(fault.TooManyPixels, "want at most %d pixels, got %d×%d", maxPixels, w, h)
	}
	return header{
		width: int(w), height: int(h),
		depth: int(chunk[16]), color: chunk[17], interlaced: chunk[20] != 0,
	}, nil
}

func damaged(format string, args ...any) error {
	return fault.New(fault.DamagedImage, "PNG: "+format, args...)
}
