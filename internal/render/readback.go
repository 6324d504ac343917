package render

import (
	"encoding/json"
	"image"

	"imagekit/internal/blob"
	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
)

// readBack reads the header of a result as that of a source is read: what a worker sent must be the picture that was
// planned. A result that nobody can read is our fault, and neither served nor kept.
func readBack(b *blob.Blob, p plan.Plan) error {
	if p.Format == format.JSON {
		if !json.Valid(b.Data) {
			return fault.New(fault.Internal, "the facts of this picture cannot be read")
		}
		return nil
	}
	want := p.Size()
	info, err := probe.Read(b.Data, probe.Limits{MaxPixels: int64(want.X) * int64(want.Y)})
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the result of this picture cannot be read")
	}
	got := image.Pt(info.Width, info.Height)
	if info.Format != p.Format || got != want {
		return fault.New(fault.Internal, "the result of this picture should be %s of %d×%d pixels, and is %s of %d×%d",
			p.Format, want.X, want.Y, info.Format, got.X, got.Y)
	}
	return nil
}
