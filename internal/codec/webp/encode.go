package webp

import (
	"imagekit/internal/cicp"
	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Settings are the encoder's own numbers.
type Settings struct {
	Quality  int    // 0…100, libwebp's scale; of a lossless picture: the effort
	Method   int    // 0 (fast) … 6 (small)
	Lossless bool   // from R, G, B planes; else from Y, Cb, Cr or grey ones
	Loss     int    // of lossless pictures, 0…100: how far samples beside edges may be off; 40 is 2 levels, 60 is 4
	ICC      []byte // profile to embed (RFC 9649 section 2.7.1.4), none when empty
}

// Encode writes a frame of 8 bits with straight alpha or none. Lossy pictures come from planes in BT.601 and limited
// range, 4:2:0 or grey, lossless ones from R, G and B in full range. Alpha is kept exactly, colours under fully
// transparent pixels are not, also in f itself. Any other frame is fault.Internal: the plan asked for the
// wrong planes. fault.TooMuchMemory without memory.
func Encode(f *frame.Frame, s Settings) ([]byte, error) {
	if err := check(f, s.Lossless); err != nil {
		return nil, err
	}
	if s.Method == methodBlind && s.Quality == 100 && !s.Lossless {
		s.Method = methodSeeing // all squares have the finest steps: there is one segment
	}
	made, err := s.encode(f)
	if err == nil && s.Method == methodBlind && !s.Lossless && !segmented(made.bytes()) {
		made.free()
		s.Method = methodSeeing
		made, err = s.encode(f)
	}
	if err != nil {
		return nil, err
	}
	defer made.free()
	simple := made.bytes()
	transparent := f.HasAlpha() && !opaque(&f.Alpha, f.Width, f.Height)
	var alpha []byte
	if transparent && !s.Lossless {
		alpha = encodeAlpha(&f.Alpha, f.Width, f.Height)
	}
	return assemble(simple, f.Width, f.Height, transparent, alpha, s.ICC), nil
}

// Method 2 of libwebp (up to 1.6) leaves the coefficients at the format's default probabilities when its picture has
// one segment only: StatLoop takes the 0 bytes it counts for modes and segments as failure, and the picture comes out
// up to 2.6 times as large. Method 4 counts modes, too.
const (
	methodBlind  = 2
	methodSeeing = 4
)

// segmented reports whether a lossy file has more than one segment (RFC 6386 section 9.3). The flag is the third bit
// of the first partition, after two that libwebp leaves 0 (section 9.2); coded at even odds (section 7.3) these three
// decide the three highest bits of its first byte.
func segmented(file []byte) bool {
	const firstPartition = 12 + 8 + 10 // after the headers of file, chunk and frame
	return file[firstPartition] >= 0x20
}

// check refuses frames whose planes are not what libwebp will take them for.
func check(f *frame.Frame, lossless bool) error {
	good := f.FullRange && f.Model == frame.RGB
	if !lossless {
		good = !f.FullRange && (f.Model == frame.Gray || f.Model == frame.YCbCr && f.Matrix == cicp.MatrixBT601)
	}
	if !good || f.Depth != 8 || f.Premultiplied {
		return fault.New(fault.Internal, "want a frame of 8 bits with straight alpha for WebP, limited range grey or BT.601 "+
			"or, for lossless, full range RGB; got model %d, %d bits, matrix %d", f.Model, f.Depth, f.Matrix)
	}
	w, h := f.Width, f.Height
	if err := covers(&f.Planes[0], w, h); err != nil {
		return err
	}
	if f.HasAlpha() {
		if err := covers(&f.Alpha, w, h); err != nil {
			return err
		}
	}
	if !lossless {
		w, h = ceil(w, 2), ceil(h, 2)
	}
	for i := range f.Planes[1:] {
		if err := covers(&f.Planes[1+i], w, h); err != nil {
			return err
		}
	}
	if !lossless && f.Model == frame.YCbCr && f.Planes[1].Stride != f.Planes[2].Stride {
		return fault.New(fault.Internal, "want chroma planes of one stride for WebP")
	}
	return nil
}

// covers refuses planes that libwebp would read beyond, and chroma that it would take for subsampled.
func covers(p *frame.Plane, w, h int) error {
	if p.Width < w || p.Height < h || p.Width > w+1 || p.Height > h+1 {
		return fault.New(fault.Internal, "want a plane of %d×%d samples for WebP, got %d×%d", w, h, p.Width, p.Height)
	}
	return nil
}

func ceil(n, unit int) int { return (n + unit - 1) / unit }
