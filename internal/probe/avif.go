package probe

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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
	tiles         []sequenceHeader
}

// readAVIF reads the picture that libavif shows: the track of a file whose major brand is avis, else the primary item.
// A clean aperture (clap) is not applied, as in libavif.
func readAVIF(b []byte, lim Limits) (Info, error) {
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
		return Info{}, err
	}
	info := Info{Format: format.AVIF, Orientation: 1, Frames: 1, SubX: 1, SubY: 1}
	var shown picture
	if color, alpha := a.tracksShown(); color != nil && (a.sequence || a.primary == 0) {
		shown, err = a.trackPicture(color)
		info.Alpha = alpha != nil
	} else {
		shown, info.Alpha, err = a.itemPicture()
	}
	if err != nil {
		return Info{}, err
	}
	for _, t := range a.tracks {
		info.Frames = max(info.Frames, int(t.samples))
	}
	if err := a.describe(&info, shown); err != nil {
		return Info{}, err
	}
	return info, nil
}

// describe fills info from the properties and the AV1 header of the picture.
func (a *avifReader) describe(info *Info, p picture) error {
	if err := checkSize(format.AVIF, p.width, p.height, a.lim); err != nil {
		return err
	}
	if err := a.checkCoded(p.tiles); err != nil {
		return err
	}
	first := p.tiles[0]
	info.Width, info.Height, info.Depth = int(p.width), int(p.height), first.depth
	info.SubX, info.SubY = first.subX, first.subY
	info.CICP = first.cicp
	for _, x := range p.properties {
		if c := (cursor{b: x.body}); x.kind == "colr" && string(c.take(4)) == "nclx" {
			info.CICP = CICP{uint8(c.uint(2)), uint8(c.uint(2)), uint8(c.uint(2)), c.uint(1)>>7 == 1}
			break
		}
	}
	switch {
	case first.mono:
		info.Model, info.SubX, info.SubY = Gray, 1, 1
	case info.CICP.Primaries != 0 && info.CICP.Matrix == 0:
		info.Model = RGB
	}
	for _, x := range p.properties {
		if kind := string(x.body[:min(4, len(x.body))]); x.kind == "colr" && (kind == "prof" || kind == "rICC") {
			info.setProfile(x.body[4:])
			break
		}
	}
	info.Orientation = irotImir(p.properties)
	return nil
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

// checkCoded holds the coded pictures, which may be larger than what the boxes say, against the pixel budget. The
// tiles of a grid may overshoot it at two edges, hence twice the budget for all of them.
func (a *avifReader) checkCoded(tiles []sequenceHeader) error {
	var total int64
	for _, t := range tiles {
		if err := checkSize(format.AVIF, t.width, t.height, a.lim); err != nil {
			return err
		}
		if total += t.width * t.height; total/2 > a.lim.MaxPixels {
			return fault.New(fault.TooManyPixels, "the %d tiles of the source have more than %d pixels, twice the limit (IMAGEKIT_MAX_PIXELS)",
				len(tiles), 2*a.lim.MaxPixels)
		}
	}
	return nil
}

// itemPicture resolves the primary item, and whether an alpha item belongs to it.
func (a *avifReader) itemPicture() (p picture, alpha bool, err error) {
	primary := a.items[a.primary]
	if primary == nil {
		return p, false, damaged(format.AVIF, "it has no primary item")
	}
	if p, err = a.resolve(primary); err != nil {
		return p, false, err
	}
	bases := append([]uint32{a.primary}, primary.parts[:min(1, len(primary.parts))]...)
	for _, id := range slices.Sorted(maps.Keys(a.items)) {
		x := a.items[id]
		if !slices.ContainsFunc(x.describes, func(id uint32) bool { return slices.Contains(bases, id) }) {
			continue
		}
		aux, ok := find(a.propertiesOf(x), "auxC")
		if !ok || len(aux) < 4 || !alphaURN(aux[4:]) {
			continue
		}
		auxiliary, err := a.resolve(x)
		if err != nil {
			return p, true, err
		}
		return p, true, a.checkCoded(auxiliary.tiles)
	}
	return p, false, nil
}

// alphaURN reports whether an auxiliary type (ISO/IEC 23008-12 §6.5.8) names alpha; HEVC's old name is in use too.
func alphaURN(b []byte) bool {
	name, _, _ := strings.Cut(string(b), "\x00")
	return name == "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha" || name == "urn:mpeg:hevc:2015:auxid:1"
}

// resolve looks up an item's properties and the AV1 headers of its data, or of its tiles when it is a grid.
func (a *avifReader) resolve(x *item) (picture, error) {
	p := picture{properties: a.propertiesOf(x)}
	extents, ok := find(p.properties, "ispe")
	if !ok || len(extents) < 12 {
		return p, damaged(format.AVIF, "the size of its picture is missing")
	}
	c := cursor{b: extents[4:]}
	p.width, p.height = int64(c.uint(4)), int64(c.uint(4))
	if err := checkSize(format.AVIF, p.width, p.height, a.lim); err != nil {
		return p, err
	}
	tiles := []*item{x}
	switch x.kind {
	case "av01":
	case "grid":
		var err error
		if tiles, err = a.grid(x, p); err != nil {
			return p, err
		}
	default:
		return p, unsupported(fmt.Sprintf("an AVIF file whose picture is of the type %q", x.kind))
	}
	for _, t := range tiles { // any number of them may be the same item
		if err := a.left.spend(1 + len(t.properties) + len(t.extents)); err != nil {
			return p, err
		}
		if _, ok := find(a.propertiesOf(t), "av1C"); !ok || t.kind != "av01" {
			return p, damaged(format.AVIF, "a picture in it is not AV1")
		}
		data, err := a.data(t)
		if err != nil {
			return p, err
		}
		header, ok := findSequenceHeader(data)
		if !ok {
			return p, damaged(format.AVIF, "a picture in it has no AV1 sequence header")
		}
		p.tiles = append(p.tiles, header)
	}
	return p, nil
}

// grid reads an image grid (ISO/IEC 23008-12 §6.6.2.3.2) and returns its tiles.
func (a *avifReader) grid(x *item, p picture) ([]*item, error) {
	data, err := a.data(x)
	if err != nil {
		return nil, err
	}
	c := cursor{b: data}
	_, flags := c.uint(1), c.uint(1)
	rows, columns := int(c.uint(1))+1, int(c.uint(1))+1
	width, height := int64(c.id(flags&1 != 0)), int64(c.id(flags&1 != 0))
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
