package png

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
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

// header is what the image header says (PNG third edition §11.2.1), and whether a tRNS chunk makes an alpha plane.
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

// stripper copies a file without what makes no pixels.
type stripper struct {
	header  header
	kept    []byte
	entries int      // of the palette
	trns    bool     // a tRNS was taken
	pixels  [][]byte // the data of the IDAT chunks
	doubt   bool     // the checksum of one is wrong or missing
}

// strip walks the chunks and returns the header with a copy of the file that holds only what makes pixels: IHDR, PLTE,
// tRNS, IDAT, IEND. Text, profiles and everything else never reach C, where one small compressed chunk can cost
// seconds. The copy always has its IEND.
//
// As in browsers, what is cut or senseless behind the pixels is no damage, and a tRNS with a wrong checksum is passed
// over. Pixels whose checksum is wrong or cut off are taken when the checksum of their zlib stream is right.
func strip(src []byte) (header, []byte, error) {
	if len(src) < len(signature) || string(src[:len(signature)]) != signature {
		return header{}, nil, fault.New(fault.NotAnImage, "want a PNG signature")
	}
	at := len(signature)
	first, err := next(src[at:])
	if err == nil && first.kind != "IHDR" {
		err = damaged("want IHDR as the first chunk, got %q", first.kind)
	}
	if err != nil {
		return header{}, nil, err
	}
	s := stripper{}
	if s.header, err = parseHeader(first); err != nil {
		return header{}, nil, err
	}
	at += first.size
	s.kept = append(make([]byte, 0, len(src)+len(end)), src[:at]...)
	for at < len(src) {
		c, err := next(src[at:])
		if err != nil && s.pixels != nil && c.kind != "IDAT" || c.kind == "IEND" {
			break
		}
		if err == nil {
			err = s.take(c)
		}
		if err != nil {
			return header{}, nil, err
		}
		at += c.size
	}
	if s.doubt && !whole(s.pixels, s.header) {
		return header{}, nil, damaged("the checksums of its pixels are wrong")
	}
	return s.header, append(s.kept, end...), nil
}

// take keeps what makes pixels of a chunk behind the header.
func (s *stripper) take(c part) error {
	switch before := s.pixels == nil; {
	case c.kind == "IDAT":
		s.pixels = append(s.pixels, c.data)
		s.doubt = s.doubt || !c.sound
		s.keep(c.kind, c.data)
	case !before:
	case c.kind == "PLTE":
		if !c.sound {
			return damaged("the checksum of its palette is wrong")
		}
		if s.header.color == palette && s.entries == 0 {
			s.entries = len(c.data) / 3
			s.keep(c.kind, c.data[:3*s.entries])
		}
	case c.kind == "tRNS" && c.sound && !s.trns:
		s.transparent(c.data)
	case c.kind[0]&0x20 == 0: // an upper-case first letter: the picture cannot be understood without it
		return fault.New(fault.UnsupportedFormat, "the critical PNG chunk %q is not supported", c.kind)
	}
	return nil
}

// transparent takes a tRNS chunk (§11.3.1.1), as the header reader does. A palette whose entries are all opaque calls
// for no alpha plane, and neither does a grey that samples of so few bits cannot have.
func (s *stripper) transparent(b []byte) {
	h := &s.header
	switch {
	case h.color == palette && s.entries > 0:
		b = b[:min(len(b), s.entries)]
		s.trns, h.transparency = true, len(b) > 0 && slices.Min(b) < 0xff
	case h.color == gray && len(b) >= 2:
		b = b[:2]
		s.trns, h.transparency = true, h.depth >= 8 || binary.BigEndian.Uint16(b)>>h.depth == 0
	case h.color == rgb && len(b) >= 6:
		b = b[:6]
		s.trns, h.transparency = true, true
	}
	if h.transparency {
		s.keep("tRNS", b)
	}
}

// keep writes a chunk; nobody reads its checksum again.
func (s *stripper) keep(kind string, data []byte) {
	s.kept = binary.BigEndian.AppendUint32(s.kept, uint32(len(data)))
	s.kept = append(append(s.kept, kind...), data...)
	s.kept = append(s.kept, 0, 0, 0, 0)
}

// part is a chunk.
type part struct {
	kind  string
	data  []byte
	sound bool // its checksum is there and right (§5.5)
	size  int  // in the file, with what is missing of its checksum
}

// next returns the first chunk in b. Its data must be there, its checksum need not; what is known of a chunk that is
// cut short comes with the error.
func next(b []byte) (part, error) {
	const head, sum = 8, 4
	if len(b) < head {
		return part{}, damaged("want a chunk of at least %d bytes, got %d", head+sum, len(b))
	}
	size := int64(binary.BigEndian.Uint32(b))
	c := part{kind: string(b[4:8])}
	if head+size > int64(len(b)) {
		return c, damaged("chunk cut short: want %d bytes, got %d", head+size+sum, len(b))
	}
	c.data, c.size = b[head:head+size], head+int(size)+sum
	if c.size <= len(b) {
		c.sound = crc32.ChecksumIEEE(b[4:head+size]) == binary.BigEndian.Uint32(b[head+size:])
	}
	return c, nil
}

// whole reports whether the zlib stream of the pixels ends with the right checksum (RFC 1950). It inflates them, which
// only files pay for whose own checksums are wrong, and no more than twice what such a picture can have.
func whole(pixels [][]byte, h header) bool {
	readers := make([]io.Reader, len(pixels))
	for i, p := range pixels {
		readers[i] = bytes.NewReader(p)
	}
	z, err := zlib.NewReader(io.MultiReader(readers...))
	if err != nil {
		return false
	}
	most := int64(h.width*h.depth*4/8+16) * int64(h.height+16) * 2
	n, err := io.Copy(io.Discard, io.LimitReader(z, most))
	return err == nil && n < most
}

// parseHeader reads an IHDR chunk. Which depth goes with which colour type is left to the library.
func parseHeader(c part) (header, error) {
	b := c.data
	if len(b) != 13 {
		return header{}, damaged("want 13 bytes in IHDR, got %d", len(b))
	}
	if !c.sound {
		return header{}, damaged("the checksum of IHDR is wrong")
	}
	w, h := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if w == 0 || h == 0 {
		return header{}, damaged("want a size of at least 1×1, got %d×%d", w, h)
	}
	if uint64(w)*uint64(h) > maxPixels {
		return header{}, fault.New(fault.TooManyPixels, "want at most %d pixels, got %d×%d", maxPixels, w, h)
	}
	return header{
		width: int(w), height: int(h),
		depth: int(b[8]), color: b[9], interlaced: b[12] != 0,
	}, nil
}

func damaged(format string, args ...any) error {
	return fault.New(fault.DamagedImage, "PNG: "+format, args...)
}
