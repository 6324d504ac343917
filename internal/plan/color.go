package plan

import (
	"imagekit/internal/cicp"
	"imagekit/internal/fault"
	"imagekit/internal/icc"
	"imagekit/internal/probe"
)

// colors decides what happens to the colours. In the source it returns only what the engine shall use stays: ICC is
// the profile that is applied or carried, Profile its bytes where they are needed. A CMYK picture without a profile
// of its own is transformed with Profile nil: by the engine's default conversion.
func colors(info probe.Info) (probe.Info, ColorAction) {
	if !info.Model.Takes(info.ICC) {
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

// uncarried transforms what a result without profiles would carry.
func (p *Plan) uncarried() {
	if p.Color == ColorCarry {
		p.Color, p.Source.Profile = ColorTransform, icc.Profile(p.Source.ICC)
	}
}

// checkProfile refuses a result with a profile that the encoder cannot write. Display P3 needs none in AVIF: code points say
// the same.
func (p *Plan) checkProfile() error {
	if p.Color == ColorCarry && p.Source.ICC == icc.AdobeRGB && !p.Format.Profiles() {
		return refuse("f", fault.EngineLacks, "the portable engine writes no colour profile into %s, and a source in %s needs one",
			p.Format.Title(), p.Source.ICC)
	}
	return nil
}

// unprofiled decides for a source without a usable profile: by its model and its code points.
func unprofiled(info probe.Info) (icc.Kind, ColorAction) {
	if info.Model == probe.CMYK || info.Model == probe.YCCK {
		return icc.None, ColorTransform
	}
	says := func(v, want uint8) bool { return !cicp.Stated(v) || v == want }
	c := info.CICP
	switch {
	case says(c.Primaries, cicp.PrimariesBT709) && SDR(c.Transfer):
		return icc.None, ColorKeep
	case c.Primaries == cicp.PrimariesDisplayP3 && says(c.Transfer, cicp.TransferSRGB):
		return icc.DisplayP3, ColorCarry
	}
	return icc.None, ColorTransform
}

// SDR reports whether a transfer characteristic is one that every viewer shows like sRGB: sRGB itself, the camera
// curves of BT.709, BT.601 and BT.2020, which are meant for the same displays, or none stated.
func SDR(transfer uint8) bool {
	switch transfer {
	case 0, 1, cicp.Unspecified, 6, cicp.TransferSRGB, 14, 15:
		return true
	}
	return false
}
