package docs

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/engine"
	"imagekit/internal/format"
	"imagekit/internal/opt"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	samples "imagekit/internal/sample"
	"imagekit/internal/testkit/imagetest"
)

var update = flag.Bool("update", false, "make the pictures of the parameters")

// TestDocsExamples wants the picture of every parameter that the reference shows one of; with -update it makes them. It
// shows what the program makes today. The bytes may differ: encoders of another version choose others.
func TestDocsExamples(t *testing.T) {
	wanted := map[string]bool{}
	for _, o := range new(param.Params).Options() {
		if !param.Pictured(o) {
			continue
		}
		name := o.Name + ".webp"
		wanted[name] = true
		path := filepath.Join("images", "examples", name)
		made := examplePicture(t, o)
		if *update {
			if err := os.WriteFile(path, made, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		data, err := os.ReadFile(path)
		if err != nil || format.Sniff(data) != format.WebP {
			t.Errorf("%s: want a WebP, got %d bytes, %v; run make docs", path, len(data), err)
			continue
		}
		kept, today := imagetest.Decode(t, data), imagetest.Decode(t, made)
		if kept.Rect != today.Rect {
			t.Errorf("%s is %v, made today it is %v; run make docs", path, kept.Rect, today.Rect)
		} else if same := imagetest.PSNR(kept, today); same < alike {
			t.Errorf("%s is not what is made today (%.1f dB, want %d); run make docs", path, same, alike)
		}
	}
	files, err := os.ReadDir(filepath.Join("images", "examples"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !wanted[f.Name()] {
			t.Errorf("%s belongs to no parameter", f.Name())
		}
	}
}

// examplePicture does the example of an option to the sample "photo", small.
func examplePicture(t *testing.T, o opt.Option) []byte {
	t.Helper()
	src, err := samples.New().Fetch(t.Context(), "sample:photo")
	if err != nil {
		t.Fatal(err)
	}
	q, err := param.Split(o.Example)
	if err != nil {
		t.Fatal(err)
	}
	p, err := q.Params()
	if err != nil {
		t.Fatal(err)
	}
	limits := plan.Limits{MaxPixels: 1 << 26, MaxOutputPixels: 1 << 24, Memory: 1 << 30}
	info, err := probe.Read(src.Data, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		t.Fatal(err)
	}
	p.Quality = 70
	var marks []probe.Info
	var more []*blob.Blob
	if p.Watermark.Given() {
		mark, err := samples.New().Fetch(t.Context(), p.Watermark.Source)
		if err != nil {
			t.Fatal(err)
		}
		header, err := probe.Read(mark.Data, probe.Limits{MaxPixels: limits.MaxPixels})
		if err != nil {
			t.Fatal(err)
		}
		marks, more = append(marks, header), append(more, mark)
	}
	pl, err := plan.New(info, p, format.WebP, limits, marks...)
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := engine.Engine{}.Run(src, pl, more...)
	if err != nil {
		t.Fatal(err)
	}
	return out.Data
}
