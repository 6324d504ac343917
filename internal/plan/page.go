package plan

import (
	"imagekit/internal/fault"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// page returns which picture of the source is decoded, 0 for the first, and the source as it comes then: pictures after
// the first are drawn on a canvas.
func page(info probe.Info, p param.Params) (int, probe.Info, error) {
	if p.Page > info.Frames {
		return 0, info, refuse("page", fault.BadParameter, "page: want at most %d, the number of pictures in the source, got %d", info.Frames, p.Page)
	}
	if p.Page <= 1 {
		return 0, info, nil
	}
	if !info.Format.Pages() {
		return 0, info, refuse("page", fault.UnsupportedFormat, "page: only the first picture of %s is read here, got %d", info.Format.Title(), p.Page)
	}
	return p.Page, drawn(info), nil
}

// drawn is a source whose pictures are drawn one after the other on a canvas of R, G and B.
func drawn(info probe.Info) probe.Info {
	info.Model, info.SubX, info.SubY, info.Depth = probe.RGB, 1, 1, 8
	info.Alpha, info.Quality = info.Motion.Alpha, 0
	return info
}

func refuse(name string, k fault.Kind, format string, args ...any) error {
	err := fault.New(k, format, args...)
	err.Param = name
	return err
}
