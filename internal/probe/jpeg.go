package probe

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"imagekit/internal/format"
	"imagekit/internal/icc"
)

// The markers of ITU-T T.81 table B.1 that matter here.
const (
	mTEM   = 0x01
	mSOF0  = 0xc0
	mSOF2  = 0xc2
	mDHT   = 0xc4
	mJPG   = 0xc8
	mSOF9  = 0xc9
	mSOF10 = 0xca
	mDAC   = 0xcc
	mSOF15 = 0xcf
	mRST0  = 0xd0
	mRST7  = 0xd7
	mSOI   = 0xd8
	mEOI   = 0xd9
	mSOS   = 0xda
	mDQT   = 0xdb
	mAPP0  = 0xe0
	mAPP1  = 0xe1
	mAPP2  = 0xe2
	mAPP14 = 0xee
)

// jpegHeader is what the segments before the first scan say.
type jpegHeader struct {
	info       Info
	frame      bool // a start of frame was seen
	components []component
	jfif       bool
	adobe      bool
	transform  byte // of the Adobe segment: 0 none, 1 YCbCr, 2 YCCK
	exif       bool
	profile    profileParts
	steps      [4]int // sums of the quantisation tables
}

// component is one channel as the start of frame describes it (T.81 §B.2.2).
type component struct{ id, h, v, table byte }

// readJPEG walks the segments up to the first scan, then counts the scans. A missing end of image is accepted, the
// decoder knows whether pixels are missing.
func readJPEG(b []byte, lim Limits) (Info, error) {
	h := jpegHeader{info: Info{Format: format.JPEG, Orientation: 1, Frames: 1, SubX: 1, SubY: 1}}
	rest := b[2:]
	for {
		marker, segment, after, err := nextSegment(rest)
		if err != nil {
			return Info{}, err
		}
		rest = after
		if marker == mSOS {
			h.firstScan(segment)
			break
		}
		if err := h.segment(marker, segment, lim); err != nil {
			return Info{}, err
		}
	}
	if !h.frame {
		return Info{}, damaged(format.JPEG, "a scan comes before the frame header")
	}
	if scans := countScans(rest, 1); scans > maxScans {
		return Info{}, refused(format.JPEG, maxScans, "scans")
	}
	h.colour()
	h.info.Quality = qualityOf(h.steps[h.components[0].table])
	return h.info, nil
}

// nextSegment returns the next marker that has a segment, its segment without the length, and what follows. Bytes
// that belong to no segment are skipped, as libjpeg does.
func nextSegment(b []byte) (marker byte, segment, rest []byte, err error) {
	marker, b = nextMarker(b)
	switch {
	case marker == 0 || len(b) < 2 && marker != mEOI:
		return 0, nil, nil, damaged(format.JPEG, "it is cut short before its first scan")
	case marker == mEOI:
		return 0, nil, nil, damaged(format.JPEG, "it ends before its first scan")
	case marker == mSOI, marker < mSOF0:
		return 0, nil, nil, damaged(format.JPEG, fmt.Sprintf("marker %#x in the header", marker))
	}
	size := int(binary.BigEndian.Uint16(b))
	if size < 2 {
		return 0, nil, nil, damaged(format.JPEG, fmt.Sprintf("segment %#x has a length of %d", marker, size))
	}
	if size > len(b) {
		return 0, nil, nil, damaged(format.JPEG, "it is cut short before its first scan")
	}
	return marker, b[2:size], b[size:], nil
}

// nextMarker returns the first marker in b other than those without a segment (TEM, RST) and what follows it;
// 0 when there is none.
func nextMarker(b []byte) (byte, []byte) {
	for {
		if len(b) > 0 && b[0] != 0xff {
			b = b[max(0, bytes.IndexByte(b, 0xff)):]
		}
		if len(b) < 2 || b[0] != 0xff {
			return 0, nil
		}
		switch m := b[1]; {
		case m == 0xff: // fill byte
			b = b[1:]
		case m == 0, m == mTEM, mRST0 <= m && m <= mRST7: // stuffed byte or no segment
			b = b[2:]
		default:
			return m, b[2:]
		}
	}
}

// countScans counts start of scan markers in what follows one, until more than maxScans are found.
func countScans(b []byte, n int) int {
	for n <= maxScans {
		var marker byte
		marker, b = nextMarker(b)
		switch {
		case marker == 0, marker == mEOI:
			return n
		case marker == mSOS:
			n++
		case marker < mSOF0: // reserved, has no segment: what follows is looked at
			continue
		}
		if len(b) < 2 {
			return n
		}
		b = b[min(len(b), int(binary.BigEndian.Uint16(b))):]
	}
	return n
}

// segment takes one segment of the header.
func (h *jpegHeader) segment(marker byte, b []byte, lim Limits) error {
	switch {
	case marker == mDHT, marker == mDAC:
	case mSOF0 <= marker && marker <= mSOF15:
		return h.start(marker, b, lim)
	case marker == mDQT:
		h.tables(b)
	case marker == mAPP0 && len(b) >= 14 && bytes.HasPrefix(b, []byte("JFIF\x00")):
		h.jfif = true
	case marker == mAPP1 && !h.exif && bytes.HasPrefix(b, []byte(exifHead)):
		h.exif = true
		h.info.Orientation = orientation(b)
	case marker == mAPP2:
		h.profile.add(b)
	case marker == mAPP14 && len(b) >= 12 && bytes.HasPrefix(b, []byte("Adobe")):
		h.adobe, h.transform = true, b[11]
	}
	return nil
}

// firstScan looks whether the first scan (T.81 §B.2.3) holds all components. If it does not, a decoder keeps the
// coefficients of the whole picture until it has met the others, as it does for progressive files.
func (h *jpegHeader) firstScan(b []byte) {
	if len(b) > 0 && int(b[0]) < len(h.components) {
		h.info.Progressive = true
	}
}

// start reads a start of frame (T.81 §B.2.2): baseline, extended and progressive, Huffman or arithmetic coded.
func (h *jpegHeader) start(marker byte, b []byte, lim Limits) error {
	switch {
	case marker == mSOF0, marker == mSOF0+1, marker == mSOF2, marker == mSOF9, marker == mSOF10:
	case marker == mJPG:
		return damaged(format.JPEG, "reserved marker 0xc8")
	case marker&3 == 3:
		return unsupported("a lossless JPEG")
	default:
		return unsupported("a hierarchical JPEG")
	}
	if h.frame {
		return damaged(format.JPEG, "it has two frame headers")
	}
	if len(b) < 6 || len(b) != 6+3*int(b[5]) {
		return damaged(format.JPEG, "its frame header has the wrong length")
	}
	if b[0] != 8 {
		return unsupported(fmt.Sprintf("a JPEG of %d bits per sample", b[0]))
	}
	height, width := binary.BigEndian.Uint16(b[1:]), binary.BigEndian.Uint16(b[3:])
	if err := checkSize(format.JPEG, int64(width), int64(height), lim); err != nil {
		return err
	}
	for c := b[6:]; len(c) > 0; c = c[3:] {
		h.components = append(h.components, component{c[0], c[1] >> 4, c[1] & 15, c[2] & 3})
	}
	for _, c := range h.components {
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 {
			return damaged(format.JPEG, fmt.Sprintf("sampling factors %d×%d", c.h, c.v))
		}
	}
	if n := len(h.components); n != 1 && n != 3 && n != 4 {
		return unsupported(fmt.Sprintf("a JPEG of %d channels", n))
	}
	h.frame = true
	h.info.Width, h.info.Height, h.info.Depth = int(width), int(height), 8
	h.info.Progressive = marker == mSOF2 || marker == mSOF10
	return nil
}

// colour derives colour model, subsampling and profile from all segments.
func (h *jpegHeader) colour() {
	h.info.Model = h.model()
	if h.info.Model == YCbCr {
		h.info.SubX, h.info.SubY = subsampling(h.components)
	}
	if h.profile.parts == nil {
		return
	}
	if profile, ok := h.profile.join(); ok {
		h.info.setProfile(profile)
	} else {
		h.info.ICC = icc.Invalid
	}
}

// model decides as libjpeg does (default_decompress_parms): JFIF means YCbCr, then the Adobe transform counts, then
// the component names.
func (h *jpegHeader) model() Model {
	switch len(h.components) {
	case 1:
		return Gray
	case 4:
		if h.adobe && h.transform != 0 {
			return YCCK
		}
		return CMYK
	}
	c := h.components
	named := c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B'
	if !h.jfif && (h.adobe && h.transform == 0 || !h.adobe && named) {
		return RGB
	}
	return YCbCr
}

// subsampling returns how many luma samples stand on one chroma sample in each direction. Both are 1 also for
// samplings without a common name (chroma planes of unequal size, ratios of 3 or 4/3, chroma finer than luma).
func subsampling(c []component) (x, y int) {
	luma, cb, cr := c[0], c[1], c[2]
	if cb.h != cr.h || cb.v != cr.v || luma.h%cb.h != 0 || luma.v%cb.v != 0 || luma.h/cb.h == 3 || luma.v/cb.v == 3 {
		return 1, 1
	}
	return int(luma.h / cb.h), int(luma.v / cb.v)
}

// profileParts collects the APP2 segments that hold an ICC profile (ICC.1:2022 Annex B.4): a name, the number of the
// part from 1, the number of parts, then the bytes.
type profileParts struct {
	parts map[byte][]byte
	count byte
	size  int
	bad   bool
}

const profileHead = "ICC_PROFILE\x00"

func (p *profileParts) add(segment []byte) {
	if len(segment) < len(profileHead)+2 || !bytes.HasPrefix(segment, []byte(profileHead)) {
		return
	}
	number, count, part := segment[len(profileHead)], segment[len(profileHead)+1], segment[len(profileHead)+2:]
	if p.parts == nil {
		p.parts, p.count = make(map[byte][]byte), count
	}
	_, twice := p.parts[number]
	p.size += len(part)
	if twice || count != p.count || number < 1 || number > count || p.size > maxProfile {
		p.bad = true
		return
	}
	p.parts[number] = part
}

// join returns the whole profile, unless parts are missing, doubled or too many.
func (p *profileParts) join() (profile []byte, ok bool) {
	if p.bad || len(p.parts) != int(p.count) {
		return nil, false
	}
	profile = make([]byte, 0, p.size)
	for number := range int(p.count) {
		profile = append(profile, p.parts[byte(number+1)]...)
	}
	return profile, true
}
