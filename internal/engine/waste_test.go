package engine

import (
	"runtime"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/format"
	"imagekit/internal/sample"
	"imagekit/internal/testkit/imagetest"
)

// TestWaste bounds what a job costs besides its pixels: pieces of Go memory, and crossings to C, none of which may be
// one per row. docs/architecture.md states the numbers.
func TestWaste(t *testing.T) {
	if imagetest.Portable {
		t.Skip("TestNothingPerRow counts for the portable engine")
	}
	photo, err := sample.New().Fetch(t.Context(), "sample:photo")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		out           format.Format
		allocs, calls int
	}{
		{format.JPEG, 40, 15},
		{format.WebP, 40, 15},
		{format.AVIF, 40, 15},
		{format.PNG, 60, 15},
	} {
		t.Run(tt.out.String(), func(t *testing.T) {
			src, p := &blob.Blob{Data: photo.Data}, planned(t, photo.Data, "w=640", tt.out)
			calls, jobs := runtime.NumCgoCall(), int64(0)
			allocs := testing.AllocsPerRun(3, func() {
				jobs++
				if _, _, err := (Engine{}).Run(src, p); err != nil {
					t.Fatal(err)
				}
			})
			calls = (runtime.NumCgoCall() - calls) / jobs
			t.Logf("%v pieces of memory, %d calls of C a job", allocs, calls)
			if int(allocs) > tt.allocs || int(calls) > tt.calls {
				t.Errorf("want at most %d pieces of memory and %d calls of C, got %v and %d", tt.allocs, tt.calls, allocs,
					calls)
			}
		})
	}
}

// TestNothingPerRow: a job of twice the size takes as many pieces of Go memory as the other, but for those that the larger
// result takes to grow. A codec of the portable engine takes thousands to start, whatever the picture.
func TestNothingPerRow(t *testing.T) {
	photo, err := sample.New().Fetch(t.Context(), "sample:photo")
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range format.Outputs() {
		t.Run(out.String(), func(t *testing.T) {
			count := func(query string) int {
				src, p := &blob.Blob{Data: photo.Data}, planned(t, photo.Data, query, out)
				return int(testing.AllocsPerRun(3, func() {
					if _, _, err := (Engine{}).Run(src, p); err != nil {
						t.Fatal(err)
					}
				}))
			}
			if small, large := count("w=320"), count("w=640"); large > small+60 {
				t.Errorf("%d pieces of memory for 320 pixels, %d for 640", small, large)
			}
		})
	}
}
