//go:build !cgo

package png

// maxColors is what a palette holds; the table has four times as many slots, so that most colours are found where they
// are looked for.
const (
	maxColors = 256
	slots     = 4 * maxColors
)

// colors is the set of colours of a picture, in the order they are met.
type colors struct {
	list []uint32
	slot [slots]int16 // number of a colour, -1 = free
}

func (c *colors) reset() {
	c.list = make([]uint32, 0, maxColors)
	for i := range c.slot {
		c.slot[i] = -1
	}
}

// find returns the slot where a colour is or would be.
func (c *colors) find(color uint32) int {
	at := int(color * 2654435761 >> 22)
	for c.slot[at] >= 0 && c.list[c.slot[at]] != color {
		at = (at + 1) % slots
	}
	return at
}

// collect adds the colours of a row; false when there are too many.
func (c *colors) collect(row []uint32) bool {
	for x, color := range row {
		if x > 0 && color == row[x-1] {
			continue
		}
		at := c.find(color)
		if c.slot[at] >= 0 {
			continue
		}
		if len(c.list) == maxColors {
			return false
		}
		c.slot[at] = int16(len(c.list))
		c.list = append(c.list, color)
	}
	return true
}

// gray returns the least depth at which a grey picture with these colours can be stored, 0 if one is not grey.
func (c *colors) gray() int {
	depth := 1
	for _, color := range c.list {
		v := color & 255
		if color != v*0x10101|255<<24 {
			return 0
		}
		for v%(255/(1<<depth-1)) != 0 {
			depth *= 2
		}
	}
	return depth
}
