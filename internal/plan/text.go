package plan

import (
	"image"
	"unicode/utf8"

	"imagekit/internal/icc"
	"imagekit/internal/param"
)

// Text is what is written over the result, after the overlays. The zero value is nothing.
type Text struct {
	Value string `json:",omitempty"`
	Font  string `json:",omitempty"`
	Size  int    `json:",omitempty"` // of the letters, in pixels
	Color [3]uint8
	Boxed bool
	Box   [3]uint8
	Space image.Rectangle // of the result: what it may take
	X, Y  float64         // where it stands there
	Tall  int             `json:",omitempty"` // pixels that it is cut off at, if it were higher
	// Carried is the profile of the result that the colours are brought to; None = they are sRGB.
	Carried icc.Kind
}

// Given reports whether something is written.
func (t Text) Given() bool { return t.Value != "" }

// Plan is how a text becomes planes of the model of p, where it is written.
func (t Text) Plan(p Plan) Plan {
	return Plan{Target: Target{Model: p.Model, Alpha: true, Encoder: Encoder{Drawing: p.Encoder.Drawing}}}
}

// text plans what is written over a picture whose geometry and colours are decided.
func text(pl Plan, p param.Params) (Text, error) {
	t, dpr := p.Text, dprOf(p)
	if !t.Given() {
		return Text{}, nil
	}
	size := pl.Size()
	margin := min(size.X, size.Y) / 20
	if t.Margin.Set {
		margin = times(t.Margin.Value, dpr)
	}
	space, err := within(size, margin, "textmargin")
	if err != nil {
		return Text{}, err
	}
	x, y := t.Gravity.Point()
	made := Text{
		Value: t.Value, Font: t.Font, Size: max(1, times(t.Pixels(), dpr)), Color: [3]uint8{t.Color.R, t.Color.G, t.Color.B},
		Boxed: t.Box.Set, Box: [3]uint8{t.Box.R, t.Box.G, t.Box.B}, Space: space, X: x, Y: y,
	}
	made.Tall = min(space.Dy(), lineHeight*made.Size*(1+utf8.RuneCountInString(t.Value)))
	if pl.Color == ColorCarry {
		made.Carried = pl.Source.ICC
	}
	return made, nil
}

// lineHeight is more than the height of a line of any usual font, in sizes of its letters. A line has a character.
const lineHeight = 3

// writing is what a text takes beside the picture: four samples of 16 bits, the same before they have the colours of the
// result, a picture of 8 bits, and what makes it of outlines.
func writing(t Text) int64 {
	if !t.Given() {
		return 0
	}
	return int64(t.Space.Dx()) * int64(t.Tall) * (8 + 8 + 4 + 8)
}
