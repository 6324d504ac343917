package pure

import (
	"bytes"
	"compress/zlib"
	"io"

	"golang.org/x/image/ccitt"
	"golang.org/x/image/tiff/lzw"

	"imagekit/internal/frame"
	"imagekit/internal/header"
)

// DecodeTIFF reads the first picture of a TIFF into Gray, RGB or CMYK planes. Less than 8 bits become 8, and so do palettes
// and CMYK. It holds the row of one tile besides.
func DecodeTIFF(src []byte, h frame.Hint) (*frame.Frame, error) {
	t, err := header.ReadTIFF(src)
	if err != nil {
		return nil, damaged("TIFF", err)
	}
	model, depth := frame.Gray, max(8, t.Bits)
	switch t.Photometric {
	case header.TIFFRGB, header.TIFFPalette:
		model = frame.RGB
	case header.TIFFCMYK:
		model, depth = frame.CMYK, 8
	}
	c, err := newCanvas(model, depth, t.Width, t.Height, t.Alpha, h)
	if err != nil {
		return nil, err
	}
	c.Premultiplied = t.Premultiplied
	d := &tiles{TIFF: &t, canvas: c, row: make([]byte, t.RowBytes())}
	d.tables()
	if err := d.all(); err != nil {
		c.Release()
		return nil, damaged("TIFF", err)
	}
	return c.Frame, nil
}

// tiles is a picture on its way from tiles to planes.
type tiles struct {
	*header.TIFF
	canvas  *canvas
	row     []byte
	table   [3][256]byte // of palettes and of less than 8 bits
	inflate io.ReadCloser
}

// tables fills the tables that samples are looked up in.
func (d *tiles) tables() {
	most := 1<<min(d.Bits, 8) - 1
	for i := range most + 1 {
		if d.Photometric == header.TIFFPalette {
			for c := range 3 {
				d.table[c][i] = byte(d.Palette[c<<d.Bits+i] >> 8)
			}
			continue
		}
		d.table[0][i] = byte(i * 255 / most)
		if d.Photometric == header.TIFFWhiteIsZero {
			d.table[0][i] = ^d.table[0][i]
		}
	}
}

// all reads every tile that has rows which are wanted.
func (d *tiles) all() error {
	across, down := d.Across(), d.Down()
	for s := range d.layers() {
		for ty := range down {
			top := ty * d.TileHeight
			if top >= d.canvas.bottom || top+d.TileHeight <= d.canvas.top {
				continue
			}
			for tx := range across {
				if err := d.tile(s, (s*down+ty)*across+tx, tx*d.TileWidth, top); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// layers is how often the picture is covered by tiles: once, or by each sample that is used.
func (d *tiles) layers() int {
	if d.Separate {
		return len(d.canvas.all)
	}
	return 1
}

// tile reads tile i, whose upper left pixel stands at x and y.
func (d *tiles) tile(s, i, x, y int) error {
	in, err := d.open(d.Data(i))
	if err != nil {
		return err
	}
	width, bottom := min(d.TileWidth, d.Width-x), min(y+d.TileHeight, d.canvas.bottom)
	for ; y < bottom; y++ {
		if _, err := io.ReadFull(in, d.row); err != nil {
			return err
		}
		if d.Predictor {
			d.undo()
		}
		d.store(s, x, y, width)
	}
	return nil
}

// open begins to unpack a tile.
func (d *tiles) open(data []byte) (io.Reader, error) {
	src := bytes.NewReader(data)
	switch d.Compression {
	case header.TIFFLZW:
		return lzw.NewReader(src, lzw.MSB, 8), nil
	case header.TIFFDeflate, header.TIFFDeflateOld:
		if d.inflate != nil {
			return d.inflate, d.inflate.(zlib.Resetter).Reset(src, nil)
		}
		var err error
		d.inflate, err = zlib.NewReader(src)
		return d.inflate, err
	case header.TIFFPackBits:
		return &packBits{in: data}, nil
	case header.TIFFGroup3, header.TIFFGroup4:
		code, order := ccitt.Group3, ccitt.MSB
		if d.Compression == header.TIFFGroup4 {
			code = ccitt.Group4
		}
		if d.Reversed {
			order = ccitt.LSB
		}
		return ccitt.NewReader(src, order, code, d.TileWidth, d.TileHeight,
			&ccitt.Options{Invert: true, Align: d.Options&4 != 0}), nil
	}
	return src, nil
}

// undo adds up the differences of a row.
func (d *tiles) undo() {
	step := d.Samples
	if d.Separate {
		step = 1
	}
	if d.Bits == 8 {
		for i := step; i < len(d.row); i++ {
			d.row[i] += d.row[i-step]
		}
		return
	}
	for i := 2 * step; i+1 < len(d.row); i += 2 {
		d.Order.PutUint16(d.row[i:], d.Order.Uint16(d.row[i:])+d.Order.Uint16(d.row[i-2*step:]))
	}
}

// store writes n pixels of the row to the planes.
func (d *tiles) store(s, x, y, n int) {
	c := d.canvas
	step := d.Samples
	planes := c.all
	if d.Separate {
		step, planes = 1, planes[s:s+1]
	}
	switch {
	case d.Bits < 8 || d.Photometric == header.TIFFPalette:
		d.lookUp(x, y, n, step)
		return
	case d.Photometric == header.TIFFCMYK && d.Bits == 16:
		for i, p := range planes {
			out := p.Row(y, 8)[x : x+n]
			for k := range out {
				out[k] = byte(d.Order.Uint16(d.row[2*(k*step+i):]) >> 8)
			}
		}
		return
	}
	for i, p := range planes {
		c.put(p, d.row, i, x, y, n, step, d.Order)
	}
	if d.Photometric == header.TIFFWhiteIsZero && (!d.Separate || s == 0) {
		invert(c.all[0].Row(y, c.Depth)[x*c.Depth/8 : (x+n)*c.Depth/8])
	}
}

// lookUp writes what the first sample of each pixel stands for.
func (d *tiles) lookUp(x, y, n, step int) {
	for i, p := range d.canvas.all[:min(3, len(d.canvas.all))] {
		out, t := p.Row(y, 8)[x:x+n], &d.table[i]
		for k := range out {
			out[k] = t[sample(d.row, k*step, d.Bits)]
		}
	}
}

func invert(row []byte) {
	for i := range row {
		row[i] = ^row[i]
	}
}

// packBits unpacks Apple's run lengths (TIFF 6.0 §9).
type packBits struct {
	in   []byte
	left int // bytes of this run
	same bool
}

func (p *packBits) Read(out []byte) (int, error) {
	at := 0
	for at < len(out) {
		if p.left == 0 {
			if len(p.in) == 0 {
				return at, io.EOF
			}
			n := int(int8(p.in[0]))
			if p.in = p.in[1:]; n == -128 {
				continue
			}
			p.left, p.same = max(n, -n)+1, n < 0
		}
		if len(p.in) == 0 {
			return at, io.EOF
		}
		n := min(p.left, len(out)-at)
		if p.same {
			for i := range n {
				out[at+i] = p.in[0]
			}
		} else {
			n = copy(out[at:at+n], p.in)
			p.in = p.in[n:]
		}
		at += n
		if p.left -= n; p.left == 0 && p.same {
			p.in = p.in[1:]
		}
	}
	return at, nil
}
