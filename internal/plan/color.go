package plan

import (
	"imagekit/internal/icc"
	"imagekit/internal/probe"
)

// Code points of ITU-T H.273 (tables 2 and 3) that decide.
const (
	primariesBT709 = 1
	primariesP3    = 12
	transferSRGB   = 13
	unspecified    = 2 // and 0, "not stated"
)

// colors decides what happens to the colours. In the source it returns only what the engine shall use stays: ICC is
// the profile that is applied or carried, Profile its bytes where they are needed. A CMYK picture without a profile
// of its own is transformed with Profile nil: by the engine's default conversion.
func colors(info probe.Info) (probe.Info, ColorAction) {
	if !fits(info.ICC, info.Model) {
		info.ICC = icc.None
	}
	action := ColorKeep
	switch info.ICC {
	case icc.DisplayP3, icc.AdobeRGB:
		action = ColorCarry
	case icc.OtherRGB, icc.Gray, icc.CMYK:
		action = ColorTransform
	case icc.None:
		info.ICC, action = unprofiled(info)
	}
	if info.ICC == icc.None || action != ColorTransform {
		info.Profile = nil
	}
	return info, action
}

// fits reports whether a profile describes pixels of this model; one that does not cannot be applied and is ignored,
// as an invalid one is.
func fits(k icc.Kind, m probe.Model) bool {
	switch k {
	case icc.SRGB:
		return m != probe.CMYK && m != probe.YCCK // also what a grey profile with sRGB's curve is called
	case icc.DisplayP3, icc.AdobeRGB, icc.OtherRGB:
		return m == probe.RGB || m == probe.YCbCr
	case icc.Gray:
		return m == probe.Gray
	case icc.CMYK:
		return m == probe.CMYK || m == probe.YCCK
	}
	return false
}

// unprofiled decides for a source without a usable profile: by its model and its code points.
func unprofiled(info probe.Info) (icc.Kind, ColorAction) {
	if info.Model == probe.CMYK || info.Model == probe.YCCK {
		return icc.None, ColorTransform
	}
	stated := func(v, want uint8) bool { return v == 0 || v == unspecified || v == want }
	c := info.CICP
	switch {
	case stated(c.Primaries, primariesBT709) && SDR(c.Transfer):
		return icc.None, ColorKeep
	case c.Primaries == primariesP3 && stated(c.Transfer, transferSRGB):
		return icc.DisplayP3, ColorCarry
	}
	return icc.None, ColorTransform
}

// SDR reports whether a transfer characteristic is one that every viewer shows like sRGB: sRGB itself, the camera
// curves of BT.709, BT.601 and BT.2020, which are meant for the same displays, or none stated.
func SDR(transfer uint8) bool {
	switch transfer {
	case 0, 1, unspecified, 6, transferSRGB, 14, 15:
		return true
	}
	return false
}
