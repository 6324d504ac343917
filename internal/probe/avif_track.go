package probe

import "imagekit/internal/format"

// track is a picture track of an image sequence (ISO/IEC 23008-12 §7).
type track struct {
	handler       string // pict, or auxv for alpha
	kind          string // sample entry: av01
	width, height int64
	properties    []box // of the sample entry
	samples       uint64
	offset, size  uint64 // of the first sample in the file; size 0 = not said
	id            uint32
	// premultipliedBy is the alpha track by which its colours are multiplied (prem); 0 = none.
	premultipliedBy uint32
}

// movie reads the tracks of a moov box (ISO/IEC 14496-12 §8.2, §8.3).
func (a *avifReader) movie(b []byte) error {
	return a.left.boxes(b, func(x box) error {
		if x.kind != "trak" {
			return nil
		}
		var t track
		if err := a.track(x.body, &t); err != nil {
			return err
		}
		if t.handler != "pict" && t.handler != "auxv" {
			return nil
		}
		a.tracks = append(a.tracks, t)
		return checkFrames(int64(t.samples))
	})
}

// track goes down trak → mdia → minf → stbl, and takes what matters on the way.
func (a *avifReader) track(b []byte, t *track) error {
	for _, container := range []string{"mdia", "minf", "stbl"} {
		inside, err := a.left.collect(b)
		if err != nil {
			return err
		}
		if err := a.trackHead(inside, t); err != nil {
			return err
		}
		b, _ = find(inside, container)
	}
	if t.handler != "pict" && t.handler != "auxv" { // sound: its sample entries look otherwise
		return nil
	}
	return a.left.boxes(b, func(x box) error {
		c := cursor{b: x.body}
		c.full()
		switch x.kind {
		case "stsd":
			c.uint(4) // the count
			entries, err := a.left.collect(c.b)
			if err == nil && len(entries) > 0 {
				err = a.sampleEntry(entries[0], t)
			}
			return err
		case "stsz": // §8.7.3
			t.size, t.samples = c.uint(4), c.uint(4)
			if t.size == 0 {
				t.size = c.uint(4)
			}
		case "stco", "co64": // §8.7.5
			if size := map[string]int{"stco": 4, "co64": 8}[x.kind]; c.uint(4) > 0 {
				t.offset = c.uint(size)
			}
		}
		return nil
	})
}

// trackHead takes from the boxes around the samples who a track is (§8.3.2), what it is (§8.4.3) and whose (§8.3.3).
func (a *avifReader) trackHead(inside []box, t *track) error {
	if handler, ok := find(inside, "hdlr"); ok && len(handler) >= 12 {
		t.handler = string(handler[8:12])
	}
	if head, ok := find(inside, "tkhd"); ok {
		c := cursor{b: head}
		if version, _ := c.full(); version > 0 {
			c.take(16)
		} else {
			c.take(8)
		}
		t.id = uint32(c.uint(4))
	}
	references, _ := find(inside, "tref")
	return a.left.boxes(references, func(x box) error {
		if c := (cursor{b: x.body}); x.kind == "prem" {
			t.premultipliedBy = uint32(c.uint(4))
		}
		return nil
	})
}

// sampleEntry reads a visual sample entry (§12.1.3): its size and the boxes that describe it.
func (a *avifReader) sampleEntry(x box, t *track) (err error) {
	c := cursor{b: x.body}
	c.take(24)
	t.kind, t.width, t.height = x.kind, int64(c.uint(2)), int64(c.uint(2))
	if c.take(50) == nil {
		return damaged(format.AVIF, "a sample entry is cut short")
	}
	t.properties, err = a.left.collect(c.b)
	return err
}

// tracksShown returns the first track of colours and the first of alpha; nil where there is none.
func (a *avifReader) tracksShown() (color, alpha *track) {
	for i := range a.tracks {
		t := &a.tracks[i]
		aux, isAux := find(t.properties, "auxi")
		switch {
		case t.handler == "pict" && color == nil:
			color = t
		case t.handler == "auxv" && alpha == nil && isAux && len(aux) > 4 && alphaURN(aux[4:]):
			alpha = t
		}
	}
	return color, alpha
}

// trackPicture resolves a track to the header of its first sample.
func (a *avifReader) trackPicture(t *track) (picture, error) {
	p := picture{width: t.width, height: t.height, properties: t.properties}
	if t.kind != "av01" {
		return p, unsupported("an AVIF sequence that is not AV1")
	}
	if t.samples == 0 || t.offset >= uint64(len(a.file)) {
		return p, damaged(format.AVIF, "it is cut short: pixels are missing")
	}
	rest := uint64(len(a.file)) - t.offset
	if t.size == 0 {
		t.size = rest
	}
	if t.size > rest {
		return p, damaged(format.AVIF, "it is cut short: pixels are missing")
	}
	one := tile{properties: t.properties, data: []span{{int(t.offset), int(t.size)}}}
	var ok bool
	head := a.head(one.data)
	if one.header, ok = findSequenceHeader(head); !ok {
		return p, damaged(format.AVIF, "its first frame has no AV1 sequence header")
	}
	one.quantizer = findQuantizer(head)
	p.tiles = []tile{one}
	return p, checkSize(format.AVIF, p.width, p.height, a.lim)
}
