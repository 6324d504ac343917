package color

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"imagekit/internal/cicp"
	"imagekit/internal/fault"
	"imagekit/internal/frame"
	"imagekit/internal/icc"
	"imagekit/internal/testkit/imagetest"
)

// reference builds a small program around lcms2 in floating point.
func reference(t *testing.T) string {
	t.Helper()
	flags, err := exec.CommandContext(t.Context(), "pkg-config", "--cflags", "--libs", "lcms2").Output()
	if err != nil {
		t.Skip("pkg-config or lcms2 not present: the reference cannot be built")
	}
	name := filepath.Join(t.TempDir(), "reference")
	args := append([]string{"-O1", "-o", name, "testdata/reference.c"}, strings.Fields(string(flags))...)
	if out, err := exec.CommandContext(t.Context(), "cc", args...).CombinedOutput(); err != nil {
		t.Skipf("no C compiler: the reference cannot be built: %v %s", err, out)
	}
	return name
}

// cube are colours on a grid of n a side that no table is likely to hit, in 16 bits.
func cube(n int) (planes [3][]uint16) {
	for i := range n * n * n {
		for k, v := range [3]int{i % n, i / n % n, i / n / n} {
			planes[k] = append(planes[k], uint16(65535*v/(n-1)))
		}
	}
	return planes
}

// curv is a curveType of so many values of f (ICC.1:2022 §10.6).
func curv(n int, f func(float64) float64) []byte {
	b := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), uint32(n))
	for i := range n {
		b = binary.BigEndian.AppendUint16(b, uint16(math.Round(65535*f(float64(i)/float64(n-1)))))
	}
	return b
}

// para is a parametricCurveType (§10.18).
func para(kind uint16, p ...float64) []byte {
	b := append([]byte("para\x00\x00\x00\x00"), byte(kind>>8), byte(kind), 0, 0)
	for _, v := range p {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(65536*v))))
	}
	return b
}

// prophoto are the D50 colorants of ROMM RGB (ISO 22028-2).
var prophoto = [3][3]float64{{0.79767, 0.28804, 0}, {0.13519, 0.71188, 0}, {0.03134, 0.00009, 0.82491}}

func colorants(p primaries) (c [3][3]float64) {
	m := p.toXYZ()
	for i := range c {
		c[i] = [3]float64{m[0][i], m[1][i], m[2][i]}
	}
	return c
}

// TestPrecise holds results of profiles against lcms2 in floating point: 99 of 100 colours within two 8-bit levels.
// 3D tables computed ahead, as lcms2 makes them of 16 bits, were up to 28 levels off.
func TestPrecise(t *testing.T) {
	program := reference(t)
	tests := []struct {
		name    string
		profile []byte
		p99     float64
	}{
		{"ProPhoto", imagetest.RGBProfile(prophoto, para(0, 1.8)), 0.1},
		{"ProPhoto with a straight part", imagetest.RGBProfile(prophoto, para(3, 1.8, 1, 0, 0.0625, 0.03125)), 0.1},
		{
			"Rec. 2020", imagetest.RGBProfile(colorants(bt2020), para(3, 1/0.45, 1/1.0993, 0.0993/1.0993, 1/4.5, 0.08145)),
			0.1,
		},
		{"Rec. 2020, gamma 2.4", imagetest.RGBProfile(colorants(bt2020), para(0, 2.4)), 0.1},
		{"DCI P3", imagetest.RGBProfile(colorants(known[11]), para(0, 2.6)), 0.1},
		{"curve of 1024 points", imagetest.RGBProfile(colorants(bt2020), curv(1024, icc.DecodeSRGB)), 0.1},
		{"curve of 17 points", imagetest.RGBProfile(prophoto, curv(17, func(v float64) float64 { return v * v })), 0.1},
		{"linear", imagetest.RGBProfile(colorants(bt2020), para(0, 1)), 0.1},
		{"Rec. 2020 by tables", imagetest.RGBTableProfile(colorants(bt2020), 2.2, 17), 1},
		{"ProPhoto by tables", imagetest.RGBTableProfile(prophoto, 1.8, 17), 1},
		{"small tables", imagetest.RGBTableProfile(colorants(bt2020), 2.2, 9), 1},
		{"large tables", imagetest.RGBTableProfile(prophoto, 1.8, 33), 2},
		{"uneven tables", imagetest.RGBTableProfile(prophoto, 1.8, 24), 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if kind := icc.Identify(tt.profile); kind != icc.OtherRGB {
				t.Fatalf("want another RGB profile, got %s", kind)
			}
			all := cube(29)
			want := runReference(t, program, tt.profile, all)
			in := working(t, frame.RGB, all[:]...)
			f, err := ToSRGB(in, tt.profile)
			if Version() == "" && icc.HasTables(tt.profile, "RGB ") {
				in.Release()
				if fault.From(err).Kind != fault.EngineLacks {
					t.Errorf("got %v, want %s without lcms2", err, fault.EngineLacks)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer f.Release()
			p99, most := distances(f, want)
			t.Logf("p99 %.3f, at most %.2f levels", p99, most)
			if p99 > tt.p99 {
				t.Errorf("99 of 100 colours are within %.2f levels of the reference, want %.2f", p99, tt.p99)
			}
		})
	}
}

func runReference(t *testing.T, program string, profile []byte, colors [3][]uint16) []float64 {
	t.Helper()
	name := filepath.Join(t.TempDir(), "profile.icc")
	if err := os.WriteFile(name, profile, 0o600); err != nil {
		t.Fatal(err)
	}
	var in []byte
	for i := range colors[0] {
		for k := range colors {
			in = binary.NativeEndian.AppendUint64(in, math.Float64bits(float64(colors[k][i])/one))
		}
	}
	cmd := exec.CommandContext(t.Context(), program, name)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil || len(out) != len(in) {
		t.Fatalf("the reference: %v, %d bytes", err, len(out))
	}
	var want []float64
	for i := 0; i < len(out); i += 8 {
		want = append(want, math.Float64frombits(binary.NativeEndian.Uint64(out[i:])))
	}
	return want
}

// distances returns what 99 of 100 colours are off at most, and the worst, in 8-bit levels of their worst channel.
func distances(f *frame.Frame, want []float64) (p99, most float64) {
	var all []float64
	for i := range f.Width {
		worst := 0.0
		for k, p := range f.Planes {
			worst = max(worst, 255*math.Abs(float64(row(p)[i])/one-want[3*i+k]))
		}
		all = append(all, worst)
	}
	slices.Sort(all)
	return all[len(all)*99/100], all[len(all)-1]
}

// toneReference is FromSignal's arithmetic, written down again in double precision for one pixel.
func toneReference(c [3]float64, from Signal) [3]float64 {
	p := primariesOf(from.Primaries)
	for i, v := range c {
		c[i] = light[from.Transfer](v)
	}
	wide := between(p.toXYZ(), bt2020).apply(c)
	peak := min(float64(from.Peak), 10000) / 203
	if from.Peak == 0 {
		peak = 1000.0 / 203
	}
	if from.Transfer == cicp.TransferHLG {
		peak = min(peak, 1000.0/203)
		y := 0.2627*wide[0] + 0.6780*wide[1] + 0.0593*wide[2]
		for i := range wide {
			wide[i] *= math.Pow(max(y, 0), 0.2) * 1000 / 203
		}
	}
	brightest := max(wide[0], wide[1], wide[2])
	white := 1 - 0.5*min(1, math.Log2(peak)/math.Log2(1000.0/203))
	k := white
	switch {
	case peak <= 1:
		k = 1
	case brightest >= peak:
		k = 1 / brightest
	case brightest > 1: // find the parabola's parameter by halving
		midX, midY := 0.35+0.65/white, 0.35*white+0.65
		lo, hi := 0.0, 1.0
		for range 60 {
			t := (lo + hi) / 2
			if (1-t)*(1-t)+2*t*(1-t)*midX+t*t*peak < brightest {
				lo = t
			} else {
				hi = t
			}
		}
		k = ((1-lo)*(1-lo)*white + 2*lo*(1-lo)*midY + lo*lo) / brightest
	}
	for i := range wide {
		wide[i] *= k
	}
	out := between(bt2020.toXYZ(), bt709).apply(wide)
	for i, v := range out {
		out[i] = icc.EncodeSRGB(min(max(v, 0), 1))
	}
	return out
}

// TestToneReference holds HDR colours against double precision.
func TestToneReference(t *testing.T) {
	all := cube(23)
	for _, from := range []Signal{
		{9, cicp.TransferPQ, 0},
		{9, cicp.TransferPQ, 4000},
		{9, cicp.TransferPQ, 400},
		{9, cicp.TransferPQ, 100},
		{9, cicp.TransferPQ, 10000},
		{9, cicp.TransferPQ, 65535},
		{12, cicp.TransferPQ, 0},
		{1, cicp.TransferPQ, 0},
		{9, cicp.TransferHLG, 0},
		{9, cicp.TransferHLG, 4000},
		{12, cicp.TransferHLG, 400},
	} {
		t.Run(fmt.Sprintf("%+v", from), func(t *testing.T) {
			var want []float64
			for i := range all[0] {
				c := toneReference([3]float64{float64(all[0][i]) / one, float64(all[1][i]) / one, float64(all[2][i]) / one},
					from)
				want = append(want, c[:]...)
			}
			f := working(t, frame.RGB, all[:]...)
			defer f.Release()
			FromSignal(f, from)
			p99, most := distances(f, want)
			t.Logf("p99 %.3f, at most %.2f levels", p99, most)
			if p99 > 0.1 || most > 1 {
				t.Errorf("99 of 100 colours are within %.2f levels of the reference, all within %.2f; want 0.1 and 1", p99,
					most)
			}
		})
	}
}

// TestToneIsChromiums compares with what Chromium 156 shows of PNGs of 16 bits: greys of PQ and HLG codes 0, 30, 60 … of
// 255, with the light that cLLI states.
func TestToneIsChromiums(t *testing.T) {
	for _, c := range []struct {
		from Signal
		want []uint8
	}{
		{Signal{9, cicp.TransferPQ, 0}, []uint8{0, 4, 26, 61, 114, 193, 242, 255, 255}},
		{Signal{9, cicp.TransferPQ, 4000}, []uint8{0, 4, 26, 61, 114, 193, 217, 239, 255}},
		{Signal{9, cicp.TransferPQ, 400}, []uint8{0, 6, 34, 77, 141, 235, 255, 255, 255}},
		{Signal{12, cicp.TransferPQ, 0}, []uint8{0, 4, 26, 61, 114, 193, 242, 255, 255}},
		{Signal{9, cicp.TransferHLG, 4000}, []uint8{0, 13, 39, 66, 92, 122, 166, 214, 243}},
		{Signal{9, cicp.TransferHLG, 0}, []uint8{0, 13, 39, 66, 92, 122, 166, 214, 243}},
	} {
		for _, model := range []frame.Model{frame.RGB, frame.Gray} {
			codes := make([]uint16, len(c.want))
			for i := range codes {
				codes[i] = uint16(math.Round(one * 30 * float64(i) / 255))
			}
			f := working(t, model, [][]uint16{codes, codes, codes}[:model.Colors()]...)
			FromSignal(f, c.from)
			for i, p := range f.Planes {
				for x, v := range row(p) {
					if d := (int(v)+128)/257 - int(c.want[x]); d < -1 || d > 1 {
						t.Errorf("%+v, model %d, plane %d, code %d: got %d, want %d", c.from, model, i, 30*x, v/257,
							c.want[x])
					}
				}
			}
			f.Release()
		}
	}
}

// TestSignals: every pair of code points keeps black and white, and grey grey; half transparent or not.
func TestSignals(t *testing.T) {
	for primaries := range 24 {
		for transfer := range 20 {
			from := Signal{Primaries: uint8(primaries), Transfer: uint8(transfer)}
			codes, alpha := []uint16{0, one / 4, one / 2, one / 2}, []uint16{0, one / 2, one, one / 2}
			f := working(t, frame.RGB, codes, codes, codes, alpha)
			FromSignal(f, from)
			for x := range codes {
				r, g, b := int(row(f.Planes[0])[x]), int(row(f.Planes[1])[x]), int(row(f.Planes[2])[x])
				if max(r, g, b)-min(r, g, b) > 60 || max(r, g, b) > int(alpha[x]) {
					t.Errorf("%+v: %d below %d became %d, %d, %d", from, codes[x], alpha[x], r, g, b)
				}
			}
			half, whole := int(row(f.Planes[1])[1]), int(row(f.Planes[1])[2])
			if d := 2*half - whole; d < -4 || d > 4 {
				t.Errorf("%+v: half transparent %d, opaque %d", from, half, whole)
			}
			if white := row(f.Planes[1])[3]; white < one/2-60 && transfer != cicp.TransferHLG &&
				transfer != cicp.TransferPQ {
				t.Errorf("%+v: white at half alpha became %d", from, white)
			}
			f.Release()
		}
	}
}
