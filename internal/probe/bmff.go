package probe

import (
	"fmt"

	"imagekit/internal/format"
)

// cursor reads big-endian numbers. Beyond the end it gives zeros and remembers that it was short.
type cursor struct {
	b     []byte
	short bool
}

// take returns the next n bytes, nil when there are not so many.
func (c *cursor) take(n int) []byte {
	if n > len(c.b) {
		c.b, c.short = nil, true
		return nil
	}
	head := c.b[:n]
	c.b = c.b[n:]
	return head
}

// uint reads a number of 0 to 8 bytes.
func (c *cursor) uint(size int) uint64 {
	var v uint64
	for _, x := range c.take(size) {
		v = v<<8 | uint64(x)
	}
	return v
}

// id reads an identifier or count: 2 bytes, or 4 when wide.
func (c *cursor) id(wide bool) uint32 {
	if wide {
		return uint32(c.uint(4))
	}
	return uint32(c.uint(2))
}

// full reads the head of a full box (ISO/IEC 14496-12 §4.2): version and flags.
func (c *cursor) full() (version byte, flags uint32) {
	v := uint32(c.uint(4))
	return byte(v >> 24), v & 0xffffff
}

// A box is a unit of the ISO base media file format (ISO/IEC 14496-12 §4.2).
type box struct {
	kind string
	body []byte
}

// budget bounds the work that a file can ask for.
type budget int

// spend takes n units.
func (left *budget) spend(n int) error {
	if *left -= budget(n); *left < 0 {
		return refused(format.AVIF, maxBoxes, "boxes, items and properties")
	}
	return nil
}

// boxes calls take for each box in b. Boxes inside of them are taken's own business: nothing here recurses.
func (left *budget) boxes(b []byte, take func(box) error) error {
	for c := (cursor{b: b}); len(c.b) > 0; {
		if err := left.spend(1); err != nil {
			return err
		}
		whole := len(c.b)
		size := c.uint(4)
		kind := string(c.take(4))
		switch size {
		case 0: // to the end
			size = uint64(whole)
		case 1:
			size = c.uint(8)
		}
		head := uint64(whole - len(c.b))
		if c.short {
			return damaged(format.AVIF, "it is cut short in the head of a box")
		}
		if size < head {
			return damaged(format.AVIF, fmt.Sprintf("a box %q of %d bytes", kind, size))
		}
		if size > uint64(whole) {
			if kind == "mdat" { // whether the pixels are there shows when they are looked up
				return nil
			}
			return damaged(format.AVIF, fmt.Sprintf("it is cut short in a box %q", kind))
		}
		if err := take(box{kind, c.take(int(size - head))}); err != nil {
			return err
		}
	}
	return nil
}

// collect returns the boxes in b.
func (left *budget) collect(b []byte) (all []box, err error) {
	err = left.boxes(b, func(x box) error {
		all = append(all, x)
		return nil
	})
	return all, err
}

// find returns the body of the first box of a kind.
func find(all []box, kind string) ([]byte, bool) {
	for _, x := range all {
		if x.kind == kind {
			return x.body, true
		}
	}
	return nil, false
}
