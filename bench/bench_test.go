package main

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"imagekit/internal/format"
	"imagekit/internal/icc"
	"imagekit/internal/probe"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{nil, 0},
		{[]float64{3}, 3},
		{[]float64{9, 1, 5}, 5},
		{[]float64{4, 1, 3, 2}, 3},
	} {
		if got := median(c.values); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.values, got, c.want)
		}
	}
}

func TestRatioSaysHowManyTimesBetter(t *testing.T) {
	if got := (comparison{ours: 10, peer: 25}).ratio(); got != 2.5 {
		t.Errorf("10 ms against 25 ms: got %v, want 2.5", got)
	}
}

// A curve that is a power of the distance is read exactly, between its points and beyond.
func TestBytesAt(t *testing.T) {
	var curve []verdict
	for _, d := range []float64{1, 1.7, 2.2, 4} {
		curve = append(curve, verdict{60_000 * math.Pow(d, -1.3), d})
	}
	for _, d := range []float64{0.8, 1.7, 3} {
		if got, want := bytesAt(curve, d), 60_000*math.Pow(d, -1.3); math.Abs(got-want) > 1e-6*want {
			t.Errorf("at %v: got %v, want %v", d, got, want)
		}
	}
}

func TestNumericAxisHoldsItsValues(t *testing.T) {
	for _, most := range []float64{0.003, 0.97, 1, 6, 7.01, 59, 100, 1234} {
		a := numeric(0, 100, []float64{most / 3, most})
		if a.max < most || a.max > 2*most || a.max/a.step > 9 {
			t.Errorf("up to %v: got an axis to %v in steps of %v", most, a.max, a.step)
		}
		if got := a.at(a.max); got != 100 {
			t.Errorf("the end of the axis stands at %v, want 100", got)
		}
	}
}

func TestProfilesAreWhatTheySay(t *testing.T) {
	for _, c := range []struct {
		name    string
		profile []byte
		want    icc.Kind
	}{
		{"none", nil, icc.None},
		{"sRGB", sRGB(), icc.SRGB},
		{"P3", icc.Profile(icc.DisplayP3), icc.DisplayP3},
	} {
		data, err := encodeJPEG(paint(night, 40, 30, 1), 90, c.profile)
		if err != nil {
			t.Fatal(err)
		}
		info, err := probe.Read(data, probe.Limits{MaxPixels: limits.MaxPixels})
		if err != nil || info.ICC != c.want || info.Width != 40 || info.Height != 30 {
			t.Errorf("%s: got %+v, %v", c.name, info, err)
		}
	}
}

// Every scene has light and shade and something at the scale of pixels.
func TestScenesArePictures(t *testing.T) {
	for _, r := range recipes() {
		img := paint(r.scene, r.width/16, r.height/16, 0)
		var sum, squares, steps float64
		for i := 4; i < len(img.Pix); i += 4 {
			v, before := float64(img.Pix[i+1]), float64(img.Pix[i-3])
			sum, squares, steps = sum+v, squares+v*v, steps+math.Abs(v-before)
		}
		n := float64(len(img.Pix) / 4)
		deviation := math.Sqrt(squares/n - sum*sum/n/n)
		if deviation < 15 || steps/n < 0.8 {
			t.Errorf("%s: deviation %.1f, mean step %.1f", r.name, deviation, steps/n)
		}
	}
}

func TestChartsAreXML(t *testing.T) {
	var list []comparison
	for i, f := range photoOutputs {
		for _, p := range []picture{
			{name: "a"},
			{name: "b", info: probe.Info{ICC: icc.SRGB}},
			{name: "c", info: probe.Info{Alpha: true}},
		} {
			list = append(list, comparison{p, 640, f, 10, 10 + 7*float64(i)})
		}
	}
	lines := chart{title: "a < b & c", series: []series{{
		name: "x", points: []point{{1, 2}, {3, 4}},
		names: []string{"a", "<b>"}, line: true,
	}}}
	for name, c := range map[string]chart{
		"strip": strip("t", "y", list), "scatter": scatter("t", "x", "y", list, list), "lines": lines,
	} {
		d := xml.NewDecoder(strings.NewReader(string(c.svg())))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

func TestRequestsLeaveOutAlphaAsJPEG(t *testing.T) {
	for _, q := range requests([]picture{{info: probe.Info{Alpha: true}}}, widths) {
		if q.format == format.JPEG {
			t.Error("a picture with alpha is asked for as JPEG")
		}
	}
}
