package engine

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"imagekit/internal/blob"
	"imagekit/internal/format"
	"imagekit/internal/param"
	"imagekit/internal/plan"
	"imagekit/internal/probe"
	"imagekit/internal/sample"
	"imagekit/internal/testkit/imagetest"
)

// digestJobs is how many jobs TestDigest does.
const digestJobs = 500

// TestDigest tells whether a change of shape changed results: with IMAGEKIT_DIGEST=FILE it does random jobs, always the
// same ones, and compares the digests of their results with those in FILE, or writes FILE where there is none. Digests
// hold for one machine and its libraries; no such file is part of the repository.
func TestDigest(t *testing.T) {
	path := os.Getenv("IMAGEKIT_DIGEST")
	if path == "" {
		t.Skip("IMAGEKIT_DIGEST names no file to compare results with")
	}
	var got []string
	sources := digestSources(t)
	r := rand.New(rand.NewPCG(20, 26))
	for range digestJobs {
		s := sources[r.IntN(len(sources))]
		query := randomQuery(r)
		got = append(got, fmt.Sprintf("%s %s %s", s.name, query, digest(s.data, query)))
	}
	want, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		if err := os.WriteFile(path, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Skipf("%s is written", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(strings.NewReader(string(want)))
	for i := 0; lines.Scan() && i < len(got); i++ {
		if lines.Text() != got[i] {
			t.Errorf("want %s\ngot  %s", lines.Text(), got[i])
		}
	}
}

// digest does a job and returns a digest of its result, or its error.
func digest(data []byte, query string) string {
	q, err := param.Split(query)
	if err != nil {
		return err.Error()
	}
	p, err := q.Params()
	if err != nil {
		return err.Error()
	}
	info, err := probe.Read(data, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		return err.Error()
	}
	pl, err := plan.New(info, p, p.Format, limits)
	if err != nil {
		return err.Error()
	}
	out, _, err := Engine{}.Run(&blob.Blob{Data: data, Format: info.Format}, pl)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%x", sha256.Sum256(out.Data))[:16]
}

type digestSource struct {
	name string
	data []byte
}

// digestSources are the samples and pictures of every format, model, depth and orientation.
func digestSources(t *testing.T) []digestSource {
	var list []digestSource
	add := func(name string, data []byte) { list = append(list, digestSource{name, data}) }
	samples := sample.New()
	for _, name := range sample.Names() {
		b, err := samples.Fetch(context.Background(), "sample:"+name)
		if err != nil {
			t.Fatal(err)
		}
		add(name, b.Data)
	}
	photo := imagetest.Photo(501, 333)
	cut := imagetest.WithAlpha(photo)
	for orientation := 1; orientation <= 8; orientation++ {
		add(fmt.Sprintf("orientation-%d", orientation),
			imagetest.JPEGYCbCr(t, photo, 2, 2, imagetest.JPEG{Exif: orientation}))
	}
	add("jpeg-444", imagetest.JPEGYCbCr(t, photo, 1, 1, imagetest.JPEG{}))
	add("jpeg-422", imagetest.JPEGYCbCr(t, photo, 2, 1, imagetest.JPEG{}))
	add("jpeg-gray", imagetest.JPEGGray(t, photo, imagetest.JPEG{}))
	add("jpeg-rgb", imagetest.JPEGRGB(t, photo, imagetest.JPEG{}))
	add("jpeg-cmyk", imagetest.JPEGCMYK(t, photo, false, imagetest.JPEG{}))
	add("jpeg-progressive", imagetest.JPEGProgressive(t, photo))
	add("webp", imagetest.WebP(t, photo, false))
	add("webp-alpha", imagetest.WebP(t, cut, true))
	add("webp-lossless", imagetest.WebPLossless(t, cut, true))
	add("avif", imagetest.EncodeAVIF(t, photo, imagetest.AVIF{}))
	add("gif", imagetest.GIF(t, photo))
	add("png", imagetest.Std(t, photo))
	add("png-alpha", imagetest.Std(t, cut))
	add("png-gray", imagetest.Std(t, imagetest.Gray(photo)))
	for _, d := range imagetest.Drawings(320, 240) {
		add("drawing-"+d.Name, imagetest.Std(t, d.Img))
	}
	return list
}

// randomQuery asks for something in the vocabulary of the first edition.
func randomQuery(r *rand.Rand) string {
	var list []string
	maybe := func(chance float64, f string, args ...any) {
		if r.Float64() < chance {
			list = append(list, fmt.Sprintf(f, args...))
		}
	}
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	maybe(0.7, "w=%d", 1+r.IntN(700))
	maybe(0.5, "h=%d", 1+r.IntN(700))
	maybe(0.6, "fit=%s", pick("inside", "cover", "pad", "fill", "outside"))
	maybe(0.3, "g=%s", pick("top", "left", "bottom-right", "0.3x0.8"))
	maybe(0.3, "crop=%d,%d,%d,%d", r.IntN(100), r.IntN(100), 1+r.IntN(300), 1+r.IntN(300))
	maybe(0.2, "dpr=%s", pick("1.5", "2"))
	maybe(0.2, "up=1")
	maybe(0.3, "rot=%s", pick("90", "180", "270"))
	maybe(0.3, "flip=%s", pick("h", "v", "hv"))
	maybe(0.3, "bg=%s", pick("fff", "369", "808080"))
	maybe(0.5, "q=%d", 1+r.IntN(100))
	maybe(1, "f=%s", pick(format.JPEG.String(), format.PNG.String(), format.WebP.String(), format.AVIF.String()))
	return strings.Join(list, "&")
}
