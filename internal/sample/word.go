package sample

// word returns the strokes of "imagekit" with its baseline at y; size is the height of a small letter.
func word(x, y, size float64) []shape {
	r := size * 0.085 // half the width of a stroke
	h := size / 2     // a bowl's radius
	mid := y - h
	var out []shape
	add := func(advance float64, strokes ...shape) {
		out = append(out, strokes...)
		x += advance * size
	}
	letterI := func() {
		add(0.42, line(x, y, x, y-size, r), disc(x, y-1.38*size, 1.3*r))
	}
	bowl := h * 0.92

	letterI()
	arch := size * 0.29
	add(1.58, // m
		line(x, y, x, y-size, r),
		arc(x+arch, y-size+arch, arch, 0.5, 1, r), line(x+2*arch, y-size+arch, x+2*arch, y, r),
		arc(x+3*arch, y-size+arch, arch, 0.5, 1, r), line(x+4*arch, y-size+arch, x+4*arch, y, r))
	add(1.02, // a
		arc(x+bowl, mid, bowl, 0, 0.9999, r), line(x+2*bowl, y, x+2*bowl, y-size, r))
	x += 0.28 * size
	add(1.02, // g
		arc(x+bowl, mid, bowl, 0, 0.9999, r), line(x+2*bowl, y-size, x+2*bowl, y+0.1*size, r),
		arc(x+bowl, y+0.1*size, bowl, 0, 0.42, r))
	x += 0.28 * size
	add(1.2, // e
		line(x, mid, x+2*bowl, mid, r), arc(x+bowl, mid, bowl, 0.11, 1, r))
	add(0.98, // k
		line(x, y, x, y-1.5*size, r), line(x, y-0.38*size, x+0.62*size, y-size, r),
		line(x+0.22*size, y-0.58*size, x+0.66*size, y, r))
	letterI()
	add(0, // t
		line(x+0.15*size, y-1.4*size, x+0.15*size, y-0.28*size, r),
		arc(x+0.43*size, y-0.28*size, 0.28*size, 0.25, 0.5, r),
		line(x-0.1*size, y-size, x+0.46*size, y-size, r))
	return out
}
