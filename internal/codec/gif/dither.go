package gif

// nearest finds the nearest of a palette's colours. It dithers in an order that hangs on the place alone, so that what
// does not move stands still from picture to picture.
type nearest struct {
	colors []pixel
	known  []uint16 // by six bits of each channel: the index and one, 0 = not looked for yet
	offset [64]int32
}

// newNearest returns one that spreads its errors over so many levels.
func newNearest(colors []pixel, spread float64) *nearest {
	n := &nearest{colors: colors, known: make([]uint16, 1<<18)}
	const most = 24
	spread = min(spread, most)
	for i := range n.offset {
		n.offset[i] = int32((float64(bayer(i%8, i/8))+0.5)/64*spread - spread/2)
	}
	return n
}

// bayer is the ordered matrix of 8 × 8: the bits of x^y and y, interleaved, the lowest first.
func bayer(x, y int) (v int) {
	for bit := range 3 {
		v |= (x^y)>>bit&1<<(5-2*bit) | y>>bit&1<<(4-2*bit)
	}
	return v
}

// of returns the index for a colour at a place.
func (n *nearest) of(c pixel, x, y int) byte {
	d := n.offset[y%8*8+x%8]
	r, g, b := shifted(c, d), shifted(c>>8, d), shifted(c>>16, d)
	at := r>>2<<12 | g>>2<<6 | b>>2
	if n.known[at] == 0 {
		n.known[at] = uint16(n.search(r, g, b)) + 1
	}
	return byte(n.known[at] - 1)
}

func shifted(c pixel, d int32) int32 { return min(max(int32(c&0xff)+d, 0), 255) }

// search returns the colour that looks nearest: green counts most, and blue least.
func (n *nearest) search(r, g, b int32) (best int) {
	least := int32(1 << 30)
	for i, c := range n.colors {
		dr, dg, db := r-int32(c&0xff), g-int32(c>>8&0xff), b-int32(c>>16&0xff)
		if d := 3*dr*dr + 4*dg*dg + 2*db*db; d < least {
			least, best = d, i
		}
	}
	return best
}
