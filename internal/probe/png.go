package probe

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"imagekit/internal/cicp"
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
	entries   int    // of it
	data      bool   // IDAT was seen
	exif      bool   // eXIf was seen
	trns      bool   // tRNS was seen
	colour    byte   // colour type
	depth     byte   // bits per sample
	profile   []byte // iCCP as stored, compressed
	srgb      bool
	gamma     float64 // gAMA, 0 when it was not seen
	points    *icc.Chromaticities
	ancillary int // chunks that hold no pixels
	frames    int64
}

// readPNG walks all chunks. Text is never inflated; beyond maxChunks chunks without pixels the file is refused. What is
// cut or senseless behind the pixels costs nothing; whether they are all there, the decoder knows.
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
		if size+8 > int64(len(rest)) && p.data && kind != "IDAT" {
			break
		}
		if size+8 > int64(len(rest)) {
			return Info{}, damaged(format.PNG, fmt.Sprintf("it is cut short in a chunk %q", kind))
		}
		if err := p.chunk(kind, rest[8:8+size], rest[4:]); err != nil {
			return Info{}, err
		}
		rest = rest[min(size+12, int64(len(rest))):]
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
	p.colour, p.depth = b[9], depth
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
		return colour == 0 || colour == pngColour || colour == pngPalette || colour == pngAlpha ||
			colour == pngAlpha|pngColour
	case 16:
		return colour == 0 || colour == pngColour || colour == pngAlpha || colour == pngAlpha|pngColour
	}
	return false
}

// chunk takes one chunk after the header: its data, and all from its type on, for its checksum.
func (p *pngReader) chunk(kind string, b, typed []byte) error {
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
	if p.data {
		return nil
	}
	if whole := 4 + len(b); len(typed) < whole+4 ||
		crc32.ChecksumIEEE(typed[:whole]) != binary.BigEndian.Uint32(typed[whole:]) {
		return nil // as if it were not there; the decoder wants a sound PLTE
	}
	return p.early(kind, b)
}

// early takes a chunk that counts only in front of the pixels (§5.6). Of several of a kind the first one counts.
func (p *pngReader) early(kind string, b []byte) error {
	switch {
	case kind == "PLTE" && !p.palette:
		p.palette, p.entries = true, len(b)/3
	case kind == "tRNS" && !p.trns:
		p.transparency(b)
	case kind == "iCCP" && p.profile == nil:
		p.profile = b
	case kind == "sRGB":
		p.srgb = true
	case kind == "gAMA" && len(b) == 4 && p.gamma == 0:
		if gamma := binary.BigEndian.Uint32(b); gamma < 1<<31 {
			p.gamma = float64(gamma) / 100_000
		}
	case kind == "cHRM" && len(b) == 32 && p.points == nil:
		p.points = new(icc.Chromaticities)
		for i := range p.points {
			p.points[i] = float64(binary.BigEndian.Uint32(b[4*i:])) / 100_000
		}
	case kind == "cICP" && len(b) == 4:
		p.info.CICP = CICP{Primaries: b[0], Transfer: b[1], Matrix: b[2], FullRange: b[3] == 1}
	case kind == "eXIf" && !p.exif:
		p.exif, p.info.Orientation = true, orientation(b)
	case kind == "acTL" && len(b) == 8:
		frames := int64(binary.BigEndian.Uint32(b))
		p.info.Frames = int(max(1, frames))
		return checkFrames(frames)
	}
	return nil
}

// transparency takes a tRNS chunk (§11.3.1.1). It counts behind the palette alone, and as a grey only where samples can
// have its value; of 8 bits the low byte is compared.
func (p *pngReader) transparency(b []byte) {
	switch {
	case p.colour == pngPalette && p.entries > 0:
		b = b[:min(len(b), p.entries)]
		p.trns, p.info.Alpha = true, len(b) > 0 && slices.Min(b) < 0xff
	case p.colour == 0 && len(b) >= 2:
		p.trns, p.info.Alpha = true, p.depth >= 8 || binary.BigEndian.Uint16(b)>>p.depth == 0
	case p.colour == pngColour && len(b) >= 6:
		p.trns, p.info.Alpha = true, true
	}
}

// setColour chooses what says the meaning of the colours, as browsers do (§4.3): cICP, else iCCP, else sRGB, else gAMA
// with or without cHRM. One that cannot be used is passed over.
func (p *pngReader) setColour() {
	if c := p.info.CICP; cicp.Stated(c.Primaries) && cicp.Stated(c.Transfer) {
		return
	}
	if p.profile != nil {
		p.info.ICC = icc.Invalid
		if profile, ok := inflateProfile(p.profile); ok {
			p.info.setProfile(profile)
		}
	}
	switch usable := p.info.ICC != icc.None && p.info.ICC != icc.Invalid; {
	case usable:
	case p.srgb:
		p.info.ICC = icc.SRGB
	case p.gamma > 0:
		if made := icc.FromGamma(p.gamma, p.points, p.info.Model == Gray); made != nil {
			p.info.setProfile(made)
		}
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
