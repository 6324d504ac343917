package probe

import (
	"image"

	"imagekit/internal/format"
	"imagekit/internal/gifblock"
)

// readGIF walks the blocks and counts the pictures. The first that has pixels must be there to its end; what is cut or
// senseless after it ends the walk, as in browsers.
func readGIF(b []byte, lim Limits) (Info, error) {
	info := Info{Format: format.GIF, Orientation: 1, Model: RGB, Depth: 8, SubX: 1, SubY: 1, Lossless: true}
	r, ok := gifblock.NewReader(b)
	if !ok {
		return Info{}, damaged(format.GIF, "it is cut short in its header")
	}
	canvas := r.Canvas()
	info.Width, info.Height = canvas.X, canvas.Y
	if err := checkSize(format.GIF, int64(canvas.X), int64(canvas.Y), lim); err != nil {
		return Info{}, err
	}
	shown := false // the picture that is decoded as a still was found
	beyond := int64(0)
	opened := false // what was there before a picture may be seen again
	for p, ok := r.Next(); ok && !(shown && p.Cut); p, ok = r.Next() {
		info.Frames++
		if err := checkFrames(int64(info.Frames)); err != nil {
			return Info{}, err
		}
		info.Motion.Alpha = info.Motion.Alpha || opened
		if n, drawn := p.Beyond(canvas.X * canvas.Y); drawn {
			beyond += int64(n)
		}
		opened = p.Rect.Empty() && !shown || p.Disposal == gifblock.Background || p.Disposal == gifblock.Previous && !shown
		if shown {
			continue
		}
		if shown = !p.Rect.Empty(); shown || info.Frames == 1 {
			complete := p.Complete()
			if p.Cut && !complete {
				return Info{}, damaged(format.GIF, "it is cut short in its first picture")
			}
			info.Alpha = p.Transparent >= 0 || !complete || p.Rect != image.Rectangle{Max: canvas}
			info.Progressive = p.Interlaced
		}
	}
	if info.Frames == 0 {
		return Info{}, damaged(format.GIF, "it has no whole picture")
	}
	info.motion(Motion{info.Motion.Alpha || info.Alpha, beyond, r.Repeats()})
	return info, nil
}

// motion records what concerns all pictures, where there are several.
func (i *Info) motion(m Motion) {
	i.Motion = Motion{}
	if i.Frames > 1 {
		i.Motion = m
	}
}
