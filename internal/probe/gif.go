package probe

import (
	"encoding/binary"
	"image"

	"imagekit/internal/format"
)

// gifReader walks the blocks of a GIF (GIF89a specification; section numbers below are its own).
type gifReader struct {
	info        Info
	frames      int64
	transparent bool // the last graphic control extension names a transparent colour
}

// readGIF walks the blocks and counts the pictures. The first must be whole; what is cut or senseless after it ends the
// walk, as in browsers. The picture is the logical screen.
func readGIF(b []byte, lim Limits) (Info, error) {
	g := gifReader{info: Info{
		Format: format.GIF, Orientation: 1, Model: RGB, Depth: 8, SubX: 1, SubY: 1, Lossless: true,
	}}
	const signature, screen = 6, 7
	if len(b) < signature+screen {
		return Info{}, damaged(format.GIF, "it is cut short in its header")
	}
	g.info.Width = int(binary.LittleEndian.Uint16(b[6:]))
	g.info.Height = int(binary.LittleEndian.Uint16(b[8:]))
	if err := checkSize(format.GIF, int64(g.info.Width), int64(g.info.Height), lim); err != nil {
		return Info{}, err
	}
	rest, ok := skip(b, signature+screen+colourTable(b[10]))
	for ok && len(rest) > 0 {
		if rest, ok = g.block(rest); ok {
			if err := checkFrames(g.frames); err != nil {
				return Info{}, err
			}
		}
	}
	if g.frames == 0 {
		return Info{}, damaged(format.GIF, "it has no whole picture")
	}
	g.info.Frames = int(g.frames)
	return g.info, nil
}

// block takes one block and returns what follows it; ok is false at the trailer, at a block that is cut short and at
// one that is unknown.
func (g *gifReader) block(b []byte) (rest []byte, ok bool) {
	const extension, picture, graphicControl = 0x21, 0x2c, 0xf9
	switch {
	case b[0] == extension && len(b) >= 2:
		if b[1] == graphicControl && len(b) >= 4 && b[2] == 4 { // §23
			g.transparent = b[3]&1 != 0
		}
		return subBlocks(b[2:])
	case b[0] == picture && len(b) >= 10:
		return g.picture(b[1:])
	}
	return nil, false
}

// picture takes an image descriptor (§20), its colour table and its data (§22).
func (g *gifReader) picture(b []byte) (rest []byte, ok bool) {
	const descriptor, codeSize, interlaced = 9, 1, 0x40
	rest, ok = skip(b, descriptor+colourTable(b[8])+codeSize)
	if !ok {
		return nil, false
	}
	if rest, ok = subBlocks(rest); !ok {
		return nil, false
	}
	if g.frames++; g.frames == 1 {
		at := image.Pt(int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:])))
		size := image.Pt(int(binary.LittleEndian.Uint16(b[4:])), int(binary.LittleEndian.Uint16(b[6:])))
		covered := image.Rectangle{Min: at, Max: at.Add(size)}
		g.info.Alpha = g.transparent || !image.Rect(0, 0, g.info.Width, g.info.Height).In(covered)
		g.info.Progressive = b[8]&interlaced != 0
	}
	return rest, true
}

// colourTable returns the bytes of the colour table that the flags of a screen (§18) or picture announce.
func colourTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// subBlocks skips data sub-blocks (§15) with the empty one at their end.
func subBlocks(b []byte) (rest []byte, ok bool) {
	for len(b) > 0 {
		size := int(b[0])
		if b, ok = skip(b, 1+size); !ok {
			return nil, false
		}
		if size == 0 {
			return b, true
		}
	}
	return nil, false
}

// skip returns b without its first n bytes; false when there are not so many.
func skip(b []byte, n int) ([]byte, bool) {
	if n > len(b) {
		return nil, false
	}
	return b[n:], true
}
