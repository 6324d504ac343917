package op

import (
	"unsafe"

	"imagekit/internal/effect"
	"imagekit/internal/frame"
)

// gray leaves the luma alone (ITU-R BT.601-7 §2.5.1): the frame becomes a Gray one.
func gray(f *frame.Frame, _ effect.Effect) error {
	if f.Model == frame.RGB {
		for y := range f.Height {
			lumaRow(words(&f.Planes[0], y), words(&f.Planes[0], y), words(&f.Planes[1], y), words(&f.Planes[2], y))
		}
	}
	f.Model, f.Planes = frame.Gray, f.Planes[:1]
	return nil
}

// kr, kg and kb are luma in 1/65536.
const kr, kg, kb = 19595, 38470, 7471

// lumaOf is the luma of R, G and B.
func lumaOf(r, g, b uint16) uint16 {
	return uint16((uint32(r)*kr + uint32(g)*kg + uint32(b)*kb + 1<<15) >> 16)
}

// lumaRow is lumaOf for a row, four samples at a time in the halves of two words. to may be one of the others.
func lumaRow(to, r, g, b []uint16) {
	dst, pr := unsafe.Pointer(unsafe.SliceData(to)), unsafe.Pointer(unsafe.SliceData(r))
	pg, pb := unsafe.Pointer(unsafe.SliceData(g)), unsafe.Pointer(unsafe.SliceData(b))
	for at := 0; at < 2*len(r); at += 8 {
		vr, vg, vb := word(pr, at), word(pg, at), word(pb, at)
		evens := (vr&even)*kr + (vg&even)*kg + (vb&even)*kb + half
		odds := (vr>>16&even)*kr + (vg>>16&even)*kg + (vb>>16&even)*kb + half
		*(*uint64)(unsafe.Add(dst, at)) = evens>>16&even | odds&^even
	}
}
