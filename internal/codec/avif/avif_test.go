//go:build cgo

package avif

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"os"
	"testing"

	"imagekit/internal/cicp"
	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// kind is a way to lay out a picture.
type kind struct {
	name  string
	model frame.Model
	sub   layout
	depth int
	alpha bool
}

func kinds() []kind {
	return []kind{
		{"gray", frame.Gray, layout{}, 8, false},
		{"gray with alpha", frame.Gray, layout{}, 8, true},
		{"444", frame.YCbCr, layouts[0], 8, false},
		{"444 with alpha", frame.YCbCr, layouts[0], 8, true},
		{"422", frame.YCbCr, layouts[1], 8, false},
		{"420", frame.YCbCr, layouts[2], 8, false},
		{"420 with alpha", frame.YCbCr, layouts[2], 8, true},
		{"420 of 10 bits", frame.YCbCr, layouts[2], 10, true},
		{"444 of 12 bits", frame.YCbCr, layouts[0], 12, false},
	}
}

// gradient makes a soft picture: waves, other ones in every plane.
func gradient(t testing.TB, k kind, w, h int) *frame.Frame {
	t.Helper()
	sizes := frame.Full(1, w, h)
	if k.model == frame.YCbCr {
		sizes = append(sizes, k.sub.chroma(w, h), k.sub.chroma(w, h))
	}
	if k.alpha {
		sizes = append(sizes, frame.Size{W: w, H: h})
	}
	f, err := frame.New(k.model, k.depth, w, h, sizes...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	for i, p := range planes(f) {
		for y := range p.Height {
			for x := range p.Width {
				v := (40 + x*(i+1) + y*2) % 400
				put(p, f.Depth, x, y, min(v, 400-v)<<(f.Depth-8))
			}
		}
	}
	return f
}

// planes lists all planes, alpha last.
func planes(f *frame.Frame) []*frame.Plane {
	var all []*frame.Plane
	for i := range f.Planes {
		all = append(all, &f.Planes[i])
	}
	if f.HasAlpha() {
		all = append(all, &f.Alpha)
	}
	return all
}

func put(p *frame.Plane, depth, x, y, v int) {
	if depth > 8 {
		binary.NativeEndian.PutUint16(p.Row(y, depth)[2*x:], uint16(v))
		return
	}
	p.Row(y, depth)[x] = byte(v)
}

func get(p *frame.Plane, depth, x, y int) int {
	if depth > 8 {
		return int(binary.NativeEndian.Uint16(p.Row(y, depth)[2*x:]))
	}
	return int(p.Row(y, depth)[x])
}

// same fails when a sample of got is further than tolerance from the one of want.
func same(t *testing.T, want, got *frame.Frame, tolerance int) {
	t.Helper()
	if got.Model != want.Model || got.Depth != want.Depth || got.Width != want.Width || got.Height != want.Height ||
		got.HasAlpha() != want.HasAlpha() || got.FullRange != want.FullRange || got.Matrix != want.Matrix ||
		got.Premultiplied {
		t.Fatalf("want %+v, got %+v", want, got)
	}
	for i, p := range planes(want) {
		q := planes(got)[i]
		if q.Width != p.Width || q.Height != p.Height {
			t.Fatalf("plane %d: want %d×%d, got %d×%d", i, p.Width, p.Height, q.Width, q.Height)
		}
		for y := range p.Height {
			for x := range p.Width {
				a, b := get(p, want.Depth, x, y), get(q, got.Depth, x, y)
				if a-b > tolerance || b-a > tolerance {
					t.Fatalf("plane %d sample %d,%d: want %d ± %d, got %d", i, x, y, a, tolerance, b)
				}
			}
		}
	}
}

func mustEncode(t testing.TB, f *frame.Frame, s Settings) []byte {
	t.Helper()
	out, err := Encode(f, s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustDecode(t *testing.T, file []byte) *frame.Frame {
	t.Helper()
	f, err := Decode(file, frame.Hint{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	return f
}

// TestLossless: quality 100 gives every sample back, whatever the layout and the size.
func TestLossless(t *testing.T) {
	for _, k := range kinds() {
		for _, size := range []image.Point{{33, 17}, {1, 1}, {64, 1}, {2, 2}} {
			t.Run(fmt.Sprintf("%s/%dx%d", k.name, size.X, size.Y), func(t *testing.T) {
				f := gradient(t, k, size.X, size.Y)
				same(t, f, mustDecode(t, mustEncode(t, f, Settings{Quality: 100, AlphaQuality: 100, Speed: 9})), 0)
			})
		}
	}
}

func TestLossy(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			f := gradient(t, k, 65, 43)
			file := mustEncode(t, f, Settings{Quality: 80, AlphaQuality: 80, Speed: 9})
			same(t, f, mustDecode(t, file), 10<<(k.depth-8))
			worse := mustEncode(t, f, Settings{Quality: 20, AlphaQuality: 20, Speed: 9})
			if len(worse) >= len(file) {
				t.Errorf("want fewer bytes at quality 20 than the %d at 80, got %d", len(file), len(worse))
			}
		})
	}
}

// TestAlphaQuality: the alpha plane has its own quality.
func TestAlphaQuality(t *testing.T) {
	f := gradient(t, kind{"", frame.YCbCr, layouts[2], 8, true}, 65, 43)
	exact := mustEncode(t, f, Settings{Quality: 10, AlphaQuality: 100, Speed: 9})
	rough := mustEncode(t, f, Settings{Quality: 10, AlphaQuality: 10, Speed: 9})
	if len(rough) >= len(exact) {
		t.Errorf("want fewer bytes at alpha quality 10 than the %d at 100, got %d", len(exact), len(rough))
	}
	got := mustDecode(t, exact)
	for y := range f.Height {
		for x := range f.Width {
			if a, b := get(&f.Alpha, 8, x, y), get(&got.Alpha, 8, x, y); a != b {
				t.Fatalf("alpha %d,%d: want %d, got %d", x, y, a, b)
			}
		}
	}
}

// TestProfile: the profile is in the file as it is, and changes no pixel.
func TestProfile(t *testing.T) {
	f := gradient(t, kinds()[4], 33, 17)
	profile := bytes.Repeat([]byte("profile "), 20)
	file := mustEncode(t, f, Settings{Quality: 100, Speed: 9, ICC: profile})
	if !bytes.Contains(file, profile) {
		t.Error("want the profile in the file")
	}
	same(t, f, mustDecode(t, file), 0)
}

// TestLenient: files of encoders that write no pixi are read.
func TestLenient(t *testing.T) {
	f := gradient(t, kinds()[6], 33, 17)
	file := mustEncode(t, f, Settings{Quality: 100, AlphaQuality: 100, Speed: 9})
	same(t, f, mustDecode(t, bytes.ReplaceAll(file, []byte("pixi"), []byte("none"))), 0)
}

// TestSignal: range and matrix come back; chroma is centred unless the file says otherwise.
func TestSignal(t *testing.T) {
	for _, full := range []bool{false, true} {
		for _, matrix := range []uint8{1, 6, 9} {
			f := gradient(t, kind{"", frame.YCbCr, layouts[2], 8, false}, 33, 17)
			f.FullRange, f.Matrix = full, matrix
			got := mustDecode(t, mustEncode(t, f, Settings{Quality: 100, Speed: 9, CICP: CICP{12, 13, matrix}}))
			same(t, f, got, 0)
			if p := got.Planes[1]; p.PitchX != 0.5 || p.PitchY != 0.5 || p.ShiftX != 0 || p.ShiftY != 0 {
				t.Errorf("want centred chroma at half the pitch, got %+v", p)
			}
		}
	}
}

// TestIdentity: planes that are G, B, R by their matrix come out as R, G, B.
func TestIdentity(t *testing.T) {
	gbr := gradient(t, kind{"", frame.YCbCr, layouts[0], 8, false}, 33, 17)
	got := mustDecode(t, mustEncode(t, gbr, Settings{
		Quality: 100, Speed: 9,
		CICP: CICP{cicp.PrimariesBT709, cicp.TransferSRGB, cicp.MatrixIdentity},
	}))
	want := *gbr
	want.Model, want.Matrix = frame.RGB, cicp.MatrixIdentity
	want.Planes = []frame.Plane{gbr.Planes[2], gbr.Planes[0], gbr.Planes[1]}
	same(t, &want, got, 0)
}

// TestEncodePadded: planes larger than the picture are written as the picture.
func TestEncodePadded(t *testing.T) {
	k := kind{"", frame.YCbCr, layouts[2], 8, false}
	padded := gradient(t, k, 34, 18)
	padded.Width, padded.Height = 33, 17
	same(t, gradient(t, k, 33, 17), mustDecode(t, mustEncode(t, padded, Settings{Quality: 100, Speed: 9})), 0)
}

func TestSettingsCICP(t *testing.T) {
	profile := []byte("profile")
	tests := []struct {
		name string
		s    Settings
		want CICP
	}{
		{"default", Settings{}, CICP{1, 13, 6}},
		{"profile", Settings{ICC: profile}, CICP{2, 2, 6}},
		{"given", Settings{CICP: CICP{12, 13, 6}}, CICP{12, 13, 6}},
		{"given with a profile", Settings{CICP: CICP{9, 16, 9}, ICC: profile}, CICP{9, 16, 9}},
	}
	for _, tt := range tests {
		if got := tt.s.cicp(); got != tt.want {
			t.Errorf("%s: want %v, got %v", tt.name, tt.want, got)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	file := mustEncode(t, gradient(t, kinds()[6], 200, 100), Settings{Quality: 80, AlphaQuality: 80, Speed: 9})
	// AV1 has no checksums: a wrong coefficient is a picture too, but a wrong frame header is not.
	broken := bytes.Clone(file)
	for i := range 16 {
		broken[bytes.Index(file, []byte("mdat"))+4+i] ^= 0x5a
	}
	tests := []struct {
		name string
		file []byte
		want fault.Kind
	}{
		{"empty", nil, fault.NotAnImage},
		{"another brand", bytes.Replace(file, []byte("avif"), []byte("heic"), 2), fault.NotAnImage},
		{"container cut", file[:100], fault.DamagedImage},
		{"pixels cut", file[:len(file)-20], fault.DamagedImage},
		{"pixels broken", broken, fault.DamagedImage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Decode(tt.file, frame.Hint{})
			f.Release()
			if err == nil || fault.From(err).Kind != tt.want {
				t.Errorf("want %s, got %v", tt.want, err)
			}
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	rgb := gradient(t, kind{"", frame.YCbCr, layouts[0], 8, false}, 4, 4)
	rgb.Model = frame.RGB
	premultiplied := gradient(t, kind{"", frame.Gray, layout{}, 8, true}, 4, 4)
	premultiplied.Premultiplied = true
	deep := gradient(t, kind{"", frame.Gray, layout{}, 16, false}, 4, 4)
	thin := gradient(t, kind{"", frame.YCbCr, layout{subX: 4, subY: 1}, 8, false}, 8, 8)
	for _, f := range []*frame.Frame{rgb, premultiplied, deep, thin} {
		if _, err := Encode(f, Settings{}); err == nil || fault.From(err).Kind != fault.Internal {
			t.Errorf("want an internal error, got %v", err)
		}
	}
}

func TestTunesForImages(t *testing.T) {
	tests := []struct {
		codecs string
		want   bool
	}{
		{"dav1d [dec]:1.0.0, aom [enc/dec]:v3.6.0, svt [enc]:v4.0.0", false},
		{"dav1d [dec]:1.5.1, aom [enc/dec]:v3.11.0", false},
		{"dav1d [dec]:1.5.1, aom [enc/dec]:v3.12.1", true},
		{"aom [enc/dec]:3.13.0-12-g12345", true},
		{"aom [enc/dec]:v4.0.0", true},
		{"svt [enc]:v3.12.0", false},
		{"aom [enc/dec]:unknown", false},
		{"", false},
	}
	for _, tt := range tests {
		if got := tunesForImages(tt.codecs); got != tt.want {
			t.Errorf("%q: want %t, got %t", tt.codecs, tt.want, got)
		}
	}
}

// FuzzDecode holds that whatever decodes fits its own description and that nothing foreign is our own fault.
func FuzzDecode(f *testing.F) {
	for _, k := range kinds() {
		f.Add(mustEncode(f, gradient(f, k, 9, 5), Settings{Quality: 50, AlphaQuality: 50, Speed: 10}))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := Decode(file, frame.Hint{})
		if err != nil {
			if fault.From(err).Kind == fault.Internal {
				t.Fatal(err)
			}
			return
		}
		defer got.Release()
		for i, p := range planes(got) {
			if p.Width > got.Width || p.Height > got.Height || len(p.Row(p.Height-1, got.Depth)) == 0 {
				t.Fatalf("plane %d of %d×%d in a picture of %d×%d", i, p.Width, p.Height, got.Width, got.Height)
			}
		}
	})
}

// TestPhoto reads a real picture.
func TestPhoto(t *testing.T) {
	const name = "../../../../shared/photos/cosmos.avif"
	file, err := os.ReadFile(name)
	if err != nil {
		t.Skip("real picture not present: " + name)
	}
	f := mustDecode(t, file)
	if f.Model != frame.YCbCr || !f.FullRange || f.Planes[1].Width != f.Width || f.HasAlpha() {
		t.Errorf("want opaque 4:4:4 in full range, got %+v", f)
	}
	t.Logf("%d×%d, %d bits, matrix %d", f.Width, f.Height, f.Depth, f.Matrix)
}

// TestTuningSaves: the tuning of this library is used, costs fewer bytes, and is done without where it is not known.
func TestTuningSaves(t *testing.T) {
	f := gradient(t, kinds()[5], 256, 192)
	for y := range f.Height {
		for x := range f.Width {
			put(&f.Planes[0], 8, x, y, (get(&f.Planes[0], 8, x, y)*3+(x*x*7+y*y*13)%64)/4)
		}
	}
	s := Settings{Quality: 70, AlphaQuality: 70, Speed: 9}
	plain, err := encode(f, layouts[2].format, s, tuningNone)
	if err != nil {
		t.Fatal(err)
	}
	if tuned := mustEncode(t, f, s); len(tuned) >= len(plain) {
		t.Errorf("want fewer bytes than %d, got %d", len(plain), len(tuned))
	}
	if TunesForImages() {
		return // it knows every tuning
	}
	file, err := encode(f, layouts[2].format, s, tuningIQ)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(plain, file) {
		t.Errorf("want the file without a tuning of %d bytes, got %d", len(plain), len(file))
	}
}

// TestThreads: how many work on a picture is decided by the load, so the bytes must not tell.
func TestThreads(t *testing.T) {
	for _, k := range kinds() {
		for _, size := range [][2]int{{1, 1}, {65, 64}, {333, 517}, {1024, 700}} {
			f := gradient(t, k, size[0], size[1])
			for _, q := range []int{1, 60, 95, 100} {
				s := Settings{Quality: q, AlphaQuality: q, Speed: 9}
				one := mustEncode(t, f, s)
				s.Threads = 2
				if two := mustEncode(t, f, s); !bytes.Equal(one, two) {
					t.Errorf("%s, %d×%d, quality %d: %d bytes by one thread, others (%d) by two", k.name, size[0], size[1],
						q, len(one), len(two))
				}
			}
		}
	}
}
