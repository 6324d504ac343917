//go:build !cgo

package png

// filter chooses a filter for each row (§12.7): the one with the smallest sum of absolute differences.
type filter struct {
	kinds       []byte // that may be used, by their number in the file
	bpp         int
	now, before []byte // rows, each behind a byte for its filter
	tries       [2][]byte
}

func newFilter(f Filters, size, bpp int) *filter {
	k := &filter{bpp: bpp, now: make([]byte, 1+size), before: make([]byte, 1+size)}
	for i, one := range []Filters{None, Sub, Up, Avg, Paeth} {
		if f&one != 0 {
			k.kinds = append(k.kinds, byte(i))
		}
	}
	if len(k.kinds) > 0 {
		k.tries = [2][]byte{make([]byte, 1+size), make([]byte, 1+size)}
	}
	return k
}

// row is where the next row goes.
func (k *filter) row() []byte { return k.now[1:] }

// next returns the row as it is written, until the next call.
func (k *filter) next() []byte {
	row, up := k.now, k.before
	k.now, k.before = up, row
	if len(k.kinds) == 0 {
		return row
	}
	least := -1
	for _, kind := range k.kinds {
		out := k.tries[1]
		out[0] = kind
		sum := apply(kind, out[1:], row[1:], up[1:], k.bpp, least)
		if least < 0 || sum < least {
			least = sum
			k.tries[0], k.tries[1] = out, k.tries[0]
		}
	}
	return k.tries[0]
}

// apply writes a row filtered (§9.2) and returns the sum of the absolute differences, or some number not below most as
// soon as that is certain; most < 0 = never.
func apply(kind byte, out, row, up []byte, bpp, most int) (sum int) {
	const part = 256 // bytes between two looks at the sum
	for from := 0; from < len(row); from += part {
		to := min(from+part, len(row))
		subtract(kind, out, row, up, bpp, from, to)
		for _, v := range out[from:to] {
			sum += min(int(v), 256-int(v))
		}
		if most >= 0 && sum >= most {
			return sum
		}
	}
	return sum
}

// subtract writes the bytes from…to of a row without what a filter predicts.
func subtract(kind byte, out, row, up []byte, bpp, from, to int) {
	for ; from < min(bpp, to); from++ { // nothing on the left
		left := [5]byte{0, 0, up[from], up[from] / 2, up[from]}
		out[from] = row[from] - left[kind]
	}
	switch kind {
	case 0:
		copy(out[from:to], row[from:to])
	case 1:
		for i := from; i < to; i++ {
			out[i] = row[i] - row[i-bpp]
		}
	case 2:
		for i := from; i < to; i++ {
			out[i] = row[i] - up[i]
		}
	case 3:
		for i := from; i < to; i++ {
			out[i] = row[i] - byte((int(row[i-bpp])+int(up[i]))/2)
		}
	case 4:
		for i := from; i < to; i++ {
			out[i] = row[i] - paeth(row[i-bpp], up[i], up[i-bpp])
		}
	}
}
