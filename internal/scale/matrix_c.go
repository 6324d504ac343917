//go:build cgo

package scale

// #include "resample.h"
// #include <zimg.h>
import "C"

import (
	"fmt"

	"imagekit/internal/cicp"
	"imagekit/internal/frame"
)

// colors converts the colours of a working frame into dst, of the same size. It fails where zimg does not know the
// matrix.
func colors(f, dst *frame.Frame, primaries uint8) error {
	in, out := workingFormat(f, f.Model, f.Matrix), workingFormat(f, dst.Model, dst.Matrix)
	if f.Matrix == cicp.MatrixDerived {
		in.primaries, out.primaries = C.int(primaries), C.int(primaries)
	}
	var s, d [4]frame.Plane
	copy(s[:], f.Planes)
	copy(d[:], dst.Planes)
	return run(in, out, s, d)
}

// workingFormat describes the colour planes of a working frame of f's size.
func workingFormat(f *frame.Frame, m frame.Model, matrix uint8) format {
	return format{
		width: C.int(f.Width), height: C.int(f.Height),
		family: family(m), matrix: C.int(matrix), transfer: cicp.Unspecified, primaries: cicp.Unspecified,
	}
}

func family(m frame.Model) C.int {
	switch m {
	case frame.RGB:
		return familyRGB
	case frame.YCbCr:
		return familyYUV
	}
	return familyGrey
}

// Version returns zimg's version, "" in a build without it.
func Version() string {
	var v [3]C.uint
	C.zimg_get_version_info(&v[0], &v[1], &v[2])
	return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2])
}
