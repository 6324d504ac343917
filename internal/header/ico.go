package header

import (
	"bytes"
	"encoding/binary"
)

// maxIcons is how many pictures of an icon are looked at.
const maxIcons = 256

// ICO is the picture of an icon or a cursor that is shown: the largest, and of these the one with most colours.
type ICO struct {
	PNG []byte // the file within; nil where it is a bitmap
	BMP BMP
}

// ReadICO reads the directory and the header of the chosen picture.
func ReadICO(b []byte) (ICO, error) {
	const head, row = 6, 16
	if len(b) < head+row {
		return ICO{}, Damage("it is cut short in its directory")
	}
	n := min(int(binary.LittleEndian.Uint16(b[4:])), maxIcons, (len(b)-head)/row)
	var best []byte
	most := 0
	for i := range n {
		e := b[head+i*row:][:row]
		size := (int(e[0]-1) + 1) * (int(e[1]-1) + 1) // 0 stands for 256
		if size = size*256 + int(e[6]); size > most { // a cursor has its place here, less than 256 of it counts
			best, most = e, size
		}
	}
	if best == nil {
		return ICO{}, Damage("it has no picture")
	}
	size, at := int64(binary.LittleEndian.Uint32(best[8:])), int64(binary.LittleEndian.Uint32(best[12:]))
	if at > int64(len(b)) || size < bmpInfo || at+size > int64(len(b)) {
		return ICO{}, Damage("its picture lies outside")
	}
	part := b[at : at+size]
	if bytes.HasPrefix(part, []byte("\x89PNG\r\n\x1a\n")) {
		return ICO{PNG: part}, nil
	}
	p, err := readDIB(part, 0, 0, true)
	if err != nil {
		return ICO{}, err
	}
	return ICO{BMP: p}, p.icon()
}

// icon checks that all rows are there, and finds the mask behind them.
func (p *BMP) icon() error {
	if p.Runs {
		return Damage("runs are not for icons")
	}
	need := p.Stride() * p.Height
	if len(p.Pixels) < need {
		return Damage("it is cut short in its pixels")
	}
	rest := p.Pixels[need:]
	if p.Masks[3] != 0 {
		if p.setAlpha(); p.Alpha {
			return nil
		}
	}
	if len(rest) >= p.MaskStride()*p.Height {
		p.Mask = rest[:p.MaskStride()*p.Height]
		p.Alpha = len(bytes.Trim(p.Mask, "\x00")) > 0
	}
	if !p.Alpha {
		p.Mask = nil
	}
	return nil
}

// MaskStride is how many bytes lie between two rows of the mask.
func (p *BMP) MaskStride() int { return (p.Width + 31) / 32 * 4 }

// Hidden returns the row of the mask for row y, counted from the top.
func (p *BMP) Hidden(y int) []byte {
	if !p.TopDown {
		y = p.Height - 1 - y
	}
	return p.Mask[y*p.MaskStride():]
}
