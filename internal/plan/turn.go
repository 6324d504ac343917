package plan

import (
	"image"

	"imagekit/internal/orientation"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// wanted composes orientation, rotation and flip, in this order, into one turn.
func wanted(info probe.Info, p param.Params) Turn {
	t := Turn(max(1, info.Orientation))
	switch p.Rotate {
	case 90:
		t = t.Then(orientation.Clockwise)
	case 180:
		t = t.Then(orientation.Half)
	case 270:
		t = t.Then(orientation.CounterClockwise)
	}
	switch p.Flip {
	case param.FlipHorizontal:
		t = t.Then(orientation.FlipX)
	case param.FlipVertical:
		t = t.Then(orientation.FlipY)
	case param.FlipBoth:
		t = t.Then(orientation.Half)
	}
	return t
}

// undo maps a window of the turned picture, whose size is given, back to the picture before the turn.
func undo(t Turn, w Window, turned image.Point) Window {
	mirrorX, mirrorY := t.Mirrors()
	if mirrorX {
		w.X = max(0, float64(turned.X)-w.X-w.W)
	}
	if mirrorY {
		w.Y = max(0, float64(turned.Y)-w.Y-w.H)
	}
	if t.Swaps() {
		w.X, w.Y, w.W, w.H = w.Y, w.X, w.H, w.W
	}
	return w
}
