//go:build !cgo

package jpeg

import (
	"bytes"
	"encoding/binary"

	"imagekit/internal/fault"
)

// The markers of T.81 table B.1 that matter here.
const (
	mTEM   = 0x01
	mSOF0  = 0xC0
	mSOF2  = 0xC2
	mDHT   = 0xC4
	mSOF9  = 0xC9
	mSOF10 = 0xCA
	mDAC   = 0xCC
	mSOF15 = 0xCF
	mRST0  = 0xD0
	mRST7  = 0xD7
	mSOI   = 0xD8
	mEOI   = 0xD9
	mSOS   = 0xDA
	mAPP0  = 0xE0
	mAPP14 = 0xEE
	mAPP15 = 0xEF
	mCOM   = 0xFE
)

// maxScans bounds what a picture of many scans costs: each is a pass over all coefficients. Real files have about ten.
const maxScans = 100

// census is what the markers of a file say. The standard library does not say which pixels it has met no data for.
type census struct {
	sof    byte
	width  int
	height int
	bits   int       // of a sample
	parts  []channel // channels
	scans  int
	adobe  bool // Adobe's marker is there
	ycc    bool // and says that three channels are YCbCr
	ended  bool // the end marker is missing
}

// channel is a channel: its sampling factors, and how many bits of each coefficient are still missing.
type channel struct {
	id, h, v byte
	table    byte // of quantizers
	seen     bool
	missing  [64]byte
}

// count walks the markers of a file.
func count(src []byte) (c census, err error) {
	if len(src) < 4 || src[0] != 0xFF || src[1] != mSOI {
		return c, damaged("it does not begin as a JPEG")
	}
	for b := src[2:]; ; {
		var marker byte
		marker, b = nextMarker(b)
		switch {
		case marker == mEOI:
			return c, nil
		case marker == 0 || len(b) < 2:
			c.ended = true
			return c, nil
		}
		size := int(binary.BigEndian.Uint16(b))
		if size < 2 || size > len(b) {
			c.ended = true
			return c, nil
		}
		if err := c.segment(marker, b[2:size]); err != nil {
			return c, err
		}
		b = b[size:]
	}
}

// nextMarker returns the first marker in b that has a segment, or the end, and what follows it; 0 when there is none.
func nextMarker(b []byte) (byte, []byte) {
	for {
		b = b[max(0, bytes.IndexByte(b, 0xFF)):]
		if len(b) < 2 || b[0] != 0xFF {
			return 0, nil
		}
		switch m := b[1]; {
		case m == 0xFF:
			b = b[1:]
		case m == 0, m == mTEM, mRST0 <= m && m <= mRST7:
			b = b[2:]
		default:
			return m, b[2:]
		}
	}
}

// segment takes one segment.
func (c *census) segment(marker byte, b []byte) error {
	switch {
	case marker == mDHT, marker == mDAC:
	case mSOF0 <= marker && marker <= mSOF15:
		return c.start(marker, b)
	case marker == mSOS:
		return c.scan(b)
	case marker == mAPP14 && len(b) >= 12 && bytes.HasPrefix(b, []byte("Adobe")):
		c.adobe, c.ycc = true, b[11] != 0
	}
	return nil
}

// start takes a frame header (§B.2.2).
func (c *census) start(marker byte, b []byte) error {
	if c.parts != nil || len(b) < 6 || len(b) != 6+3*int(b[5]) {
		return damaged("its frame header is wrong")
	}
	c.sof, c.bits = marker, int(b[0])
	c.height, c.width = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	for p := b[6:]; len(p) > 0; p = p[3:] {
		part := channel{id: p[0], h: p[1] >> 4, v: p[1] & 15, table: p[2]}
		for i := range part.missing {
			part.missing[i] = 255
		}
		c.parts = append(c.parts, part)
	}
	return c.supported()
}

// supported refuses what is no JPEG of today, and what the standard library does not read.
func (c *census) supported() error {
	n := len(c.parts)
	switch {
	case c.width == 0 || c.height == 0:
		return damaged("its frame header is wrong")
	case c.bits != 8 || n != 1 && n != 3 && n != 4,
		c.sof > mSOF2 && c.sof != mSOF9 && c.sof != mSOF10:
		return fault.New(fault.UnsupportedFormat, "want a JPEG of 8 bits in grey, YCbCr, RGB, CMYK or YCCK, got another "+
			"(%d bits, %d channels, frame marker %#x)", c.bits, n, c.sof)
	case c.sof == mSOF9 || c.sof == mSOF10:
		return fault.New(fault.EngineLacks, "the portable engine reads no JPEG with arithmetic coding")
	case c.width*c.height > maxPixels:
		return fault.New(fault.TooManyPixels, "want at most %d pixels, got %d×%d", maxPixels, c.width, c.height)
	}
	return nil
}

// maxPixels is this decoder's own ceiling; the operator's is enforced long before.
const maxPixels = 1 << 28

// scan takes a scan header (§B.2.3).
func (c *census) scan(b []byte) error {
	if c.scans++; c.scans > maxScans {
		return damaged("it has more than %d scans", maxScans)
	}
	if len(b) < 4 || len(b) != 4+2*int(b[0]) {
		return damaged("a scan header is wrong")
	}
	first, last, low := 0, 63, byte(0)
	if c.sof == mSOF2 {
		first, last, low = int(b[len(b)-3]), int(b[len(b)-2]), b[len(b)-1]&15
	}
	if first > last || last > 63 {
		return damaged("a scan header is wrong")
	}
	for s := b[1 : 1+2*int(b[0])]; len(s) > 0; s = s[2:] {
		for i := range c.parts {
			if p := &c.parts[i]; p.id == s[0] {
				p.seen = true
				for k := first; k <= last; k++ {
					p.missing[k] = low
				}
			}
		}
	}
	return nil
}

// complete refuses a file whose scans do not tell everything: a channel without one or, where the file has lost its
// end, coefficients that began to come and did not.
func (c *census) complete() error {
	if c.parts == nil {
		return damaged("it has no frame header")
	}
	for _, p := range c.parts {
		if !p.seen {
			return cutShort("a channel without a scan")
		}
		for _, bits := range p.missing {
			if c.ended && bits != 0 && bits != 255 {
				return cutShort("scans are missing")
			}
		}
	}
	return nil
}

func damaged(format string, args ...any) error {
	return fault.New(fault.DamagedImage, "want a JPEG, got one that cannot be decoded: "+format, args...)
}

func cutShort(why string) error {
	return fault.New(fault.DamagedImage, "want a complete JPEG, got one with pixels missing (%s)", why)
}
