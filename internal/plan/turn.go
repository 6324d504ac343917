package plan

import (
	"image"

	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// axes says what a turn does to coordinates: x and y change places, then each result is mirrored or not.
// The eight combinations are the symmetries of the rectangle (the dihedral group D4).
type axes struct{ swap, mirrorX, mirrorY bool }

// turns lists what shows each EXIF orientation upright (EXIF 3.0 §4.6.5). Entry 0, "not stated", does nothing.
var turns = [9]axes{
	1: {},
	2: {mirrorX: true},
	3: {mirrorX: true, mirrorY: true},
	4: {mirrorY: true},
	5: {swap: true},
	6: {swap: true, mirrorX: true},
	7: {swap: true, mirrorX: true, mirrorY: true},
	8: {swap: true, mirrorY: true},
}

// wanted composes orientation, rotation and flip, in this order, into one turn.
func wanted(info probe.Info, p param.Params) Turn {
	t := Turn(max(1, info.Orientation))
	switch p.Rotate {
	case 90:
		t = t.then(6)
	case 180:
		t = t.then(3)
	case 270:
		t = t.then(8)
	}
	switch p.Flip {
	case param.FlipHorizontal:
		t = t.then(2)
	case param.FlipVertical:
		t = t.then(4)
	case param.FlipBoth:
		t = t.then(3)
	}
	return t
}

// then returns the one turn that does t and after it u.
func (t Turn) then(u Turn) Turn {
	a, b := turns[t], turns[u]
	if b.swap {
		a.mirrorX, a.mirrorY = a.mirrorY, a.mirrorX
	}
	both := axes{a.swap != b.swap, a.mirrorX != b.mirrorX, a.mirrorY != b.mirrorY}
	for i := Turn(1); i < 8; i++ {
		if turns[i] == both {
			return i
		}
	}
	return 8
}

// size returns the size a picture has after the turn; given that, it returns the size before.
func (t Turn) size(p image.Point) image.Point {
	if t.Swaps() {
		return image.Pt(p.Y, p.X)
	}
	return p
}

// undo maps a window of the turned picture, whose size is given, back to the picture before the turn.
func (t Turn) undo(w Window, turned image.Point) Window {
	a := turns[t]
	if a.mirrorX {
		w.X = max(0, float64(turned.X)-w.X-w.W)
	}
	if a.mirrorY {
		w.Y = max(0, float64(turned.Y)-w.Y-w.H)
	}
	if a.swap {
		w.X, w.Y, w.W, w.H = w.Y, w.X, w.H, w.W
	}
	return w
}
