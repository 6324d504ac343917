//go:build cgo

package color

// #cgo pkg-config: lcms2
// #include "lcms.h"
import "C"

import (
	"fmt"
	"runtime"
	"unsafe"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// transform takes f through the tables of a profile into dst, by lcms2. It reports false when the profile cannot be used.
func transform(f, dst *frame.Frame, profile []byte) (bool, error) {
	if len(profile) == 0 {
		return false, nil
	}
	in, out := planes(f), planes(dst)
	inv, _ := bt709.toXYZ().inverse()
	var pin runtime.Pinner
	defer pin.Unpin()
	srgb := C.ikcolor_srgb{matrix: cRows(inv), encode: pinned(&pin, encoded())}
	status := C.ikcolor_to_srgb(unsafe.Pointer(&profile[0]), C.size_t(len(profile)), &in, &out, C.int(f.Width),
		C.int(f.Height), &srgb)
	runtime.KeepAlive(profile)
	if status == C.IKCOLOR_NO_MEMORY {
		return false, fault.New(fault.TooMuchMemory, "no memory for the colour transform of %d×%d pixels", f.Width, f.Height)
	}
	return status == C.IKCOLOR_OK, nil
}

// Version returns lcms2's version, "" in a build without it.
func Version() string {
	v := int(C.ikcolor_lcms_version())
	return fmt.Sprintf("%d.%d", v/1000, v%1000/10)
}
