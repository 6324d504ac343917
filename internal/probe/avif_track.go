package probe

import "imagekit/internal/format"

// track is a picture track of an image sequence (ISO/IEC 23008-12 §7).
type track struct {
	handler       string // pict, or auxv for alpha
	kind          string // sample entry: av01
	width, height int64
	properties    []box // of the sample entry
	samples       uint64
	offset        uint64 // of the first sample in the file
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
		if handler, ok := find(inside, "hdlr"); ok && len(handler) >= 12 { // §8.4.3
			t.handler = string(handler[8:12])
		}
		b, _ = find(inside, container)
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
			c.uint(4) // the size of all samples
			t.samples = c.uint(4)
		case "stco", "co64": // §8.7.5
			if size := map[string]int{"stco": 4, "co64": 8}[x.kind]; c.uint(4) > 0 {
				t.offset = c.uint(size)
			}
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
	header, ok := findSequenceHeader(a.file[t.offset:min(uint64(len(a.file)), t.offset+headerBytes)])
	if !ok {
		return p, damaged(format.AVIF, "its first frame has no AV1 sequence header")
	}
	p.tiles = []sequenceHeader{header}
	return p, nil
}
