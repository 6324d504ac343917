package gifblock

// Row returns row y of the picture out of its decoded indices. It is shorter than the picture is wide where those end
// too early. Of an interlaced picture (appendix E) a row that is missing is the one above it that came in an earlier
// pass, as browsers show it.
func (p *Picture) Row(indices []byte, y int) []byte {
	width := p.Rect.Dx()
	if !p.Interlaced {
		return part(indices, y*width, width)
	}
	for y%8 != 0 {
		if row := part(indices, p.stored(y)*width, width); len(row) == width {
			return row
		}
		y &= y - 1 // of the odd rows, of every fourth, of every eighth: the pass before had the row above
	}
	return part(indices, y/8*width, width)
}

// stored returns where row y of an interlaced picture stands in the file: after those of the passes before.
func (p *Picture) stored(y int) int {
	height := p.Rect.Dy()
	first, second, third := (height+7)/8, (height+3)/8, (height+1)/4
	switch {
	case y%8 == 0:
		return y / 8
	case y%8 == 4:
		return first + y/8
	case y%4 == 2:
		return first + second + y/4
	}
	return first + second + third + y/2
}

func part(b []byte, at, n int) []byte { return b[min(at, len(b)):min(at+n, len(b))] }
