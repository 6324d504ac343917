package scale

import (
	"fmt"

	"imagekit/internal/cicp"
	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// Convert changes a working frame (16 bits, 4:4:4, full range) to another model; YCbCr results have BT.601's matrix
// (H.273 code 6), what JPEG and WebP mean. Grey becomes anything, colours only colours. A frame that is already right is
// returned as it is; otherwise f is released and a new frame returned. Premultiplied frames stay premultiplied: the
// matrices are linear. A matrix that is not known is fault.UnsupportedFormat.
func Convert(f *frame.Frame, model frame.Model) (*frame.Frame, error) {
	return ConvertFrom(f, model, cicp.Unspecified)
}

// ConvertFrom is Convert for a picture whose primaries (H.273) are known: the matrix 12 is derived from them.
func ConvertFrom(f *frame.Frame, model frame.Model, primaries uint8) (*frame.Frame, error) {
	if f.Model == model && (model != frame.YCbCr || f.Matrix == cicp.MatrixBT601) {
		return f, nil
	}
	if f.Model == frame.Gray {
		return fromGray(f, model)
	}
	if f.Model == frame.CMYK || model == frame.CMYK || model == frame.Gray {
		return nil, fmt.Errorf("scale: no conversion from model %d to %d", f.Model, model)
	}
	dst, err := blank(f, model)
	if err != nil {
		return nil, err
	}
	if err := colors(f, dst, primaries); err != nil {
		dst.Release()
		return nil, fault.Wrap(fault.UnsupportedFormat, err,
			"want matrix coefficients (ITU-T H.273) that are known here, got %d", f.Matrix)
	}
	f.Release()
	return dst, nil
}

// blank returns a working frame of f's size with f's alpha, the colours undefined.
func blank(f *frame.Frame, model frame.Model) (*frame.Frame, error) {
	n := model.Colors()
	if f.HasAlpha() {
		n++
	}
	dst, err := frame.New(model, 16, f.Width, f.Height, frame.Full(n, f.Width, f.Height)...)
	if err != nil {
		return nil, err
	}
	dst.Premultiplied = f.Premultiplied
	if f.HasAlpha() {
		copyPlane(dst.Alpha, f.Alpha)
	}
	return dst, nil
}

// fromGray gives a grey working frame the planes of model: neutral chroma, or three equal ones.
func fromGray(f *frame.Frame, model frame.Model) (*frame.Frame, error) {
	dst, err := blank(f, model)
	if err != nil {
		return nil, err
	}
	copyPlane(dst.Planes[0], f.Planes[0])
	for _, p := range dst.Planes[1:] {
		if model == frame.RGB {
			copyPlane(p, f.Planes[0])
		} else {
			for y := range p.Height {
				row := words(p, y)
				for x := range row {
					row[x] = 1 << 15
				}
			}
		}
	}
	f.Release()
	return dst, nil
}

func copyPlane(dst, src frame.Plane) {
	for y := range dst.Height {
		copy(dst.Row(y, 16), src.Row(y, 16))
	}
}
