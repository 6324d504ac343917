package probe

import "imagekit/internal/format"

// item is an image item: where its data lies and what is said about it.
type item struct {
	kind       string
	inIdat     bool
	elsewhere  bool // its data is in another file or another item
	extents    []extent
	properties []int    // numbers from 1 of avifReader.known
	parts      []uint32 // dimg: the items it is derived from
	describes  []uint32 // auxl: the items it is auxiliary to
	// premultipliedBy is the alpha item by which its colours are multiplied (prem); 0 = none.
	premultipliedBy uint32
}

// extent is a range of bytes; size 0 means up to the end.
type extent struct{ offset, size uint64 }

// get returns the item with an id, which the boxes may name in any order.
func (a *avifReader) get(id uint32) *item {
	if a.items[id] == nil {
		a.items[id] = &item{}
	}
	return a.items[id]
}

// meta reads the meta box (ISO/IEC 14496-12 §8.11).
func (a *avifReader) meta(b []byte) error {
	c := cursor{b: b}
	c.full()
	return a.left.boxes(c.b, func(x box) error {
		c := cursor{b: x.body}
		switch x.kind {
		case "pitm":
			version, _ := c.full()
			a.primary = c.id(version > 0)
		case "idat":
			a.idat = x.body
		case "iinf":
			return a.itemInfo(c)
		case "iloc":
			return a.itemLocation(c)
		case "iref":
			return a.itemReference(c)
		case "iprp":
			return a.left.boxes(x.body, a.itemProperties)
		}
		return nil
	})
}

// itemInfo reads iinf and the infe boxes in it (§8.11.6): which item is of which type.
func (a *avifReader) itemInfo(c cursor) error {
	version, _ := c.full()
	c.id(version > 0) // the count
	return a.left.boxes(c.b, func(x box) error {
		c := cursor{b: x.body}
		version, _ := c.full()
		if x.kind != "infe" || version < 2 {
			return nil
		}
		id := c.id(version > 2)
		c.uint(2) // protection index
		a.get(id).kind = string(c.take(4))
		return nil
	})
}

// itemLocation reads iloc (§8.11.3): which bytes are an item's.
func (a *avifReader) itemLocation(c cursor) error {
	version, _ := c.full()
	sizes := int(c.uint(2))
	offsetSize, lengthSize, baseSize, indexSize := sizes>>12, sizes>>8&15, sizes>>4&15, sizes&15
	if max(offsetSize, lengthSize, baseSize, indexSize) > 8 || version > 2 {
		return damaged(format.AVIF, "the item locations are malformed")
	}
	for range c.id(version > 1) {
		if err := a.left.spend(1); err != nil {
			return err
		}
		x := a.get(c.id(version > 1))
		if version > 0 {
			method := c.uint(2) & 15
			x.inIdat, x.elsewhere = method == 1, method > 1
		}
		x.elsewhere = c.uint(2) != 0 || x.elsewhere // data reference 0 is this file
		base := c.uint(baseSize)
		for range c.uint(2) {
			if err := a.left.spend(1); err != nil {
				return err
			}
			if version > 0 {
				c.uint(indexSize)
			}
			x.extents = append(x.extents, extent{base + c.uint(offsetSize), c.uint(lengthSize)})
		}
		if c.short {
			return damaged(format.AVIF, "the item locations are cut short")
		}
	}
	return nil
}

// itemReference reads iref (§8.11.12): which item is made of, or describes, which.
func (a *avifReader) itemReference(c cursor) error {
	version, _ := c.full()
	return a.left.boxes(c.b, func(x box) error {
		if x.kind != "dimg" && x.kind != "auxl" && x.kind != "prem" {
			return nil
		}
		c := cursor{b: x.body}
		from := a.get(c.id(version > 0))
		for range c.uint(2) {
			if err := a.left.spend(1); err != nil {
				return err
			}
			to := c.id(version > 0)
			switch x.kind {
			case "dimg":
				from.parts = append(from.parts, to)
			case "auxl":
				from.describes = append(from.describes, to)
			case "prem":
				from.premultipliedBy = to
			}
		}
		return nil
	})
}

// itemProperties reads the boxes of iprp (ISO/IEC 23008-12 §9.3): the properties, and which item has which.
func (a *avifReader) itemProperties(x box) (err error) {
	c := cursor{b: x.body}
	switch x.kind {
	case "ipco":
		a.known, err = a.left.collect(x.body)
		return err
	case "ipma":
	default:
		return nil
	}
	version, flags := c.full()
	for range c.uint(4) {
		id := c.id(version > 0)
		count := c.uint(1)
		if c.short {
			return damaged(format.AVIF, "the item properties are cut short")
		}
		for range count {
			if err := a.left.spend(1); err != nil {
				return err
			}
			number := c.uint(1) & 0x7f
			if flags&1 != 0 {
				number = number<<8 | c.uint(1)
			}
			x := a.get(id)
			x.properties = append(x.properties, int(number))
		}
	}
	return nil
}

// propertiesOf returns the properties of an item, in the order of their association.
func (a *avifReader) propertiesOf(x *item) []box {
	all := make([]box, 0, len(x.properties))
	for _, number := range x.properties {
		if 1 <= number && number <= len(a.known) {
			all = append(all, a.known[number-1])
		}
	}
	return all
}

// headerBytes is how much of an item's data is looked at: its AV1 sequence header or grid description comes first.
const headerBytes = 1024

// data returns where an item's data lies in the file, and checks that all of it is there.
func (a *avifReader) data(x *item) ([]span, error) {
	if x.elsewhere {
		return nil, unsupported("an AVIF file whose pixels lie in other items or files")
	}
	source, start := a.file, 0
	if x.inIdat {
		source, start = a.idat, a.idatStart()
	}
	var spans []span
	total := uint64(0)
	for _, e := range x.extents {
		if e.size == 0 && e.offset < uint64(len(source)) {
			e.size = uint64(len(source)) - e.offset
		}
		if e.size == 0 || e.offset > uint64(len(source)) || e.size > uint64(len(source))-e.offset {
			return nil, damaged(format.AVIF, "it is cut short: pixels are missing")
		}
		if total += e.size; total > uint64(len(a.file)) {
			return nil, damaged(format.AVIF, "a picture in it has more bytes than the file")
		}
		spans = append(spans, span{start + int(e.offset), int(e.size)})
	}
	return spans, nil
}

// idatStart returns where idat's body begins in the file, of which it is a part.
func (a *avifReader) idatStart() int { return cap(a.file) - cap(a.idat) }

// head returns the first headerBytes of an item's data.
func (a *avifReader) head(data []span) []byte {
	var head []byte
	for i, s := range data {
		part := a.file[s.start : s.start+min(s.size, headerBytes)]
		if i == 0 {
			head = part[:len(part):len(part)]
		} else if len(head) < headerBytes {
			head = append(head, part...)
		}
	}
	return head
}
