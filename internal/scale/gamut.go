package scale

import (
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Gamut states primaries and transfer by their H.273 code points.
type Gamut struct{ Primaries, Transfer uint8 }

// SRGB is the gamut results are converted to: BT.709 primaries and the sRGB transfer (IEC 61966-2-1).
var SRGB = Gamut{Primaries: 1, Transfer: 13}

// ToSRGB brings an RGB or grey working frame from a gamut to sRGB: f is released and a new frame of the same model
// returned. HDR becomes SDR with the white of ITU-R BT.2408, 203 cd/m²; what is brighter is cut. Code points that zimg
// does not know are fault.UnsupportedFormat.
func ToSRGB(f *frame.Frame, from Gamut) (*frame.Frame, error) {
	dst, err := blank(f, frame.RGB)
	if err != nil {
		return nil, err
	}
	in, out := workingFormat(f, frame.RGB, 0), workingFormat(f, frame.RGB, 0)
	in.primaries, in.transfer = cInt(int(from.Primaries)), cInt(int(from.Transfer))
	out.primaries, out.transfer = cInt(int(SRGB.Primaries)), cInt(int(SRGB.Transfer))
	s, d := [4]frame.Plane{f.Planes[0], f.Planes[0], f.Planes[0]}, [4]frame.Plane{} // grey is red, green and blue alike
	copy(s[:], f.Planes)
	copy(d[:], dst.Planes)
	weigh(f, divided)
	if err := run(in, out, s, d); err != nil {
		dst.Release()
		return nil, fault.Wrap(fault.UnsupportedFormat, err,
			"want primaries and transfer characteristics (ITU-T H.273) that are known here, got %d and %d", from.Primaries, from.Transfer)
	}
	weigh(dst, multiplied)
	if dst.Model = f.Model; dst.Model == frame.Gray {
		dst.Planes = dst.Planes[:1]
	}
	f.Release()
	return dst, nil
}

// weigh replaces every colour sample v of a premultiplied frame by by(v, alpha).
func weigh(f *frame.Frame, by func(v, alpha uint32) uint32) {
	if !f.Premultiplied {
		return
	}
	for _, p := range f.Planes {
		for y := range p.Height {
			row, alpha := words(p, y), words(f.Alpha, y)
			for x, v := range row {
				row[x] = uint16(by(uint32(v), uint32(alpha[x])))
			}
		}
	}
}

func multiplied(v, alpha uint32) uint32 { return (v*alpha + 32767) / 65535 }

func divided(v, alpha uint32) uint32 {
	if alpha == 0 {
		return 0
	}
	return min((v*65535+alpha/2)/alpha, 65535)
}

// words returns row y of a 16-bit plane.
func words(p frame.Plane, y int) []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Add(p.Data, y*p.Stride)), p.Width)
}
