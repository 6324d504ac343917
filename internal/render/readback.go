package render

import (
	"image"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
)

// readBack reads the header of a result as that of a source is read: what a worker sent must be the picture that was
// planned. A result that nobody can read is our fault, and neither served nor kept.
func readBack(b *blob.Blob, p plan.Plan) error {
	info, err := probe.Read(b.Data, probe.Limits{MaxPixels: int64(p.Canvas.X) * int64(p.Canvas.Y)})
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the result of this picture cannot be read")
	}
	got := image.Pt(info.Width, info.Height)
	if info.Format != p.Format || got != p.Canvas {
		return fault.New(fault.Internal, "the result of this picture should be %s of %d×%d pixels, and is %s of %d×%d",
			p.Format, p.Canvas.X, p.Canvas.Y, info.Format, got.X, got.Y)
	}
	return nil
}
