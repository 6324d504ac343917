//go:build cgo

package engine

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"imagekit/internal/probe"
	"imagekit/internal/testkit/imagetest"
)

// agreeJobs is how many jobs both engines do.
const agreeJobs = 200

// TestEnginesAgree does random jobs with this engine, and the same with a build of this test without cgo. Results are of
// one size and look alike: 38 dB and more. What the portable engine lacks it has to name.
func TestEnginesAgree(t *testing.T) {
	dir := t.TempDir()
	sources := digestSources(t)
	r := rand.New(rand.NewPCG(20, 13))
	mine := make([][]byte, agreeJobs)
	for i := range mine {
		s := sources[r.IntN(len(sources))]
		query := agreeQuery(r)
		out, err := doJob(s.data, query)
		if err != nil { // the parameters do not fit the source; the other one says so too
			out = []byte(err.Error())
		}
		mine[i] = out
		write(t, filepath.Join(dir, fmt.Sprintf("%03d.src", i)), s.data)
		write(t, filepath.Join(dir, fmt.Sprintf("%03d.query", i)), []byte(query))
	}
	doPortably(t, dir)
	lacks := 0
	for i := range mine {
		theirs, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%03d.out", i)))
		if err != nil {
			t.Fatal(err)
		}
		query, _ := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%03d.query", i)))
		if strings.HasPrefix(string(theirs), "engine_lacks") {
			lacks++
			continue
		}
		if why := unlike(t, mine[i], theirs); why != "" {
			t.Errorf("job %d, %s: %s", i, query, why)
		}
	}
	t.Logf("%d jobs, the portable engine lacks %d", agreeJobs, lacks)
	if lacks > agreeJobs/10 {
		t.Errorf("the portable engine lacks %d of %d", lacks, agreeJobs)
	}
}

// doPortably does the jobs of a directory with a build without cgo.
func doPortably(t *testing.T, dir string) {
	t.Helper()
	other := exec.Command("go", "test", "-tags", "nodynamic", "-count=1", "-run", "^TestDoJobs$", ".")
	other.Env = append(os.Environ(), "CGO_ENABLED=0", jobsVariable+"="+dir)
	if out, err := other.CombinedOutput(); err != nil {
		t.Fatalf("the portable build: %v\n%s", err, out)
	}
}

// TestEnginesAgreeOnMotion: a GIF moves the same in both engines: pictures, times, how often. A moving WebP is what the
// portable engine lacks.
func TestEnginesAgreeOnMotion(t *testing.T) {
	dir, src := t.TempDir(), movie(t)
	queries := []string{"anim=1&f=gif", "anim=1&w=30&f=gif", "anim=1&rot=90&crop=0,0,20,40&f=gif", "anim=1&blur=2&f=gif", "anim=1&f=webp"}
	for i, query := range queries {
		write(t, filepath.Join(dir, fmt.Sprintf("%d.src", i)), src)
		write(t, filepath.Join(dir, fmt.Sprintf("%d.query", i)), []byte(query))
	}
	doPortably(t, dir)
	for i, query := range queries {
		mine, err := doJob(src, query)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%d.out", i)))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(query, "f=webp") {
			if !strings.HasPrefix(string(theirs), "engine_lacks") {
				t.Errorf("%s: want engine_lacks, got %.100q", query, theirs)
			}
			continue
		}
		if !strings.HasPrefix(string(theirs), "GIF8") {
			t.Errorf("%s: want a GIF, got %.100q", query, theirs)
			continue
		}
		a, b := play(t, mine), play(t, theirs)
		if len(a) != len(b) || len(a) != len(moviePages) || repeats(t, mine) != repeats(t, theirs) {
			t.Fatalf("%s: %d pictures and %d repeats here, %d and %d there", query, len(a), repeats(t, mine), len(b), repeats(t, theirs))
		}
		for k := range a {
			if d := decibels(a[k].img, b[k].img); a[k].delay != b[k].delay || d < 38 {
				t.Errorf("%s: picture %d is shown for %v here, for %v there, %.1f dB", query, k, a[k].delay, b[k].delay, d)
			}
		}
	}
}

// repeats is how often a file is shown again.
func repeats(t *testing.T, data []byte) int {
	t.Helper()
	info, err := probe.Read(data, probe.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		t.Fatalf("%v of %.100q", err, data)
	}
	return info.Motion.Repeats
}

// agreeQuery is a random query for a PNG.
func agreeQuery(r *rand.Rand) string {
	parts := strings.Split(randomQuery(r), "&")
	parts[len(parts)-1] = "f=png"
	return strings.Join(parts, "&")
}

// unlike says how two results differ, "" when they agree.
func unlike(t *testing.T, a, b []byte) string {
	if !strings.HasPrefix(string(a), "\x89PNG") || !strings.HasPrefix(string(b), "\x89PNG") {
		if string(a) != string(b) {
			return fmt.Sprintf("%.100q here, %.100q there", a, b)
		}
		return ""
	}
	x, y := imagetest.Decode(t, a), imagetest.Decode(t, b)
	if x.Rect != y.Rect {
		return fmt.Sprintf("%v here, %v there", x.Rect, y.Rect)
	}
	if d := decibels(x, y); d < 38 {
		return fmt.Sprintf("%.1f dB", d)
	}
	return ""
}

// decibels is the PSNR of what is seen on black, and of alpha.
func decibels(x, y *image.NRGBA) float64 {
	sum := 0.0
	for i := range x.Pix {
		a, b := float64(x.Pix[i]), float64(y.Pix[i])
		if i%4 != 3 {
			a, b = a*float64(x.Pix[i|3])/255, b*float64(y.Pix[i|3])/255
		}
		sum += (a - b) * (a - b)
	}
	return 10 * math.Log10(255*255*float64(len(x.Pix))/max(sum, 1e-9))
}
