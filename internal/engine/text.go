package engine

import (
	"image"

	"imagekit/internal/op"
	"imagekit/internal/text"
)

// builtin are the fonts of an engine that was given none.
var builtin = text.New()

// writeText writes the text over the picture. It is made once, for all pictures of a result that moves.
func writeText(j *job) error {
	t := &j.plan.Text
	if !t.Given() {
		return nil
	}
	if j.text == nil {
		if err := j.letter(); err != nil || j.text == nil {
			return err
		}
	}
	return op.Over(j.frame, j.text, t.Space.Min.Add(j.textAt), image.Point{}, opaque)
}

// opaque is the opacity of what hides all that lies below.
const opaque = 65535

// letter makes the text in the colours and the model of the picture. One that shows nothing leaves no frame.
func (j *job) letter() error {
	t := &j.plan.Text
	s := text.Spec{
		Text: t.Value, Font: t.Font, Size: t.Size, Color: t.Color, Most: t.Space.Size(), X: t.X, Y: t.Y, Tall: t.Tall,
	}
	if t.Boxed {
		s.Box = &t.Box
	}
	img, err := j.fonts.Draw(s)
	if err != nil || img.Rect.Empty() {
		return err
	}
	own := &job{plan: t.Plan(j.plan)}
	if own.frame, err = op.FromRGBA(img); err != nil {
		return err
	}
	if err := own.carry(t.Carried); err != nil {
		own.release()
		return err
	}
	j.text, j.textAt = own.frame, img.Rect.Min
	return nil
}
