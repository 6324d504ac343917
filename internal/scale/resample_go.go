//go:build !cgo

package scale

import (
	"unsafe"

	"imagekit/internal/frame"
)

// low selects the first half of a word.
const low = 1<<32 - 1

// half rounds the sums in both halves of a word.
const half = one / 2 * both

// maxRing bounds the rows that are kept lifted. A picture that shrinks by more than ten needs more for one row: those
// are lifted again for the next ones.
const maxRing = 64

// resizer resizes a plane, two rows of the result at a time: first down the columns, two columns in a word, then along
// both rows at once, one of each in a word. So a multiplication does the work of two.
type resizer struct {
	from   *lifter
	to     *dropper
	across *taps
	down   *taps
	ring   [][]uint64 // lifted rows: row y is in y % len(ring)
	holds  []int      // which row each of ring is
	sums   [2][]uint64
	pair   []uint64
	out    []uint64
	rows   []unsafe.Pointer // room for what mix is given
}

// plane resizes the window of l's plane into d's.
func plane(win window, l lift, d drop) error {
	r := resizer{
		from: l.lifter(), to: d.dropper(),
		across: tapsFor(side{l.plane.Width, d.plane.Width, win.x, win.w, win.kernel}),
		down:   tapsFor(side{l.plane.Height, d.plane.Height, win.y, win.h, win.kernel}),
	}
	memory, err := r.prepare(l.plane.Width, d.plane.Width)
	if err != nil {
		return err
	}
	defer memory.Release()
	for y := 0; y < d.plane.Height; y += 2 {
		r.two(y)
	}
	return nil
}

// prepare takes memory for the rows of both sides, which the caller releases.
func (r *resizer) prepare(in, out int) (*frame.Frame, error) {
	count, words := min(maxRing, r.down.span()), (in+1)/2
	const samples = 4 // of 16 bits in a word
	f, err := frame.New(frame.Gray, 16, in, 1,
		frame.Size{W: samples * words, H: count + 2}, frame.Size{W: samples * max(2*words, out), H: 2})
	if err != nil {
		return nil, err
	}
	row := func(p frame.Plane, y, n int) []uint64 {
		return unsafe.Slice((*uint64)(unsafe.Add(p.Data, y*p.Stride)), n)
	}
	columns, across := f.Planes[0], f.Alpha
	r.ring, r.holds, r.rows = make([][]uint64, count), make([]int, count), make([]unsafe.Pointer, count)
	for i := range r.ring {
		r.ring[i], r.holds[i] = row(columns, i, words), -1
	}
	r.sums = [2][]uint64{row(columns, count, words), row(columns, count+1, words)}
	r.pair, r.out = row(across, 0, 2*words), row(across, 1, out)
	return f, nil
}

// span returns how many samples two results that are made together are made of, at most.
func (t *taps) span() int {
	most := 1
	for i := 0; i < len(t.first); i += 2 {
		first, weights := t.of(i)
		end := first + len(weights)
		if i+1 < len(t.first) {
			second, more := t.of(i + 1)
			first, end = min(first, second), max(end, second+len(more))
		}
		most = max(most, end-first)
	}
	return most
}

// two makes rows y and y + 1 of the result.
func (r *resizer) two(y int) {
	last := min(y+1, len(r.down.first)-1) // once more where there is no second row
	var first [2]int
	var weights [2][]uint64
	first[0], weights[0] = r.down.of(y)
	first[1], weights[1] = r.down.of(last)
	end := max(first[0]+len(weights[0]), first[1]+len(weights[1]))
	for i := range r.sums {
		for k := range r.sums[i] {
			r.sums[i][k] = half
		}
	}
	for from := min(first[0], first[1]); from < end; from += len(r.ring) {
		to := min(from+len(r.ring), end)
		for i := range first {
			a, b := max(from, first[i]), min(to, first[i]+len(weights[i]))
			if a < b {
				r.mix(r.sums[i], a, weights[i][a-first[i]:b-first[i]])
			}
		}
	}
	interleave(r.pair, r.sums[0], r.sums[1])
	r.along()
	r.to.rows(r.out, y)
}

// lifted returns row y as words of two samples.
func (r *resizer) lifted(y int) unsafe.Pointer {
	i := y % len(r.ring)
	if r.holds[i] != y {
		r.from.row(r.ring[i], y)
		r.holds[i] = y
	}
	return unsafe.Pointer(unsafe.SliceData(r.ring[i]))
}

// mix adds rows from first on to sums, by their weights.
func (r *resizer) mix(sums []uint64, first int, weights []uint64) {
	rows := r.rows[:len(weights)]
	for k := range weights {
		rows[k] = r.lifted(first + k)
	}
	n := len(sums) &^ 3
	for i := 0; i < n; i += 4 {
		s := sums[i : i+4 : i+4]
		a, b, c, d := s[0], s[1], s[2], s[3]
		for k, w := range weights {
			v := (*[4]uint64)(unsafe.Add(rows[k], 8*i))
			a += v[0] * w
			b += v[1] * w
			c += v[2] * w
			d += v[3] * w
		}
		s[0], s[1], s[2], s[3] = a, b, c, d
	}
	for i := n; i < len(sums); i++ {
		for k, row := range rows {
			sums[i] += *(*uint64)(unsafe.Add(row, 8*i)) * weights[k]
		}
	}
}

// interleave takes the results out of the sums of two rows, two samples in a word, and puts those of a column together.
func interleave(out, a, b []uint64) {
	const whole = 0xffff * both
	for i, v := range a {
		p, q := v>>16&whole, b[i]>>16&whole
		o := out[2*i : 2*i+2 : 2*i+2]
		o[0], o[1] = p&low|q<<32, p>>32|q&^low
	}
}

// along filters a pair of rows along itself.
func (r *resizer) along() {
	const whole = 0xffff * both
	for x := range r.out {
		first, weights := r.across.of(x)
		v := r.pair[first:][:len(weights)]
		sum := uint64(half)
		for k, w := range weights {
			sum += v[k] * w
		}
		r.out[x] = sum >> 16 & whole
	}
}
