package gif

import (
	"encoding/binary"
	"image"
	"math"
	"slices"
	"time"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
	"imagekit/internal/gifblock"
)

// Writer writes a GIF, picture by picture. Of each picture only the window that differs from what is shown already is
// written, and of that only what differs. It holds three canvases, however many pictures there are.
type Writer struct {
	size    image.Point
	repeats int
	out     []byte
	global  *palette // of the first picture
	// shown is what stands before the picture that waits is drawn; spare is memory for the next.
	shown, waiting, spare []pixel
	waits                 bool // there is a picture that waits to be written: what becomes of it hangs on the next
	delay                 time.Duration
	owed                  time.Duration // by which the pictures so far are shown too short, or, below 0, too long
	quantizer             quantizer
}

// pixel is red, green, blue from the lowest byte on, and 0xff above when it is seen.
type pixel uint32

const opaque = pixel(0xff << 24)

// NewWriter begins a file of this size that is shown again so many times after the first, -1 without end.
func NewWriter(width, height, repeats int) (*Writer, error) {
	if side := max(width, height); min(width, height) < 1 || side > math.MaxUint16 {
		return nil, fault.New(fault.Internal, "want sides of 1 to %d pixels for GIF, got %d×%d", math.MaxUint16, width,
			height)
	}
	n := width * height
	return &Writer{
		size: image.Pt(width, height), repeats: repeats,
		shown: make([]pixel, n), waiting: make([]pixel, n), spare: make([]pixel, n),
	}, nil
}

// maxDelay is the longest that a picture can be shown.
const maxDelay = math.MaxUint16 * hundredth

// Add adds a picture of 8 bits, grey or R, G and B in full range, with straight alpha or none, that is shown for so long.
// What is less than half opaque is transparent. A picture that equals the last one prolongs it.
func (w *Writer) Add(f *frame.Frame, delay time.Duration) error {
	if f.Width != w.size.X || f.Height != w.size.Y || f.Depth != 8 || !f.FullRange || f.Premultiplied ||
		f.Model != frame.RGB && f.Model != frame.Gray {
		return fault.New(fault.Internal, "want a frame of %v for GIF, 8 bits of RGB or grey; got %d×%d, model %d, %d bits",
			w.size, f.Width, f.Height, f.Model, f.Depth)
	}
	pack(w.spare, f)
	switch {
	case w.waits && w.delay+delay <= maxDelay && slices.Equal(w.spare, w.waiting):
		w.delay += delay
		return nil
	case w.waits:
		w.write(w.spare)
	}
	w.waiting, w.spare = w.spare, w.waiting
	w.waits, w.delay = true, delay
	return nil
}

// Close returns the file.
func (w *Writer) Close() ([]byte, error) {
	const trailer = 0x3b
	w.write(nil)
	return append(w.out, trailer), nil
}

// Release has nothing to do: all memory is Go's.
func (*Writer) Release() {}

// Encode writes a still.
func Encode(f *frame.Frame) ([]byte, error) {
	w, err := NewWriter(f.Width, f.Height, 0)
	if err != nil {
		return nil, err
	}
	if err := w.Add(f, 0); err != nil {
		return nil, err
	}
	return w.Close()
}

// write writes the picture that waits. next is what comes after it, nil when nothing does.
func (w *Writer) write(next []pixel) {
	window := w.window(func(i int) bool { return w.shown[i] != w.waiting[i] })
	disposal := gifblock.Keep
	if next != nil {
		// Nothing that is drawn makes a pixel transparent again: the window goes, and what stays of it is drawn anew.
		if gone := w.window(func(i int) bool { return w.waiting[i] != 0 && next[i] == 0 }); !gone.Empty() {
			disposal, window = gifblock.Background, window.Union(gone)
		}
	}
	switch first := len(w.out) == 0; {
	case first:
		window = image.Rectangle{Max: w.size}
	case window.Empty():
		window = image.Rect(0, 0, 1, 1)
	}
	w.picture(window, disposal)
	w.shown, w.waiting = w.waiting, w.shown
	if disposal == gifblock.Background {
		for y := window.Min.Y; y < window.Max.Y; y++ {
			clear(w.shown[y*w.size.X:][window.Min.X:window.Max.X])
		}
	}
}

// window returns the smallest rectangle around the pixels that count.
func (w *Writer) window(counts func(i int) bool) (r image.Rectangle) {
	r.Min = w.size
	for y := range w.size.Y {
		row := y * w.size.X
		left := 0
		for left < w.size.X && !counts(row+left) {
			left++
		}
		if left == w.size.X {
			continue
		}
		right := w.size.X
		for !counts(row + right - 1) {
			right--
		}
		r.Min = image.Pt(min(r.Min.X, left), min(r.Min.Y, y))
		r.Max = image.Pt(max(r.Max.X, right), y+1)
	}
	return r
}

// picture appends the window of the picture that waits.
func (w *Writer) picture(window image.Rectangle, disposal gifblock.Disposal) {
	colors, indices := w.indices(window)
	if len(w.out) == 0 {
		w.global = colors
		w.header()
	}
	local := colors != w.global
	w.control(colors, disposal)
	const separator, localTable = 0x2c, 0x80
	w.out = append(w.out, separator)
	for _, n := range [4]int{window.Min.X, window.Min.Y, window.Dx(), window.Dy()} {
		w.out = binary.LittleEndian.AppendUint16(w.out, uint16(n))
	}
	if local {
		w.out = append(w.out, localTable|byte(colors.bits()-1))
		w.out = colors.append(w.out)
	} else {
		w.out = append(w.out, 0)
	}
	w.out = appendCodes(w.out, indices, max(2, colors.bits()))
}

// header appends what stands before the first picture (§17 to §19, and Netscape's extension).
func (w *Writer) header() {
	const globalTable, resolution = 0x80, 7 << 4
	w.out = append(w.out, "GIF89a"...)
	w.out = binary.LittleEndian.AppendUint16(w.out, uint16(w.size.X))
	w.out = binary.LittleEndian.AppendUint16(w.out, uint16(w.size.Y))
	w.out = append(w.out, globalTable|resolution|byte(w.global.bits()-1), 0, 0)
	w.out = w.global.append(w.out)
	if w.repeats != 0 {
		w.out = append(w.out, "\x21\xff\x0bNETSCAPE2.0\x03\x01"...)
		w.out = binary.LittleEndian.AppendUint16(w.out, uint16(max(0, w.repeats)))
		w.out = append(w.out, 0)
	}
}

// control appends the graphic control extension (§23), which a still without transparent pixels does without.
func (w *Writer) control(colors *palette, disposal gifblock.Disposal) {
	delay := w.hundredths()
	if delay == 0 && colors.transparent < 0 && disposal == gifblock.Keep {
		return
	}
	flags, transparent := byte(1)<<2, byte(0)
	if disposal == gifblock.Background {
		flags = 2 << 2
	}
	if colors.transparent >= 0 {
		flags, transparent = flags|1, byte(colors.transparent)
	}
	w.out = append(w.out, 0x21, 0xf9, 4, flags, byte(delay), byte(delay>>8), transparent, 0)
}

// hundredths is how long the picture that waits is shown. What rounding takes of one picture the next ones give back;
// what is not 0 is two at least, since browsers take less for a tenth of a second.
func (w *Writer) hundredths() int {
	if w.delay == 0 {
		return 0
	}
	const least = 2
	want := w.delay + w.owed
	n := int(min(max(least, (want+hundredth/2)/hundredth), math.MaxUint16))
	w.owed = want - time.Duration(n)*hundredth
	return n
}

// pack makes pixels of planes.
func pack(to []pixel, f *frame.Frame) {
	for y := range f.Height {
		row := to[y*f.Width:][:f.Width]
		r := f.Planes[0].Row(y, 8)
		g, b := r, r
		if f.Model == frame.RGB {
			g, b = f.Planes[1].Row(y, 8), f.Planes[2].Row(y, 8)
		}
		for x := range row {
			row[x] = opaque | pixel(r[x]) | pixel(g[x])<<8 | pixel(b[x])<<16
		}
		if f.HasAlpha() {
			for x, a := range f.Alpha.Row(y, 8)[:f.Width] {
				if a < 128 {
					row[x] = 0
				}
			}
		}
	}
}
