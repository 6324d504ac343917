package probe

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"imagekit/internal/cicp"
	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// avifReader reads an AVIF: boxes (ISO/IEC 14496-12), image items (ISO/IEC 23008-12), the AV1 header in them.
type avifReader struct {
	file     []byte
	lim      Limits
	left     budget
	sequence bool // the major brand is avis: the track is shown, not the primary item
	primary  uint32
	items    map[uint32]*item
	known    []box // the properties that items refer to by number
	idat     []byte
	tracks   []track
}

// picture is an item or a track: what describes it and the AV1 data of its parts.
type picture struct {
	width, height int64
	properties    []box
	columns, rows int // of a grid, row by row; 0 = a single tile
	tiles         []tile
}

// tile is a coded picture.
type tile struct {
	header     sequenceHeader
	quantizer  int // see findQuantizer
	properties []box
	data       []span // of the file
}

// span is a range of bytes of the file.
type span struct{ start, size int }

// shownPicture is what an AVIF shows.
type shownPicture struct {
	color         picture
	alpha         *picture // nil = opaque
	premultiplied bool     // the colours are multiplied by alpha
	frames        int
}

// readAVIF reads what browsers show: see shown. The size is that of the clean aperture.
func readAVIF(b []byte, lim Limits) (Info, error) {
	shown, err := parseAVIF(b, lim)
	if err != nil {
		return Info{}, err
	}
	return shown.info(), nil
}

// parseAVIF finds the picture that browsers show, the track of a file whose major brand is avis, else the primary item,
// and holds it against the limits.
func parseAVIF(b []byte, lim Limits) (shownPicture, error) {
	a := avifReader{file: b, lim: lim, left: maxBoxes, items: map[uint32]*item{}, sequence: string(b[8:12]) == "avis"}
	err := a.left.boxes(b, func(x box) error {
		switch x.kind {
		case "meta":
			return a.meta(x.body)
		case "moov":
			return a.movie(x.body)
		}
		return nil
	})
	if err != nil {
		return shownPicture{}, err
	}
	shown, err := a.shown()
	if err != nil {
		return shownPicture{}, err
	}
	for _, t := range a.tracks {
		shown.frames = max(shown.frames, int(t.samples))
	}
	if err := a.checkCoded(shown.color); err != nil {
		return shownPicture{}, err
	}
	if shown.alpha != nil {
		err = a.checkCoded(*shown.alpha)
	}
	return shown, err
}

// shown resolves the tracks or the primary item.
func (a *avifReader) shown() (s shownPicture, err error) {
	s.frames = 1
	color, alpha := a.tracksShown()
	if color == nil || !a.sequence && a.primary != 0 {
		return s, a.itemPicture(&s)
	}
	if s.color, err = a.trackPicture(color); err != nil || alpha == nil {
		return s, err
	}
	p, err := a.trackPicture(alpha)
	s.alpha, s.premultiplied = &p, color.premultipliedBy != 0 && color.premultipliedBy == alpha.id
	return s, err
}

// info describes the picture by its properties and its AV1 header.
func (s shownPicture) info() Info {
	p := s.color
	first := p.tiles[0].header
	width, height := cleanAperture(p)
	info := Info{
		Format: format.AVIF, Orientation: irotImir(p.properties), Frames: s.frames, Alpha: s.alpha != nil,
		Width: int(width), Height: int(height), Depth: first.depth, SubX: first.subX, SubY: first.subY,
		CICP: first.cicp, Peak: peak(p.properties), Quality: qualityOfAV1(p.tiles[0].quantizer),
	}
	if width*height < p.width*p.height {
		info.Coded = p.width * p.height
	}
	if x, ok := nclx(p.properties); ok {
		c := cursor{b: x}
		info.CICP = CICP{uint8(c.uint(2)), uint8(c.uint(2)), uint8(c.uint(2)), c.uint(1)>>7 == 1}
	}
	switch {
	case first.mono:
		info.Model, info.SubX, info.SubY = Gray, 1, 1
	case info.CICP.Primaries != 0 && info.CICP.Matrix == cicp.MatrixIdentity:
		info.Model = RGB
	}
	if x, ok := colr(p.properties, "prof", "rICC"); ok {
		info.setProfile(x)
	}
	return info
}

// colr returns the body of the first colour property (ISO/IEC 14496-12 §12.1.5) of one of these types.
func colr(properties []box, types ...string) ([]byte, bool) {
	for _, x := range properties {
		if x.kind == "colr" && slices.Contains(types, string(x.body[:min(4, len(x.body))])) {
			return x.body[4:], true
		}
	}
	return nil, false
}

// irotImir returns the EXIF orientation of the transformations: the anti-clockwise turn irot comes first, then the
// mirror imir (MIAF, ISO/IEC 23000-22 §7.3.6.7), whose axis 0 exchanges top and bottom and 1 left and right
// (ISO/IEC 23008-12:2022 §6.5.12).
func irotImir(properties []box) int {
	const none, topBottom, leftRight = 0, 1, 2
	orientations := [4][3]int{ // by quarter turns anti-clockwise
		{none: 1, topBottom: 4, leftRight: 2},
		{none: 8, topBottom: 5, leftRight: 7},
		{none: 3, topBottom: 2, leftRight: 4},
		{none: 6, topBottom: 7, leftRight: 5},
	}
	angle, mirror := byte(0), byte(none)
	if b, ok := find(properties, "irot"); ok && len(b) > 0 {
		angle = b[0] & 3
	}
	if b, ok := find(properties, "imir"); ok && len(b) > 0 {
		mirror = topBottom + b[0]&1
	}
	return orientations[angle][mirror]
}

// nclx returns the code points of a picture: primaries, transfer and matrix in two bytes each, the range in one.
func nclx(properties []box) ([]byte, bool) {
	b, ok := colr(properties, "nclx")
	if len(b) < 7 {
		return nil, false
	}
	return b[:7], ok
}

// checkCoded holds a picture and its coded parts, which may be larger than what the boxes say, against the pixel budget.
// The tiles of a grid may overshoot it at two edges, hence twice the budget for all of them.
func (a *avifReader) checkCoded(p picture) error {
	if err := checkSize(format.AVIF, p.width, p.height, a.lim); err != nil {
		return err
	}
	var total int64
	for _, t := range p.tiles {
		if err := checkSize(format.AVIF, t.header.width, t.header.height, a.lim); err != nil {
			return err
		}
		if total += t.header.width * t.header.height; total/2 > a.lim.MaxPixels {
			return fault.New(fault.TooManyPixels, "the %d tiles of the source have more than %d pixels, twice the limit "+
				"(IMAGEKIT_MAX_PIXELS)",
				len(p.tiles), 2*a.lim.MaxPixels)
		}
	}
	return nil
}

// itemPicture resolves the primary item and its alpha, which belongs to it or, in a grid, to each of its tiles.
func (a *avifReader) itemPicture(s *shownPicture) (err error) {
	primary := a.items[a.primary]
	if primary == nil {
		return damaged(format.AVIF, "it has no primary item")
	}
	if s.color, err = a.resolve(primary); err != nil {
		return err
	}
	alphas, err := a.alphas()
	if err != nil {
		return err
	}
	if id, ok := alphas[a.primary]; ok {
		p, err := a.resolve(a.items[id])
		s.alpha, s.premultiplied = &p, primary.premultipliedBy == id
		return err
	}
	if primary.kind != "grid" {
		return nil
	}
	p := picture{width: s.color.width, height: s.color.height, columns: s.color.columns, rows: s.color.rows}
	for _, part := range primary.parts {
		id, ok := alphas[part]
		if !ok { // as libavif: all tiles, or none
			return nil
		}
		t, err := a.resolve(a.items[id])
		if err != nil {
			return err
		}
		p.tiles = append(p.tiles, t.tiles...)
	}
	if len(p.tiles) == len(primary.parts) {
		s.alpha, s.premultiplied = &p, a.items[primary.parts[0]].premultipliedBy == alphas[primary.parts[0]]
	}
	return nil
}

// alphas returns which item is the alpha of which: of several the first.
func (a *avifReader) alphas() (map[uint32]uint32, error) {
	of := map[uint32]uint32{}
	for _, id := range slices.Sorted(maps.Keys(a.items)) {
		x := a.items[id]
		if len(x.describes) == 0 {
			continue
		}
		if err := a.left.spend(len(x.properties)); err != nil {
			return nil, err
		}
		aux, ok := find(a.propertiesOf(x), "auxC")
		if !ok || len(aux) < 4 || !alphaURN(aux[4:]) {
			continue
		}
		for _, base := range x.describes {
			if _, there := of[base]; !there {
				of[base] = id
			}
		}
	}
	return of, nil
}

// alphaName is the auxiliary type of alpha.
const alphaName = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"

// alphaURN reports whether an auxiliary type (ISO/IEC 23008-12 §6.5.8) names alpha; HEVC's old name is in use too.
func alphaURN(b []byte) bool {
	name, _, _ := strings.Cut(string(b), "\x00")
	return name == alphaName || name == "urn:mpeg:hevc:2015:auxid:1"
}

// resolve looks up an item's properties and the AV1 headers of its data, or of its tiles when it is a grid. Where the
// size is missing, as some encoders leave it out for alpha, it is that of the AV1 header.
func (a *avifReader) resolve(x *item) (p picture, err error) {
	p.properties = a.propertiesOf(x)
	p.width, p.height = extentsOf(p.properties)
	_, sized := find(p.properties, "ispe")
	_, auxiliary := find(p.properties, "auxC")
	if !sized && !auxiliary {
		return p, damaged(format.AVIF, "the size of its picture is missing")
	}
	if sized {
		if err := checkSize(format.AVIF, p.width, p.height, a.lim); err != nil {
			return p, err
		}
	}
	tiles := []*item{x}
	switch x.kind {
	case "av01":
	case "grid":
		if tiles, err = a.grid(x, &p); err != nil {
			return p, err
		}
	default:
		return p, unsupported(fmt.Sprintf("an AVIF file whose picture is of the type %q", x.kind))
	}
	for _, t := range tiles { // any number of them may be the same item
		if err := a.left.spend(1 + len(t.properties) + len(t.extents)); err != nil {
			return p, err
		}
		one, err := a.tile(t)
		if err != nil {
			return p, err
		}
		p.tiles = append(p.tiles, one)
	}
	if !sized && p.columns == 0 {
		p.width, p.height = p.tiles[0].header.width, p.tiles[0].header.height
	}
	return p, checkSize(format.AVIF, p.width, p.height, a.lim)
}

// extentsOf reads the size of a picture (ispe, ISO/IEC 23008-12 §6.5.3), 0 where it is missing.
func extentsOf(properties []box) (width, height int64) {
	b, _ := find(properties, "ispe")
	c := cursor{b: b}
	c.full()
	return int64(c.uint(4)), int64(c.uint(4))
}

// tile resolves an item that is coded itself.
func (a *avifReader) tile(x *item) (t tile, err error) {
	t.properties = a.propertiesOf(x)
	if _, ok := find(t.properties, "av1C"); !ok || x.kind != "av01" {
		return t, damaged(format.AVIF, "a picture in it is not AV1")
	}
	if t.data, err = a.data(x); err != nil {
		return t, err
	}
	var ok bool
	head := a.head(t.data)
	if t.header, ok = findSequenceHeader(head); !ok {
		return t, damaged(format.AVIF, "a picture in it has no AV1 sequence header")
	}
	t.quantizer = findQuantizer(head)
	return t, nil
}

// grid reads an image grid (ISO/IEC 23008-12 §6.6.2.3.2) and returns its tiles.
func (a *avifReader) grid(x *item, p *picture) ([]*item, error) {
	data, err := a.data(x)
	if err != nil {
		return nil, err
	}
	c := cursor{b: a.head(data)}
	_, flags := c.uint(1), c.uint(1)
	rows, columns := int(c.uint(1))+1, int(c.uint(1))+1
	width, height := int64(c.id(flags&1 != 0)), int64(c.id(flags&1 != 0))
	if p.width == 0 && p.height == 0 {
		p.width, p.height = width, height
	}
	p.columns, p.rows = columns, rows
	if c.short || width != p.width || height != p.height || rows*columns != len(x.parts) {
		return nil, damaged(format.AVIF, fmt.Sprintf("a grid of %d×%d for %d tiles", columns, rows, len(x.parts)))
	}
	tiles := make([]*item, len(x.parts))
	for i, id := range x.parts {
		if tiles[i] = a.items[id]; tiles[i] == nil {
			return nil, damaged(format.AVIF, "a tile of its grid is missing")
		}
	}
	return tiles, nil
}
