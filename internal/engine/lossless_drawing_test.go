package engine

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/plan"
	"imagekit/internal/sample"
	"imagekit/internal/testkit/imagetest"
)

// lossyWebP runs a query with the drawings left out of account.
func lossyWebP(t *testing.T, src []byte, query string) []byte {
	t.Helper()
	p := planned(t, src, query, format.WebP)
	p.Encoder.Drawing, p.Look = 0, plan.LookNothing
	return runPlan(t, src, p)
}

// Drawings as they were made become lossless, smaller and nearer to the original; in every size and on nothing, too.
func TestDrawingsBecomeLossless(t *testing.T) {
	queries := []string{"q=95", "q=100", "rot=90", "bg=fff", ""}
	for i, d := range imagetest.Drawings(641, 483) {
		for _, query := range []string{"", queries[i]} {
			t.Run(fmt.Sprintf("%s %v %s", d.Name, d.Img.Rect.Max, query), func(t *testing.T) {
				src := imagetest.Std(t, d.Img)
				got, lossy := run(t, src, query, format.WebP), lossyWebP(t, src, query)
				if imagetest.Portable && !got.info.Lossless && query != "q=100" {
					t.Skip("the portable engine has no near-lossless WebP, and an exact one is larger here")
				}
				if !got.info.Lossless || len(got.data) >= len(lossy) {
					t.Fatalf("got lossless %t of %d bytes, lossy are %d", got.info.Lossless, len(got.data), len(lossy))
				}
				want := run(t, src, query, format.PNG).img
				exact, coarse := imagetest.PSNR(want, got.img), imagetest.PSNR(want, imagetest.Decode(t, lossy))
				if exact < coarse+6 {
					t.Errorf("got %.1f dB, lossy has %.1f", exact, coarse)
				}
				if query == "q=100" && exact < 90 {
					t.Errorf("q=100 has %.1f dB, want no loss", exact)
				}
			})
		}
	}
}

// A grey drawing has one plane, of which three are made.
func TestGrayDrawing(t *testing.T) {
	img := imagetest.Gray(imagetest.Drawings(640, 480)[2].Img)
	got := run(t, imagetest.Std(t, img), "q=100", format.WebP)
	if p := imagetest.PSNR(imagetest.NRGBA(img), got.img); !got.info.Lossless || p < 90 {
		t.Errorf("got lossless %t with %.1f dB", got.info.Lossless, p)
	}
}

// What shares something with drawings but is none stays lossy, byte for byte what it was, whatever its size.
func TestTrapsStayLossy(t *testing.T) {
	for _, d := range append(imagetest.Traps(480, 360), imagetest.Named{Name: "photo", Img: imagetest.Photo(480, 360)}) {
		for _, query := range []string{"", "w=320"} {
			t.Run(d.Name+" "+query, func(t *testing.T) { checkLossy(t, imagetest.Std(t, d.Img), query) })
		}
	}
}

func checkLossy(t *testing.T, src []byte, query string) {
	t.Helper()
	if got := run(t, src, query, format.WebP); got.info.Lossless {
		t.Errorf("it was taken for a drawing")
	}
}

// Photos are no drawings, not even as PNG, where a drawing is looked for.
func TestPhotosAreNoDrawings(t *testing.T) {
	var files [][]byte
	names, _ := filepath.Glob(filepath.Join(photos, "*.*"))
	for _, name := range names {
		if !strings.HasPrefix(filepath.Base(name), "animated") && format.Sniff(read(t, name)) != format.Unknown {
			files = append(files, read(t, name))
		}
	}
	if len(files) == 0 {
		t.Log("real photos not present: " + photos)
	}
	for _, name := range []string{"photo", "portrait"} {
		b, err := sample.New().Fetch(t.Context(), "sample:"+name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, b.Data)
	}
	for _, file := range files {
		for _, width := range []string{"w=160", "w=480"} {
			t.Run(fmt.Sprintf("%d bytes %s", len(file), width), func(t *testing.T) {
				checkLossy(t, run(t, file, width, format.PNG).data, "")
			})
		}
	}
}

// A drawing is only ever written without loss where that is smaller.
func TestNeverLargerThanLossy(t *testing.T) {
	var list []imagetest.Named
	for _, size := range [][2]int{{80, 60}, {320, 240}} {
		list = append(append(list, imagetest.Drawings(size[0], size[1])...), imagetest.Traps(size[0], size[1])...)
	}
	for _, d := range list {
		src := imagetest.Std(t, d.Img)
		for _, query := range []string{"q=10", "q=50", "q=80", "w=60"} {
			p := planned(t, src, query, format.WebP)
			if made, lossy := runPlan(t, src, p), lossyWebP(t, src, query); len(made) > len(lossy)+len(lossy)/50+16 {
				t.Errorf("%s %s: %d bytes, lossy are %d", d.Name, query, len(made), len(lossy))
			}
		}
	}
}

// PNG leaves drawings unfiltered, which is smaller.
func TestDrawingPNG(t *testing.T) {
	for _, d := range imagetest.Drawings(640, 480) {
		if got, std := run(t, imagetest.Std(t, d.Img), "", format.PNG), imagetest.Std(t, d.Img); len(got.data) > len(std) {
			t.Errorf("%s: %d bytes, the standard library's filters give %d", d.Name, len(got.data), len(std))
		} else if !bytes.Equal(got.img.Pix, imagetest.Decode(t, std).Pix) {
			t.Errorf("%s: its pixels changed", d.Name)
		}
	}
}
