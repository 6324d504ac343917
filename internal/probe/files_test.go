package probe

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/icc"
)

// photos are real files beside the repository, from cameras and editors.
const photos = "../../../shared/photos"

func TestPhotos(t *testing.T) {
	if _, err := os.Stat(photos); err != nil {
		t.Skipf("photos not present: %v", err)
	}
	jpeg := Info{Format: format.JPEG, Orientation: 1, Frames: 1, Depth: 8, SubX: 1, SubY: 1}
	webp := Info{Format: format.WebP, Orientation: 1, Frames: 1, Depth: 8, SubX: 2, SubY: 2}
	tests := []struct {
		name    string
		want    Info
		profile int // bytes
	}{
		{"adobe-rgb.jpg", with(jpeg, func(i *Info) { i.Width, i.Height, i.Progressive, i.ICC, i.Quality = 1900, 1263, true, icc.AdobeRGB, 98 }), 0},
		{"cmyk-swop.jpg", with(jpeg, func(i *Info) { i.Width, i.Height, i.Model, i.ICC, i.Quality = 1080, 1080, YCCK, icc.CMYK, 98 }), 557168},
		{"landscape-srgb-icc.jpg", with(jpeg, func(i *Info) {
			i.Width, i.Height, i.Progressive, i.ICC, i.SubX, i.SubY, i.Quality = 2560, 1600, true, icc.SRGB, 2, 2, 85
		}), 0},
		{"market.jpg", with(jpeg, func(i *Info) { i.Width, i.Height, i.SubX, i.SubY, i.Quality = 2725, 2225, 2, 2, 90 }), 0},
		{"orientation-6.jpg", with(jpeg, func(i *Info) { i.Width, i.Height, i.SubX, i.SubY, i.Orientation, i.Quality = 1200, 1800, 2, 2, 6, 73 }), 0},
		{"alpha.png", with(plainPNG, func(i *Info) { i.Width, i.Height, i.Alpha, i.ICC = 2048, 1536, true, icc.SRGB }), 0},
		{"animated.gif", with(plainGIF, func(i *Info) {
			i.Width, i.Height, i.Alpha, i.Frames = 80, 80, true, 30
			i.Motion = Motion{Alpha: true, Repeats: -1}
		}), 0},
		{"animated.webp", with(webp, func(i *Info) {
			i.Width, i.Height, i.Alpha, i.Frames, i.Quality = 370, 285, true, 10, 80
			i.Motion = Motion{Alpha: true, Repeats: 2}
		}), 0},
		{"lossy.webp", with(webp, func(i *Info) { i.Width, i.Height, i.Quality = 1024, 772, 63 }), 0},
		{"cosmos.avif", with(plainAVIF, func(i *Info) {
			i.Width, i.Height, i.SubX, i.SubY, i.CICP, i.Quality = 2048, 858, 1, 1, CICP{1, 13, 6, true}, 84
		}), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join(photos, tt.name))
			if err != nil {
				t.Fatal(err)
			}
			got, err := Read(b, Limits{MaxPixels: 50_000_000})
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Profile) != tt.profile {
				t.Errorf("profile of %d bytes, want %d", len(got.Profile), tt.profile)
			}
			got.Profile = nil
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestHostile reads every file of the folder that IMAGEKIT_HOSTILE names and prints what became of it; go test -v
// shows it. No file may fail in a way that the fault table does not foresee.
func TestHostile(t *testing.T) {
	folder := os.Getenv("IMAGEKIT_HOSTILE")
	if folder == "" {
		t.Skip("hostile files not present: set IMAGEKIT_HOSTILE to their folder")
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		info, err := Read(b, Limits{MaxPixels: 50_000_000})
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		t.Logf("%-42s %8v %6d KB  %v %dx%d %v", f.Name(), took.Round(time.Microsecond),
			(after.TotalAlloc-before.TotalAlloc)/1024, info.Format, info.Width, info.Height, err)
		if err != nil && fault.From(err).Kind == fault.Internal {
			t.Errorf("%s: %v is not the client's fault", f.Name(), err)
		}
	}
}
