package scale_test

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"unsafe"

	"imagekit/internal/frame"
	"imagekit/internal/scale"
)

// agreed names a file of the results of the fast engine: they are compared with those of this build.
const agreed = "IMAGEKIT_AGREED"

// TestEnginesAgree makes planes of every kind with zimg, and has a build without cgo make them again and compare.
func TestEnginesAgree(t *testing.T) {
	if name := os.Getenv(agreed); name != "" {
		compareWith(t, name)
		return
	}
	if scale.Version() == "" {
		t.Skip("a build with cgo compares: this one has no zimg")
	}
	if testing.Short() {
		t.Skip("builds this test without cgo")
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("the go command is not here: the other build cannot be made")
	}
	name := filepath.Join(t.TempDir(), "planes")
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(results(t)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	// This file alone: it needs the package, and what the other tests need takes longer to build.
	cmd := exec.CommandContext(t.Context(), goTool, "test", "-count=1", "-v", "-run=^TestEnginesAgree$", "agree_test.go")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", agreed+"="+name)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	told := regexp.MustCompile(`\d+ planes agree.*`).Find(out)
	if told == nil {
		t.Fatalf("nothing was compared:\n%s", out)
	}
	t.Logf("%s", told)
}

// result is one frame: its planes without padding, in the order of the frame.
type result struct {
	Name   string
	Depth  int
	Planes [][]byte
}

func compareWith(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var want []result
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&want); err != nil {
		t.Fatal(err)
	}
	got, count, worst := results(t), 0, math.Inf(1)
	for i, w := range want {
		for k, plane := range w.Planes {
			if len(plane) != len(got[i].Planes[k]) {
				t.Fatalf("%s: plane %d has %d bytes, want %d", w.Name, k, len(got[i].Planes[k]), len(plane))
			}
			count++
			db := psnr(got[i].Planes[k], plane, w.Depth)
			worst = min(worst, db)
			if db < 45 {
				t.Errorf("%s: plane %d: %.1f dB, want 45", w.Name, k, db)
			}
		}
	}
	t.Logf("%d planes agree, the worst in %.1f dB", count, worst)
}

func psnr(a, b []byte, depth int) float64 {
	sum, n, top := 0.0, len(a), 255.0
	at := func(b []byte, i int) float64 { return float64(b[i]) }
	if depth > 8 {
		n, top = n/2, 65535
		at = func(b []byte, i int) float64 { return float64(*(*uint16)(unsafe.Pointer(&b[2*i]))) }
	}
	for i := range n {
		d := at(a, i) - at(b, i)
		sum += d * d
	}
	return 10 * math.Log10(top*top*float64(n)/max(sum, 1e-9))
}

// results makes what both engines have to agree on: models, depths, ranges, alpha, crops, kernels, mirrors and matrices.
func results(t *testing.T) []result {
	t.Helper()
	r := rand.New(rand.NewPCG(13, 38))
	var list []result
	for i := range 160 {
		m := []frame.Model{frame.YCbCr, frame.RGB, frame.Gray, frame.CMYK}[i%4]
		depth := []int{8, 8, 8, 10, 16}[i%5]
		w, h := 20+r.IntN(300), 20+r.IntN(300)
		subX, subY, alpha := 1+r.IntN(2), 1+r.IntN(2), m != frame.CMYK && i%3 == 0
		f := painted(t, m, depth, w, h, subX, subY, alpha, r)
		f.FullRange = m == frame.CMYK || r.IntN(2) == 0
		f.Premultiplied = alpha && r.IntN(4) == 0
		job := someJob(w, h, r)
		name := fmt.Sprintf("%d: model %d depth %d %d×%d/%d×%d alpha %t full %t %+v", i, m, depth, w, h, subX, subY, alpha,
			f.FullRange, job)
		if !alpha {
			layout := scale.Layout{SubX: 1 + r.IntN(2), SubY: 1 + r.IntN(2), FullRange: m != frame.YCbCr || r.IntN(2) == 0}
			got, err := scale.Direct(f, job, layout)
			list = append(list, planesOf(t, name+fmt.Sprintf(" direct %+v", layout), got, err))
		}
		f.Matrix = []uint8{1, 4, 5, 6, 7, 8, 9, 12}[r.IntN(8)]
		primaries := []uint8{1, 4, 5, 6, 7, 8, 9, 11, 12, 22}[r.IntN(10)]
		got, err := scale.Working(f, job)
		list = append(list, planesOf(t, name+" working", got, err))
		if to := []frame.Model{frame.RGB, frame.YCbCr}[r.IntN(2)]; m != frame.CMYK {
			if got, err = scale.Working(f, job); err == nil {
				got, err = scale.ConvertFrom(got, to, primaries)
			}
			list = append(list, planesOf(t, name+fmt.Sprintf(" matrix %d primaries %d to model %d", f.Matrix, primaries, to),
				got, err))
		}
		f.Release()
	}
	return list
}

// someJob is a crop with a window inside, a size on either side of it, and a kernel.
func someJob(w, h int, r *rand.Rand) scale.Job {
	x0, y0 := r.IntN(w/4), r.IntN(h/4)
	crop := image.Rect(x0, y0, w-r.IntN(w/4), h-r.IntN(h/4))
	j := scale.Job{
		Crop: crop, X: float64(x0), Y: float64(y0), W: float64(crop.Dx()), H: float64(crop.Dy()),
		Width: 1 + r.IntN(2*w), Height: 1 + r.IntN(2*h), MirrorX: r.IntN(2) == 0, MirrorY: r.IntN(2) == 0,
		Kernel: []scale.Kernel{scale.Lanczos, scale.Lanczos, scale.Cubic, scale.Linear, scale.Nearest}[r.IntN(5)],
	}
	if r.IntN(2) == 0 { // between samples
		j.X, j.W = j.X+r.Float64()*j.W/4, j.W*(0.4+0.3*r.Float64())
	}
	return j
}

// painted is a frame of waves, edges and a little noise in every plane.
func painted(t *testing.T, m frame.Model, depth, w, h, subX, subY int, alpha bool, r *rand.Rand) *frame.Frame {
	t.Helper()
	n := m.Colors()
	if alpha {
		n++
	}
	sizes := frame.Full(n, w, h)
	if m == frame.YCbCr {
		c := frame.Size{W: (w + subX - 1) / subX, H: (h + subY - 1) / subY}
		sizes[1], sizes[2] = c, c
	}
	f, err := frame.New(m, depth, w, h, sizes...)
	if err != nil {
		t.Fatal(err)
	}
	planes := append([]frame.Plane(nil), f.Planes...)
	if alpha {
		planes = append(planes, f.Alpha)
	}
	for i := range planes {
		p := &planes[i]
		if m == frame.YCbCr && i > 0 && i < 3 {
			f.Planes[i].PitchX, f.Planes[i].PitchY = 1/float64(subX), 1/float64(subY)
			f.Planes[i].ShiftX = []float64{0, -0.25}[r.IntN(2)]
		}
		a, b, edge := 0.02+0.3*r.Float64(), 0.02+0.3*r.Float64(), r.IntN(p.Width)
		for y := range p.Height {
			row := p.Row(y, depth)
			for x := range p.Width {
				v := 0.5 + 0.25*math.Sin(a*float64(x))*math.Cos(b*float64(y)) + 0.1*r.Float64()
				if x > edge {
					v = 1.1 - v
				}
				if depth > 8 {
					*(*uint16)(unsafe.Pointer(&row[2*x])) = uint16(v * float64(int(1)<<depth-1))
				} else {
					row[x] = uint8(v * 255)
				}
			}
		}
	}
	return f
}

func planesOf(t *testing.T, name string, f *frame.Frame, err error) result {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer f.Release()
	res := result{Name: name, Depth: f.Depth}
	planes := append([]frame.Plane(nil), f.Planes...)
	if f.HasAlpha() {
		planes = append(planes, f.Alpha)
	}
	for i := range planes {
		var b []byte
		for y := range planes[i].Height {
			b = append(b, planes[i].Row(y, f.Depth)...)
		}
		res.Planes = append(res.Planes, b)
	}
	return res
}
