package render

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"testing"
	"testing/synctest"

	"imagekit/internal/format"
	"imagekit/internal/param"
)

// A result that stands for a source with too much motion says so, when it is made and when it is found.
func TestStillIsNoted(t *testing.T) {
	img := image.NewPaletted(image.Rect(0, 0, 64, 48), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{img, img}, Delay: []int{5, 5}}); err != nil {
		t.Fatal(err)
	}
	notes := "X-Animation: still; frames"
	if !format.WebP.Portable() {
		notes = "X-Animation: still; engine"
	}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.origin.body = b.Bytes()
		for _, state := range []State{Miss, Hit} {
			got, err := r.Render(t.Context(), request(32), format.WebP, nil)
			if err != nil || got.State != state || got.Blob.Notes != notes {
				t.Errorf("%v: got %v, notes %q, %v", state, got.State, got.Blob.Notes, err)
			}
		}
		still := request(32)
		still.Params.Anim = param.AnimOff
		if got, err := r.Render(t.Context(), still, format.WebP, nil); err != nil || got.Blob.Notes != "" {
			t.Errorf("a still that was asked for: notes %q, %v", got.Blob.Notes, err)
		}
	})
}

// What Accept chose for a source that moves is part of the key, where it is not the same.
func TestMovingInTheKey(t *testing.T) {
	key := func(moving format.Format) string {
		req := request(100)
		req.Params.Moving = moving
		return keyText(req, format.WebP, limits)
	}
	if key(format.Unknown) != key(format.WebP) {
		t.Error("the same format, chosen and named, has two keys")
	}
	if key(format.GIF) == key(format.WebP) {
		t.Error("two formats of what moves have one key")
	}
}
