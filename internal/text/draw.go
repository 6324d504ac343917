package text

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/shaping"
	scaling "golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// boxPad is the space between text and the edges of its box, as a share of the size.
const boxPad = 0.3

// Draw is draw whose panics are errors: a text that nobody foresaw shall not cost a process.
func (f *Fonts) Draw(s Spec) (img *image.RGBA, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			img, err = nil, fmt.Errorf("text: draw %q: %v", s.Text, p)
		}
	}()
	return f.draw(s), nil
}

// draw returns a text on a transparent picture that is as small as can be, premultiplied, whose bounds say where it stands
// in the space of s.Most. Characters that no font has are boxes.
func (f *Fonts) draw(s Spec) *image.RGBA {
	pad := 0
	if s.Box != nil {
		pad = int(math.Round(boxPad * float64(s.Size)))
	}
	b := f.lay(s, s.Most.X-2*pad)
	size := image.Pt(int(math.Ceil(b.width))+2*pad, int(math.Ceil(b.height))+2*pad)
	at := image.Pt(place(s.Most.X-size.X, s.X), place(s.Most.Y-size.Y, s.Y))
	box := image.Rectangle{at, at.Add(size)}
	glyphs := b.glyphs(at.Add(image.Pt(pad, pad)), s.X)
	bounds := image.Rectangle{}
	for i := range glyphs {
		bounds = bounds.Union(glyphs[i].bounds)
	}
	if s.Box != nil {
		bounds = bounds.Union(box)
	}
	p := painter{
		to:  image.NewRGBA(s.cut(bounds)),
		ink: image.NewUniform(color.RGBA{s.Color[0], s.Color[1], s.Color[2], 255}),
	}
	if s.Box != nil {
		draw.Draw(p.to, box, image.NewUniform(color.RGBA{s.Box[0], s.Box[1], s.Box[2], 255}), image.Point{}, draw.Src)
	}
	for _, g := range glyphs {
		p.paint(g)
	}
	return p.to
}

// cut is what of a rectangle lies in the space, and not beyond the height that a text may have.
func (s Spec) cut(r image.Rectangle) image.Rectangle {
	r = r.Intersect(image.Rectangle{Max: s.Most})
	if s.Tall > 0 {
		r.Max.Y = min(r.Max.Y, r.Min.Y+s.Tall)
	}
	return r
}

// place splits free space; where there is none, the beginning of the text is seen.
func place(free int, share float64) int { return max(0, int(math.Round(float64(free)*share))) }

// shape is what is filled at once: the outlines of a run, or a picture.
type shape struct {
	bounds   image.Rectangle
	segments []opentype.Segment // in pixels, from the left and top
	picture  []byte             // a PNG that fills the bounds
}

// glyphs returns what is to be drawn of a block whose top left corner is at a point. Lines shorter than the longest one
// have that share of the free space on their left.
func (b block) glyphs(at image.Point, share float64) []shape {
	var list []shape
	y := float64(at.Y)
	for _, l := range b.lines {
		x := float64(at.X) + (b.width-l.width)*share
		for _, r := range l.runs {
			list = appendRun(list, r, x, y+l.above)
			x += float(r.Advance)
		}
		y += l.height
	}
	return list
}

// appendRun adds the shapes of a run that begins at a point of the baseline.
func appendRun(list []shape, r shaping.Output, x, y float64) []shape {
	var outlines shape
	scale := float(r.Size) / float64(r.Face.Upem())
	for _, g := range r.Glyphs {
		left, base := x+float(g.XOffset), y-float(g.YOffset)
		x += float(g.Advance)
		if g.GlyphID == font.EmptyGlyph {
			continue
		}
		if picture, ok := r.Face.GlyphDataBitmap(g.GlyphID); ok && picture.Format == font.PNG {
			list = append(list, shape{picture: picture.Data, bounds: image.Rect(
				floor(left+float(g.XBearing)), floor(base-float(g.YBearing)),
				floor(left+float(g.XBearing+g.Width)+0.5), floor(base-float(g.YBearing+g.Height)+0.5))})
			continue
		}
		outline, _ := r.Face.GlyphDataOutline(g.GlyphID)
		if g.GlyphID == 0 && len(outline.Segments) == 0 {
			outline.Segments = missing(float64(r.Face.Upem()), float(g.Advance)/scale)
		}
		outlines.add(outline.Segments, left, base, scale)
	}
	if len(outlines.segments) > 0 {
		list = append(list, outlines)
	}
	return list
}

// missing is the box in place of a character that no font has, where the font has none for it.
func missing(em, advance float64) []opentype.Segment {
	var list []opentype.Segment
	side, top, thick := 0.1*advance, 0.7*em, 0.05*em
	for i, in := range []float64{0, thick} {
		corners := [][2]float64{{side + in, in}, {advance - side - in, in}, {advance - side - in, top - in}, {side + in, top - in}}
		if i == 1 { // the hole runs the other way
			corners[1], corners[3] = corners[3], corners[1]
		}
		for k, c := range append(corners, corners[0]) {
			op := opentype.SegmentOpLineTo
			if k == 0 {
				op = opentype.SegmentOpMoveTo
			}
			list = append(list, opentype.Segment{Op: op, Args: [3]opentype.SegmentPoint{{X: float32(c[0]), Y: float32(c[1])}}})
		}
	}
	return list
}

// add puts an outline in font units at a point of the baseline.
func (o *shape) add(outline []opentype.Segment, x, y, scale float64) {
	for _, s := range outline {
		args := s.ArgsSlice()
		for i, a := range args {
			px, py := x+float64(a.X)*scale, y-float64(a.Y)*scale
			args[i] = opentype.SegmentPoint{X: float32(px), Y: float32(py)}
			dot := image.Rect(floor(px), floor(py), floor(px)+1, floor(py)+1)
			o.bounds = o.bounds.Union(dot)
		}
		o.segments = append(o.segments, s)
	}
}

// floor rounds down, within what any picture has.
func floor(v float64) int {
	const most = 1 << 24
	return int(math.Floor(min(max(v, -most), most)))
}

// painter fills shapes with one colour.
type painter struct {
	to     *image.RGBA
	ink    *image.Uniform
	raster vector.Rasterizer
}

func (p *painter) paint(s shape) {
	part := s.bounds.Intersect(p.to.Rect)
	switch {
	case part.Empty():
		return
	case s.picture != nil:
		p.lay(s.picture, s.bounds)
		return
	}
	p.raster.Reset(part.Dx(), part.Dy())
	at := func(a opentype.SegmentPoint) (x, y float32) {
		return a.X - float32(part.Min.X), a.Y - float32(part.Min.Y)
	}
	for _, s := range s.segments {
		x, y := at(s.Args[0])
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			p.raster.ClosePath()
			p.raster.MoveTo(x, y)
		case opentype.SegmentOpLineTo:
			p.raster.LineTo(x, y)
		case opentype.SegmentOpQuadTo:
			x1, y1 := at(s.Args[1])
			p.raster.QuadTo(x, y, x1, y1)
		case opentype.SegmentOpCubeTo:
			x1, y1 := at(s.Args[1])
			x2, y2 := at(s.Args[2])
			p.raster.CubeTo(x, y, x1, y1, x2, y2)
		}
	}
	p.raster.ClosePath()
	p.raster.Draw(p.to, part, p.ink, image.Point{})
}

// maxPicture is the longest side of a picture in a font, in pixels.
const maxPicture = 1024

// lay draws a picture of a font into a rectangle. One that cannot be read is left out.
func (p *painter) lay(picture []byte, into image.Rectangle) {
	head, err := png.DecodeConfig(bytes.NewReader(picture))
	if err != nil || max(head.Width, head.Height) > maxPicture {
		return
	}
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return
	}
	scaling.CatmullRom.Scale(p.to, into, img, img.Bounds(), scaling.Over, nil)
}
