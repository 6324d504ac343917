package render

import (
	"bytes"
	"testing"
	"testing/synctest"

	"imagekit/internal/fault"
	"imagekit/internal/format"
)

// A description and a result of the same source cost one download, whichever comes first.
func TestDescribeSharesTheDownload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		result := r.ask(t.Context(), request(50))
		got, err := r.Describe(t.Context(), request(0))
		if want := (Source{Format: format.JPEG, Width: 400, Height: 200, Bytes: len(r.origin.body)}); err != nil ||
			got != want {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		if a := <-result; a.err != nil {
			t.Error(a.err)
		}
		if len(r.origin.fetched) != 1 {
			t.Errorf("%d downloads, want 1", len(r.origin.fetched))
		}
		r.idle(t)
	})
}

// Orientation 6 lies on its side: what is described is what is seen.
func TestDescribeStandsUpright(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		exif := "\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
		r.origin.body = bytes.Join([][]byte{r.origin.body[:2], []byte(exif), r.origin.body[2:]}, nil)
		if got, err := r.Describe(t.Context(), request(0)); err != nil || got.Width != 200 || got.Height != 400 {
			t.Errorf("got %+v, %v; want 200 × 400", got, err)
		}
	})
}

func TestDescribeFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.origin.body = []byte("no picture")
		if _, err := r.Describe(t.Context(), request(0)); fault.From(err).Kind != fault.NotAnImage {
			t.Errorf("no picture: %v", err)
		}
		r = newRig(t)
		r.origin.err = fault.New(fault.SourceNotFound, "gone")
		if _, err := r.Describe(t.Context(), request(0)); fault.From(err).Kind != fault.SourceNotFound {
			t.Errorf("gone: %v", err)
		}
		r.idle(t)
	})
}
