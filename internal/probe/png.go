package probe

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"imagekit/internal/format"
	"imagekit/internal/icc"
)

// The colour types of PNG (PNG 3rd ed. §11.2.1), sums of palette 1, colour 2 and alpha 4.
const (
	pngPalette = 3
	pngColour  = 2
	pngAlpha   = 4
)

// pngReader walks the chunks of a PNG.
type pngReader struct {
	info      Info
	palette   bool   // PLTE was seen
	data      bool   // IDAT was seen
	exif      bool   // eXIf was seen
	colour    byte   // colour type
	profile   []byte // iCCP as stored, compressed
	srgb      bool
	ancillary int // chunks that hold no pixels
	frames    int64
}

// readPNG walks all chunks. Text is never inflated; beyond maxChunks chunks without pixels the file is refused.
// gAMA and cHRM are not read: where they differ from sRGB, other readers mostly ignore them too.
func readPNG(b []byte, lim Limits) (Info, error) {
	const signature, header = 8, 8 + 13 + 4
	rest := b[signature:]
	p := pngReader{info: Info{Format: format.PNG, Orientation: 1, Frames: 1, SubX: 1, SubY: 1, Lossless: true}}
	if len(rest) < header || string(rest[:8]) != "\x00\x00\x00\x0dIHDR" {
		return Info{}, damaged(format.PNG, "it does not begin with a whole IHDR chunk")
	}
	if crc32.ChecksumIEEE(rest[4:21]) != binary.BigEndian.Uint32(rest[21:]) {
		return Info{}, damaged(format.PNG, "the checksum of its IHDR chunk is wrong")
	}
	if err := p.header(rest[8:21], lim); err != nil {
		return Info{}, err
	}
	for rest = rest[header:]; len(rest) >= 8; {
		kind, size := string(rest[4:8]), int64(binary.BigEndian.Uint32(rest))
		if kind == "IEND" {
			break
		}
		if size+12 > int64(len(rest)) {
			return Info{}, damaged(format.PNG, fmt.Sprintf("it is cut short in a chunk %q", kind))
		}
		if err := p.chunk(kind, rest[8:8+size]); err != nil {
			return Info{}, err
		}
		rest = rest[size+12:]
	}
	if !p.data {
		return Info{}, damaged(format.PNG, "it has no pixels (no IDAT chunk)")
	}
	p.setColour()
	return p.info, nil
}

// header reads the IHDR chunk.
func (p *pngReader) header(b []byte, lim Limits) error {
	width, height := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	depth, interlace := b[8], b[12]
	p.colour = b[9]
	if !pngDepth(p.colour, depth) {
		return damaged(format.PNG, fmt.Sprintf("colour type %d with %d bits", p.colour, depth))
	}
	if b[10] != 0 || b[11] != 0 || interlace > 1 {
		return damaged(format.PNG, fmt.Sprintf("compression %d, filter %d, interlace %d", b[10], b[11], interlace))
	}
	if err := checkSize(format.PNG, int64(width), int64(height), lim); err != nil {
		return err
	}
	p.info.Width, p.info.Height = int(width), int(height)
	p.info.Depth = max(8, int(depth))
	p.info.Progressive = interlace == 1
	p.info.Alpha = p.colour&pngAlpha != 0
	p.info.Model = Gray
	if p.colour&pngColour != 0 {
		p.info.Model = RGB
	}
	return nil
}

// pngDepth reports whether the standard allows a colour type with so many bits per sample.
func pngDepth(colour, depth byte) bool {
	switch depth {
	case 1, 2, 4:
		return colour == 0 || colour == pngPalette
	case 8:
		return colour == 0 || colour == pngColour || colour == pngPalette || colour == pngAlpha || colour == pngAlpha|pngColour
	case 16:
		return colour == 0 || colour == pngColour || colour == pngAlpha || colour == pngAlpha|pngColour
	}
	return false
}

// chunk takes one chunk after the header.
func (p *pngReader) chunk(kind string, b []byte) error {
	switch kind {
	case "IDAT":
		if p.colour == pngPalette && !p.palette {
			return damaged(format.PNG, "its palette is missing")
		}
		p.data = true
		return nil
	case "fdAT":
		return nil
	case "fcTL":
		p.frames++
		return checkFrames(p.frames)
	}
	if p.ancillary++; p.ancillary > maxChunks {
		return refused(format.PNG, maxChunks, "chunks that hold no pixels")
	}
	if !p.data {
		return p.early(kind, b)
	}
	if kind == "eXIf" {
		p.setOrientation(b)
	}
	return nil
}

// early takes a chunk that counts only in front of the pixels (§5.6), and eXIf, which may stand anywhere.
func (p *pngReader) early(kind string, b []byte) error {
	switch {
	case kind == "PLTE":
		p.palette = true
	case kind == "tRNS" && p.colour == pngPalette:
		p.info.Alpha = len(b) > 0 && slices.Min(b) < 0xff
	case kind == "tRNS":
		p.info.Alpha = true
	case kind == "iCCP" && p.profile == nil:
		p.profile = b
	case kind == "sRGB":
		p.srgb = true
	case kind == "cICP" && len(b) == 4:
		p.info.CICP = CICP{Primaries: b[0], Transfer: b[1], Matrix: b[2], FullRange: b[3] == 1}
	case kind == "eXIf":
		p.setOrientation(b)
	case kind == "acTL" && len(b) == 8:
		frames := int64(binary.BigEndian.Uint32(b))
		p.info.Frames = int(max(1, frames))
		return checkFrames(frames)
	}
	return nil
}

func (p *pngReader) setOrientation(exif []byte) {
	if !p.exif {
		p.exif, p.info.Orientation = true, orientation(exif)
	}
}

// setColour chooses between iCCP and sRGB: the first wins (§13.13 table 30).
func (p *pngReader) setColour() {
	switch profile, ok := inflateProfile(p.profile); {
	case p.profile == nil && p.srgb:
		p.info.ICC = icc.SRGB
	case p.profile == nil:
	case ok:
		p.info.setProfile(profile)
	default:
		p.info.ICC = icc.Invalid
	}
}

// inflateProfile reads an iCCP chunk (§11.3.2.3): a name of 1 to 79 bytes, NUL, method 0, then zlib data. It inflates
// no more than the size that the profile's own header states, so a bomb ends after 128 bytes.
func inflateProfile(chunk []byte) (profile []byte, ok bool) {
	const iccHeader = 128
	name := bytes.IndexByte(chunk, 0)
	if name < 1 || name > 79 || len(chunk) < name+2 || chunk[name+1] != 0 {
		return nil, false
	}
	z, err := zlib.NewReader(bytes.NewReader(chunk[name+2:]))
	if err != nil {
		return nil, false
	}
	profile = make([]byte, iccHeader)
	if _, err := io.ReadFull(z, profile); err != nil {
		return nil, false
	}
	size := binary.BigEndian.Uint32(profile)
	if size < iccHeader || size > maxProfile {
		return nil, false
	}
	profile = append(profile, make([]byte, size-iccHeader)...)
	if _, err := io.ReadFull(z, profile[iccHeader:]); err != nil {
		return nil, false
	}
	return profile, true
}
