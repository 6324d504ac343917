// Package orientation knows the eight ways to lay a picture on its sides: EXIF's orientations.
package orientation

import "image"

// Turn is a flip or right-angle turn, numbered as the EXIF orientation it undoes (EXIF 3.0 §4.6.5): 1 = none … 8.
type Turn uint8

// Turns of a shown picture.
const (
	None             Turn = 1
	FlipX            Turn = 2 // left and right change places
	Half             Turn = 3
	FlipY            Turn = 4 // top and bottom change places
	Clockwise        Turn = 6
	CounterClockwise Turn = 8
)

// axes says what a turn does to coordinates: x and y change places, then each result is mirrored or not. The eight
// combinations are the symmetries of the rectangle (the dihedral group D4).
type axes struct{ swap, mirrorX, mirrorY bool }

// turns lists what shows each orientation upright. Entry 0, "not stated", does nothing.
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

// Swaps reports whether the turn exchanges width and height.
func (t Turn) Swaps() bool { return turns[t].swap }

// Mirrors reports which axes of the turned picture are mirrored, after a swap.
func (t Turn) Mirrors() (x, y bool) { return turns[t].mirrorX, turns[t].mirrorY }

// MirrorsStored reports which axes of the picture before the turn it reverses.
func (t Turn) MirrorsStored() (x, y bool) {
	a := turns[t]
	if a.swap {
		return a.mirrorY, a.mirrorX
	}
	return a.mirrorX, a.mirrorY
}

// Then returns the one turn that does t and after it u.
func (t Turn) Then(u Turn) Turn {
	a, b := turns[t], turns[u]
	if b.swap {
		a.mirrorX, a.mirrorY = a.mirrorY, a.mirrorX
	}
	both := axes{a.swap != b.swap, a.mirrorX != b.mirrorX, a.mirrorY != b.mirrorY}
	for i := None; i < 8; i++ {
		if turns[i] == both {
			return i
		}
	}
	return 8
}

// Size returns the size a picture has after the turn; given that, it returns the size before.
func (t Turn) Size(p image.Point) image.Point {
	if t.Swaps() {
		return image.Pt(p.Y, p.X)
	}
	return p
}
