package probe

import (
	"errors"

	"imagekit/internal/format"
	"imagekit/internal/header"
)

// plain is what is true of a picture without loss in full planes.
func plain(f format.Format, width, height int, alpha bool) Info {
	return Info{
		Format: f, Width: width, Height: height, Alpha: alpha,
		Orientation: 1, Frames: 1, Model: RGB, Depth: 8, SubX: 1, SubY: 1, Lossless: true,
	}
}

// explain makes a fault of what package header found wrong with a file.
func explain(f format.Format, err error) error {
	var variant header.Unsupported
	if errors.As(err, &variant) {
		return unsupported(string(variant))
	}
	return damaged(f, err.Error())
}

// within checks the size of a picture before anything is read that takes time by its size.
func within(info Info, err error, lim Limits) (Info, error) {
	if err != nil {
		return Info{}, explain(info.Format, err)
	}
	if err := checkSize(info.Format, int64(info.Width), int64(info.Height), lim); err != nil {
		return Info{}, err
	}
	return info, nil
}

func readBMP(b []byte, lim Limits) (Info, error) {
	p, err := header.ReadBMP(b)
	return within(plain(format.BMP, p.Width, p.Height, p.Alpha), err, lim)
}

// readICO reads the header of the picture that is shown, whatever format it has.
func readICO(b []byte, lim Limits) (Info, error) {
	icon, err := header.ReadICO(b)
	if err != nil || icon.PNG == nil {
		return within(plain(format.ICO, icon.BMP.Width, icon.BMP.Height, icon.BMP.Alpha), err, lim)
	}
	info, err := readPNG(icon.PNG, lim)
	if err != nil {
		return Info{}, err
	}
	info.Format, info.Frames, info.Motion = format.ICO, 1, Motion{}
	return info, nil
}

func readQOI(b []byte, lim Limits) (Info, error) {
	p, err := header.ReadQOI(b)
	return within(plain(format.QOI, p.Width, p.Height, p.Alpha), err, lim)
}

func readPNM(b []byte, lim Limits) (Info, error) {
	p, err := header.ReadPNM(b)
	info := plain(format.PNM, p.Width, p.Height, p.Alpha)
	info.Depth = p.Depth()
	if p.Channels <= 2 {
		info.Model = Gray
	}
	return within(info, err, lim)
}

func readTIFF(b []byte, lim Limits) (Info, error) {
	t, err := header.ReadTIFF(b)
	info := plain(format.TIFF, t.Width, t.Height, t.Alpha)
	if err != nil {
		return within(info, err, lim)
	}
	info.Depth = max(8, t.Bits)
	info.Orientation = t.Orientation
	switch t.Photometric {
	case header.TIFFWhiteIsZero, header.TIFFBlackIsZero:
		info.Model = Gray
	case header.TIFFCMYK:
		info.Model, info.Depth = CMYK, 8
	}
	if t.Profile != nil {
		info.setProfile(t.Profile)
	}
	return within(info, nil, lim)
}
