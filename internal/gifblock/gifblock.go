// Package gifblock reads the blocks of a GIF (GIF89a specification, CompuServe 1990; section numbers are its own) and
// the palette indices in them, as tolerantly as browsers do. What looks at a GIF and what decodes it both use it, so
// that they never disagree.
package gifblock

import (
	"encoding/binary"
	"image"
)

// Disposal says what becomes of a picture before the next one is drawn (§23).
type Disposal byte

// The disposals. Those that the standard leaves undefined keep the picture.
const (
	Keep       Disposal = iota // the picture stays
	Background                 // its rectangle becomes transparent
	Previous                   // its rectangle becomes what it was
)

// Picture is one picture of the file: where it lies, what its indices mean, how long it is shown. Its slices point
// into the file.
type Picture struct {
	Rect        image.Rectangle // on the canvas; it may be empty, and a later picture may reach beyond the canvas
	Interlaced  bool
	Palette     []byte // red, green, blue of each colour; indices beyond it are black
	Transparent int    // the index that leaves the canvas as it is, -1 for none
	Delay       int    // hundredths of a second
	Disposal    Disposal
	Cut         bool // the file ends before the data does

	codeSize byte   // bits of a literal (§22, LZW minimum code size)
	data     []byte // the data sub-blocks (§15)
}

// MaxBeyond is by how many pixels a picture may be larger than the canvas and still be drawn in an animation.
const MaxBeyond = 1 << 24

// Beyond returns by how many pixels the picture is larger than a canvas of so many; false where nothing of it is drawn.
func (p *Picture) Beyond(canvas int) (int, bool) {
	n := max(0, p.Pixels()-canvas)
	return n, n <= MaxBeyond
}

// Pixels returns how many pixels the picture should have.
func (p *Picture) Pixels() int { return p.Rect.Dx() * p.Rect.Dy() }

// control is a graphic control extension (§23): it is about the next picture.
type control struct {
	transparent, delay int
	disposal           Disposal
}

var noControl = control{transparent: -1}

// Reader walks the blocks.
type Reader struct {
	screen  image.Point // the logical screen (§18)
	palette []byte      // the global colour table (§19)
	rest    []byte
	control control
	found   bool // a picture was read
	repeats int  // as the last application extension that says it
}

// Repeats returns how often the animation begins again after its first time, -1 for without end, as far as it was read.
func (r *Reader) Repeats() int { return r.repeats }

// headerSize is the signature (§17) and the screen descriptor.
const headerSize = 13

// NewReader reads the header. ok is false when it is cut short.
func NewReader(b []byte) (r *Reader, ok bool) {
	if len(b) < headerSize {
		return nil, false
	}
	r = &Reader{screen: point(b[6:]), control: noControl}
	r.palette, r.rest, ok = colours(b[10], b[headerSize:])
	return r, ok
}

// Canvas returns the size of the canvas. It is the logical screen; where the first picture reaches beyond that, it
// grows, as in browsers: some writers leave the screen at 0×0.
func (r *Reader) Canvas() image.Point {
	ahead := *r
	for p, ok := ahead.Next(); ok; p, ok = ahead.Next() {
		if !p.Rect.Empty() {
			return image.Pt(max(r.screen.X, p.Rect.Max.X), max(r.screen.Y, p.Rect.Max.Y))
		}
	}
	return r.screen
}

// Next returns the next picture; false at the trailer, at the end of the file and where it makes no sense any more.
func (r *Reader) Next() (p Picture, ok bool) {
	const extension, separator, trailer = 0x21, 0x2c, 0x3b
	stray := false
	for len(r.rest) > 0 {
		switch block := r.rest[0]; {
		case block == trailer:
			return Picture{}, false
		case block == extension && len(r.rest) > 1:
			if !r.extension() {
				return Picture{}, false
			}
		case block == separator:
			if p, ok = r.picture(); ok && stray {
				ok = !p.Rect.Empty() && p.Rect.In(image.Rectangle{Max: r.screen})
			}
			return p, ok
		case r.found: // bytes that belong to nothing end an animation,
			return Picture{}, false
		default: // in front of the first picture they are passed over
			stray, r.rest = true, r.rest[1:]
		}
	}
	return Picture{}, false
}

// extension takes an extension block (§23 to §26). Those that are not known here are skipped, as the standard wants.
// Of several graphic control extensions the last one counts.
func (r *Reader) extension() bool {
	const graphicControl, application, size = 0xf9, 0xff, 4
	label, b := r.rest[1], r.rest[2:]
	if label == application {
		r.loop(b)
	}
	if label == graphicControl && len(b) > size && b[0] >= size {
		flags := b[1]
		r.control = control{transparent: -1, delay: int(binary.LittleEndian.Uint16(b[2:]))}
		if flags&1 != 0 {
			r.control.transparent = int(b[4])
		}
		switch flags >> 2 & 7 {
		case 2:
			r.control.disposal = Background
		case 3, 4: // 4 is what old writers meant by bit 3
			r.control.disposal = Previous
		}
	}
	_, rest, whole := subBlocks(b)
	r.rest = rest
	return whole
}

// loop takes the number in the application extension of Netscape, which others wrote under another name. 0 is without
// end.
func (r *Reader) loop(b []byte) {
	const name, head, first = 11, 1 + 11, 1
	if len(b) < head+4 || b[0] != name || b[head] < 3 || b[head+1] != first {
		return
	}
	if s := string(b[1:head]); s != "NETSCAPE2.0" && s != "ANIMEXTS1.0" {
		return
	}
	r.repeats = int(binary.LittleEndian.Uint16(b[head+2:]))
	if r.repeats == 0 {
		r.repeats = -1
	}
}

// picture takes an image descriptor (§20), its colour table (§21) and its data (§22).
func (r *Reader) picture() (p Picture, ok bool) {
	const descriptor, interlaced, local = 10, 0x40, 0x80
	b := r.rest
	if len(b) < descriptor {
		return Picture{}, false
	}
	at, size, flags := point(b[1:]), point(b[5:]), b[9]
	p = Picture{
		Rect: image.Rectangle{Min: at, Max: at.Add(size)}, Interlaced: flags&interlaced != 0, Palette: r.palette,
		Transparent: r.control.transparent, Delay: r.control.delay, Disposal: r.control.disposal,
	}
	table, b, ok := colours(flags, b[descriptor:])
	if !ok || len(b) == 0 {
		return Picture{}, false
	}
	if flags&local != 0 {
		p.Palette = table
	}
	p.codeSize = b[0]
	var whole bool
	p.data, r.rest, whole = subBlocks(b[1:])
	p.Cut = !whole
	r.control, r.found = noControl, true
	return p, true
}

// colours takes the colour table that the flags of a screen (§18) or picture (§20) announce.
func colours(flags byte, b []byte) (table, rest []byte, ok bool) {
	if flags&0x80 == 0 {
		return nil, b, true
	}
	size := 3 << (flags&7 + 1)
	if size > len(b) {
		return nil, nil, false
	}
	return b[:size], b[size:], true
}

// subBlocks takes data sub-blocks (§15) with the empty one at their end. whole is false when the file ends before.
func subBlocks(b []byte) (blocks, rest []byte, whole bool) {
	for at := 0; at < len(b); at += 1 + int(b[at]) {
		if b[at] == 0 {
			return b[:at], b[at+1:], true
		}
	}
	return b, nil, false
}

func point(b []byte) image.Point {
	return image.Pt(int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:])))
}
