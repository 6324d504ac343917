package main

import (
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"imagekit/internal/format"
	"imagekit/internal/testkit/imagetest"
)

const root = "../.."

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestNothingDrifts: what is made from the measurements is what they give.
func TestNothingDrifts(t *testing.T) {
	text := readFile(t, measurementsFile)
	m, err := parseMeasurements(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, m.String()); diff != "" {
		t.Errorf("%s is not as it is written (-file +written):\n%s", measurementsFile, diff)
	}
	for name, render := range outputs {
		before := readFile(t, name)
		after, err := render(m, before)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if before != after {
			t.Errorf("%s is not what %s gives: go run ./bench/calibrate -fit\n%s", name, measurementsFile,
				cmp.Diff(before, after))
		}
	}
}

// TestMeasurementsAreWhole: every picture was measured with every encoder at every number.
func TestMeasurementsAreWhole(t *testing.T) {
	m, err := parseMeasurements(readFile(t, measurementsFile))
	if err != nil {
		t.Fatal(err)
	}
	list := allSeries()
	other := list[2]
	if other.encoder = avifs; list[2].encoder == avifs {
		other.encoder = tunedAVIFs
	}
	want := 0
	for _, p := range pictures("") {
		for _, s := range append(list, other) {
			for _, number := range s.numbers {
				want++
				if _, ok := m.distances[measured{p.name, s.encoder, number}]; !ok {
					t.Errorf("%s as %s %d was not measured", p.name, s.encoder, number)
				}
			}
		}
	}
	if len(m.distances) != want {
		t.Errorf("got %d measurements, want %d", len(m.distances), want)
	}
}

func TestParseMeasurements(t *testing.T) {
	for _, bad := range []string{"a jpeg 1", "a jpeg x 1 1", "a jpeg 1 2 x"} {
		if _, err := parseMeasurements(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestFalling(t *testing.T) {
	got := curve{{1, 8}, {2, 2}, {3, 8}, {4, 4}, {5, 1}, {6, 2}}.falling()
	want := curve{{1, 8}, {2, 4}, {3, 4}, {4, 4}, {5, math.Sqrt2}, {6, math.Sqrt2}}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(knot{}), near); diff != "" {
		t.Error(diff)
	}
}

func TestNumber(t *testing.T) {
	c := curve{{10, 16}, {20, 4}, {30, 4}, {50, 1}}
	for distance, want := range map[float64]float64{20: 10, 16: 10, 8: 15, 4: 20, 2: 40, 1: 50, 0.5: 50} {
		if got := c.number(distance); math.Abs(got-want) > 1e-9 {
			t.Errorf("distance %g: got %g, want %g", distance, got, want)
		}
	}
	for _, number := range []float64{10, 12, 18, 33, 50} {
		if got := c.number(c.at(number)); math.Abs(got-number) > 1e-9 {
			t.Errorf("number %g: came back as %g", number, got)
		}
	}
}

// TestTable: an encoder whose number n is as far away as JPEG's 2n − 40 gets the numbers (q + 40)/2.
func TestTable(t *testing.T) {
	m, _ := parseMeasurements("")
	for i, picture := range []string{"a", "b", "c"} {
		for n := 0; n <= 100; n += 5 {
			d := [metrics]float64{float64(i+1) * math.Exp(-float64(n)/30), math.Exp(-float64(n) / 20)}
			m.distances[measured{picture, jpegs, n}] = d
			m.distances[measured{picture, webps, n/2 + 20}] = d
		}
	}
	want := []point{
		{1, 21},
		{10, 25},
		{20, 30},
		{30, 35},
		{40, 40},
		{50, 45},
		{60, 50},
		{70, 55},
		{80, 60},
		{90, 65},
		{95, 67},
		{100, 100},
	}
	if got := m.table(webps); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestRoundTrip: the numbers arrive at the encoders.
func TestRoundTrip(t *testing.T) {
	img := imagetest.Photo(96, 64)
	src, err := encodePNG(img)
	if err != nil {
		t.Fatal(err)
	}
	reference := newDSSIM(img)
	for _, out := range []format.Format{format.JPEG, format.WebP, format.AVIF} {
		last := math.Inf(1)
		for _, number := range []int{10, 50, 95} {
			got, err := roundTrip(src, out, number)
			if err != nil {
				t.Fatal(err)
			}
			d := reference.distance(got)
			if d >= last {
				t.Errorf("%s at %d: distance %g after %g", out, number, d, last)
			}
			last = d
		}
	}
}

func TestButteraugli(t *testing.T) {
	if _, err := exec.LookPath("butteraugli"); err != nil {
		t.Skip("the program butteraugli is not present: apt install butteraugli")
	}
	dir, img := t.TempDir(), imagetest.Photo(96, 64)
	data, err := encodePNG(img)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "reference.png")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	last := -1.0
	for _, other := range []image.Image{img, noisy(img, 4), noisy(img, 40)} {
		d, err := butteraugli(name, other, dir)
		if err != nil {
			t.Fatal(err)
		}
		if d <= last || last < 0 && d != 0 {
			t.Errorf("got %g after %g", d, last)
		}
		last = d
	}
}
