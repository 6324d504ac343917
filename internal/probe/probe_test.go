package probe

import (
	"bytes"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/icc"
)

var testLimits = Limits{MaxPixels: 1_000_000}

// accepted is a row for files that are read.
type accepted struct {
	name string
	file []byte
	want Info
}

func checkAccepted(t *testing.T, tests []accepted) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(tt.file, testLimits)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// refusal is a row for files that are not read; the error must hold text.
type refusal struct {
	name string
	file []byte
	kind fault.Kind
	text string
}

func checkRefusals(t *testing.T, tests []refusal) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(tt.file, testLimits)
			if err == nil {
				t.Fatalf("read: %+v", got)
			}
			if f := fault.From(err); f.Kind != tt.kind || !strings.Contains(f.Detail, tt.text) {
				t.Errorf("%v: %q; want %v with %q", f.Kind, f.Detail, tt.kind, tt.text)
			}
			if diff := cmp.Diff(Info{}, got); diff != "" {
				t.Errorf("an error came with a result:\n%s", diff)
			}
		})
	}
}

// with returns info after edit.
func with(info Info, edit func(*Info)) Info {
	edit(&info)
	return info
}

// checkRead holds what is true of every input: an error is of the four kinds and comes alone, a result lies within
// its ranges, the bytes are not changed, and the standard library sees the same size where it knows the format.
func checkRead(t *testing.T, b []byte) {
	before := slices.Clone(b)
	info, err := Read(b, testLimits)
	if !bytes.Equal(before, b) {
		t.Fatal("the bytes were changed")
	}
	if err != nil {
		kinds := []fault.Kind{fault.NotAnImage, fault.UnsupportedFormat, fault.DamagedImage, fault.TooManyPixels}
		if !slices.Contains(kinds, fault.From(err).Kind) || !cmp.Equal(info, Info{}) {
			t.Fatalf("%v with %+v", err, info)
		}
		return
	}
	switch {
	case info.Width < 1 || info.Height < 1 || int64(info.Width)*int64(info.Height) > testLimits.MaxPixels:
		t.Errorf("size %d×%d", info.Width, info.Height)
	case info.Orientation < 1 || info.Orientation > 8:
		t.Errorf("orientation %d", info.Orientation)
	case info.Frames < 1 || info.Frames > maxFrames:
		t.Errorf("%d frames", info.Frames)
	case !slices.Contains([]int{8, 10, 12, 16}, info.Depth):
		t.Errorf("%d bits", info.Depth)
	case !slices.Contains([]int{1, 2, 4}, info.SubX) || !slices.Contains([]int{1, 2, 4}, info.SubY):
		t.Errorf("subsampling %d, %d", info.SubX, info.SubY)
	case info.Model != YCbCr && (info.SubX != 1 || info.SubY != 1):
		t.Errorf("model %d with subsampling %d, %d", info.Model, info.SubX, info.SubY)
	case (info.Profile != nil) != slices.Contains([]icc.Kind{icc.OtherRGB, icc.Gray, icc.CMYK}, info.ICC):
		t.Errorf("profile of %d bytes with kind %v", len(info.Profile), info.ICC)
	}
	if config, name, err := image.DecodeConfig(bytes.NewReader(b)); err == nil && name == info.Format.String() {
		// by its first picture
		grown := info.Format == format.GIF && config.Width <= info.Width && config.Height <= info.Height
		if !grown && (config.Width != info.Width || config.Height != info.Height) {
			t.Errorf("%d×%d, but the standard library reads %d×%d", info.Width, info.Height, config.Width, config.Height)
		}
	}
}

// fuzz runs checkRead with the files of the tables as seeds.
func fuzz(f *testing.F, reads []accepted, refusals []refusal) {
	for _, tt := range reads {
		f.Add(tt.file)
	}
	for _, tt := range refusals {
		if len(tt.file) < 4096 {
			f.Add(tt.file)
		}
	}
	f.Fuzz(checkRead)
}

func TestUnknown(t *testing.T) {
	checkRefusals(t, []refusal{
		{"empty", nil, fault.NotAnImage, "empty"},
		{"text", []byte("hello"), fault.NotAnImage, "JPEG, PNG, WebP, AVIF, GIF, BMP, ICO, TIFF, PNM and QOI"},
		{"HTML", []byte("<!doctype html>"), fault.NotAnImage, "HTML"},
		{"JSON", []byte(`{"error":404}`), fault.NotAnImage, "JSON"},
		{"gzip", []byte("\x1f\x8b\x08\x00"), fault.NotAnImage, "gzip"},
		{"SVG", []byte("<svg/>"), fault.UnsupportedFormat, "SVG"},
		{"Photoshop", []byte("8BPS\x00\x01"), fault.UnsupportedFormat, "Photoshop"},
		{"HEIC", []byte("\x00\x00\x00\x10ftypheic\x00\x00\x00\x00"), fault.UnsupportedFormat, "HEIC"},
	})
}

func TestCheckSize(t *testing.T) {
	tests := []struct {
		name          string
		width, height int64
		limit         int64
		want          fault.Kind
		ok            bool
	}{
		{"at the limit", 1000, 1000, 1_000_000, 0, true},
		{"one over", 1000, 1001, 1_000_000, fault.TooManyPixels, false},
		{"no overflow", 1<<32 - 1, 1<<32 - 1, 1<<63 - 1, fault.TooManyPixels, false},
		{"no width", 0, 5, 100, fault.DamagedImage, false},
		{"no height", 5, 0, 100, fault.DamagedImage, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := checkSize(0, tt.width, tt.height, Limits{MaxPixels: tt.limit})
			if (err == nil) != tt.ok || err != nil && fault.From(err).Kind != tt.want {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	err := checkSize(0, 3000, 2000, testLimits)
	for _, text := range []string{"3000×2000", "1000000", "IMAGEKIT_MAX_PIXELS"} {
		if !strings.Contains(fault.From(err).Detail, text) {
			t.Errorf("%v does not name %s", err, text)
		}
	}
}

// Headers are read of what the table of formats says is read, and of nothing else.
func TestReadersAreComplete(t *testing.T) {
	for _, f := range format.Inputs() {
		if readers[f] == nil {
			t.Errorf("nobody reads the headers of %v", f)
		}
	}
	if len(readers) != len(format.Inputs()) {
		t.Errorf("%d readers, want one for each of %v", len(readers), format.Inputs())
	}
	if got, want := readable(0), "JPEG, PNG, WebP, AVIF, GIF, BMP, ICO, TIFF, PNM and QOI are read here"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
