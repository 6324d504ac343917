package plan

import (
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/probe"
)

// The format is blamed for a size that it cannot hold, so that a negotiated one can give way, and not for one that no
// format could.
func TestFormatIsBlamed(t *testing.T) {
	for _, tt := range []struct {
		w, h int
		out  format.Format
		want string
	}{
		{100, 16384, format.WebP, "f"},
		{100, 65501, format.JPEG, "f"},
		{100, 65501, format.Legacy, "f"},
		{5000, 6000, format.PNG, ""},
	} {
		info := probe.Info{Format: format.PNG, Width: tt.w, Height: tt.h, Model: probe.RGB, Depth: 8}
		_, err := New(info, param.Params{Width: tt.w}, tt.out,
			Limits{MaxPixels: 50_000_000, MaxOutputPixels: 25_000_000, Memory: 1 << 40})
		if f := fault.From(err); err == nil || f.Kind != fault.OutputTooLarge || f.Param != tt.want {
			t.Errorf("%d × %d as %s: %v, want param %q", tt.w, tt.h, tt.out, err, tt.want)
		}
	}
}
