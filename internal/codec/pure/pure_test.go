package pure

import (
	"bytes"
	"encoding/binary"
	"image"
	"math/rand/v2"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/format"
	"imagekit/internal/frame"
	"imagekit/internal/probe"
	"imagekit/internal/testkit/plaintest"
)

// palette has 16 colours: red is the index times 16.
func palette() []byte {
	p := make([]byte, 64)
	for i := range 16 {
		p[4*i], p[4*i+2] = 9, byte(16*i)
	}
	return p
}

func reds(values ...byte) (all [][4]byte) {
	for _, v := range values {
		all = append(all, [4]byte{v * 16, 0, 9, 255})
	}
	return all
}

var nothing = [4]byte{}

// samples has a decoder for each row, and the pixels that it shall find, row by row.
var samples = []struct {
	name   string
	decode func([]byte, frame.Hint) (*frame.Frame, error)
	file   []byte
	width  int
	want   [][4]byte
}{
	{"BMP of 4 bits", DecodeBMP, plaintest.BMP{Width: 3, Height: 2, Bits: 4, Behind: palette(), Pixels: []byte{0x12, 0x30, 0, 0, 0x45, 0x60, 0, 0}}.Bytes(), 3, reds(4, 5, 6, 1, 2, 3)},
	{"BMP from the top", DecodeBMP, plaintest.BMP{Width: 3, Height: -2, Bits: 4, Behind: palette(), Pixels: []byte{0x12, 0x30, 0, 0, 0x45, 0x60, 0, 0}}.Bytes(), 3, reds(1, 2, 3, 4, 5, 6)},
	{"BMP with an index beyond its palette", DecodeBMP, plaintest.BMP{Width: 2, Height: 1, Bits: 4, Used: 2, Behind: palette()[:8], Pixels: []byte{0x1f, 0, 0, 0}}.Bytes(), 2, [][4]byte{{16, 0, 9, 255}, {3: 255}}},
	{"BMP of 5, 5, 5 bits", DecodeBMP, plaintest.BMP{Width: 2, Height: 1, Bits: 16, Pixels: []byte{0x00, 0x7c, 0x1f, 0x80}}.Bytes(), 2, [][4]byte{{255, 0, 0, 255}, {0, 0, 255, 255}}},
	{"BMP of 5, 6, 5 bits", DecodeBMP, plaintest.BMP{Width: 2, Height: 1, Bits: 16, Compression: 3, Behind: []byte{0, 0xf8, 0, 0, 0xe0, 0x07, 0, 0, 0x1f, 0, 0, 0}, Pixels: []byte{0xe0, 0x07, 0x00, 0x80}}.Bytes(), 2, [][4]byte{{0, 255, 0, 255}, {132, 0, 0, 255}}},
	{"BMP of 10 bits", DecodeBMP, plaintest.BMP{Width: 1, Height: 1, Bits: 32, Compression: 3, Behind: []byte{0xff, 3, 0, 0, 0, 0xfc, 0x0f, 0, 0, 0, 0xf0, 0x3f}, Pixels: []byte{0xff, 3, 8, 0}}.Bytes(), 1, [][4]byte{{255, 128, 0, 255}}},
	{"BMP of runs of 8 bits", DecodeBMP, plaintest.BMP{Width: 4, Height: 2, Bits: 8, Compression: 1, Used: 16, Behind: palette(), Pixels: []byte("\x02\x01\x00\x00\x00\x03\x02\x03\x04\x00\x09\x05\x00\x01")}.Bytes(), 4, append(reds(2, 3, 4, 5), append(reds(1, 1), nothing, nothing)...)},
	{"BMP of runs of 4 bits", DecodeBMP, plaintest.BMP{Width: 5, Height: 2, Bits: 4, Compression: 2, Behind: palette(), Pixels: []byte("\x03\x12\x00\x02\x00\x01\x00\x05\x34\x56\x70\x00")}.Bytes(), 5, append([][4]byte{nothing, nothing, nothing}, append(reds(3, 4), append(reds(1, 2, 1), nothing, nothing)...)...)},
	{"ICO with a mask", DecodeICO, plaintest.ICO([]byte{2}, plaintest.BMP{Width: 2, Height: 1, Bits: 4, Behind: palette(), Pixels: []byte{0x12, 0, 0, 0}}.Part([]byte{0x40, 0, 0, 0})), 2, [][4]byte{{16, 0, 9, 255}, {32, 0, 9, 0}}},
	{"ICO with alpha", DecodeICO, plaintest.ICO([]byte{2}, plaintest.BMP{Width: 2, Height: 1, Bits: 32, Pixels: []byte{1, 2, 3, 4, 5, 6, 7, 255}}.Part([]byte{0xff, 0, 0, 0})), 2, [][4]byte{{3, 2, 1, 4}, {7, 6, 5, 255}}},
	{"ICO without alpha", DecodeICO, plaintest.ICO([]byte{2}, plaintest.BMP{Width: 2, Height: 1, Bits: 32, Pixels: []byte{1, 2, 3, 0, 5, 6, 7, 0}}.Part([]byte{0x40, 0, 0, 0})), 2, [][4]byte{{3, 2, 1, 255}, {7, 6, 5, 0}}},
	{"PBM", DecodePNM, []byte("P4 9 1\n\x80\x80"), 9, [][4]byte{{3: 255}, {255, 255, 255, 255}, {255, 255, 255, 255}, {255, 255, 255, 255}, {255, 255, 255, 255}, {255, 255, 255, 255}, {255, 255, 255, 255}, {255, 255, 255, 255}, {3: 255}}},
	{"PBM of digits", DecodePNM, []byte("P1 2 1 01"), 2, [][4]byte{{255, 255, 255, 255}, {3: 255}}},
	{"PGM of few levels", DecodePNM, []byte("P5 3 1 2\n\x00\x01\x05"), 3, [][4]byte{{3: 255}, {128, 128, 128, 255}, {255, 255, 255, 255}}},
	{"PPM of numbers", DecodePNM, []byte("P3 1 1 # how many\n 100\n10 20\n999"), 1, [][4]byte{{26, 51, 255, 255}}},
	{"PAM of grey and alpha", DecodePNM, []byte("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n\x07\x08"), 1, [][4]byte{{7, 7, 7, 8}}},
	{"QOI", DecodeQOI, plaintest.QOI(7, 1, 4, 0xfe, 10, 20, 30, 0xc1, 0x40|3<<4|2<<2, 0x80|33, 0x9a, 0xff, 1, 2, 3, 4, 0x00|(10*3+20*5+30*7+255*11)%64), 7, [][4]byte{{10, 20, 30, 255}, {10, 20, 30, 255}, {10, 20, 30, 255}, {11, 20, 28, 255}, {13, 21, 31, 255}, {1, 2, 3, 4}, {10, 20, 30, 255}}},
	{"TIFF of planes", DecodeTIFF, plaintest.TIFF([]byte("abcdef"), plaintest.Gray(2, 1, plaintest.One(262, 2), plaintest.One(277, 3), plaintest.One(284, 2), plaintest.One(273, 8, 10, 12), plaintest.One(279, 2, 2, 2))...), 2, [][4]byte{{'a', 'c', 'e', 255}, {'b', 'd', 'f', 255}}},
	{"TIFF of small tiles", DecodeTIFF, plaintest.TIFF([]byte("abcdefgh"), plaintest.Gray(3, 1, plaintest.One(322, 2), plaintest.One(323, 2), plaintest.One(324, 8, 12), plaintest.One(325, 4, 4))...), 3, [][4]byte{{'a', 'a', 'a', 255}, {'b', 'b', 'b', 255}, {'e', 'e', 'e', 255}}},
	{"TIFF with a sample that means nothing", DecodeTIFF, plaintest.TIFF([]byte("abcd"), plaintest.Gray(1, 1, plaintest.One(262, 2), plaintest.One(277, 4), plaintest.One(279, 4))...), 1, [][4]byte{{'a', 'b', 'c', 255}}},
	{"TIFF of runs", DecodeTIFF, plaintest.TIFF([]byte("\xfea\x80\x01bc"), plaintest.Gray(5, 1, plaintest.One(259, 32773), plaintest.One(279, 6))...), 5, [][4]byte{{'a', 'a', 'a', 255}, {'a', 'a', 'a', 255}, {'a', 'a', 'a', 255}, {'b', 'b', 'b', 255}, {'c', 'c', 'c', 255}}},
}

func TestSamples(t *testing.T) {
	for _, tt := range samples {
		t.Run(tt.name, func(t *testing.T) {
			f, err := tt.decode(tt.file, frame.Hint{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Release()
			if f.Width != tt.width || f.Width*f.Height != len(tt.want) {
				t.Fatalf("%d×%d, want %d pixels in rows of %d", f.Width, f.Height, len(tt.want), tt.width)
			}
			for i, want := range tt.want {
				if got := pixel(f, i%tt.width, i/tt.width); got != want {
					t.Errorf("pixel %d: got %v, want %v", i, got, want)
				}
			}
		})
	}
}

// TestCrop: rows that are wanted are the same whatever else is.
func TestCrop(t *testing.T) {
	for _, tt := range samples {
		whole, err := tt.decode(tt.file, frame.Hint{})
		if err != nil {
			t.Fatal(err)
		}
		for y := range whole.Height {
			f, err := tt.decode(tt.file, frame.Hint{Crop: image.Rect(0, y, 1, y+1)})
			if err != nil {
				t.Fatal(err)
			}
			for x := range f.Width {
				if got, want := pixel(f, x, y), pixel(whole, x, y); got != want {
					t.Errorf("%s: pixel %d,%d: got %v, want %v", tt.name, x, y, got, want)
				}
			}
			f.Release()
		}
		whole.Release()
	}
}

// TestDeepTIFF: of 16 bits white may be 0, too.
func TestDeepTIFF(t *testing.T) {
	data := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, 1000), 64)
	f, err := DecodeTIFF(plaintest.TIFF(data, plaintest.Gray(2, 1, plaintest.One(258, 16), plaintest.One(262, 0), plaintest.One(279, 4))...), frame.Hint{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	row := f.Planes[0].Row(0, 16)
	if a, b := binary.NativeEndian.Uint16(row), binary.NativeEndian.Uint16(row[2:]); a != 65535-1000 || b != 65535-64 {
		t.Errorf("got %d, %d", a, b)
	}
}

// TestCutShort: what cannot be seen in a header is found missing.
func TestCutShort(t *testing.T) {
	for name, file := range map[string][]byte{
		"PNM of numbers": []byte("P2 2 2 255\n1 2 3 x"),
		"TIFF of runs":   plaintest.TIFF([]byte("\xfea"), plaintest.Gray(9, 9, plaintest.One(259, 32773), plaintest.One(279, 2))...),
		"TIFF of zlib":   plaintest.TIFF([]byte("\x78\x9c"), plaintest.Gray(9, 9, plaintest.One(259, 8), plaintest.One(279, 2))...),
		"TIFF of LZW":    plaintest.TIFF([]byte("\x80\x00"), plaintest.Gray(9, 9, plaintest.One(259, 5), plaintest.One(279, 2))...),
	} {
		if _, err := decoders[map[byte]string{'P': ".pgm", 'I': ".tiff"}[file[0]]](file, frame.Hint{}); fault.From(err).Kind != fault.DamagedImage {
			t.Errorf("%s: %v, want a damaged image", name, err)
		}
	}
}

// FuzzDecode: what the header reader lets through is decoded, as large as it says and with alpha where it says so, or
// damaged.
func FuzzDecode(f *testing.F) {
	for _, tt := range samples {
		f.Add(tt.file)
	}
	noise := make([]byte, 300)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	for _, code := range []uint32{2, 3, 4, 5, 8, 32773} {
		f.Add(plaintest.TIFF(noise, plaintest.Gray(64, 5, plaintest.One(259, code), plaintest.One(258, 1), plaintest.One(279, 300), plaintest.One(278, 2))...))
	}
	all := map[format.Format]func([]byte, frame.Hint) (*frame.Frame, error){
		format.BMP: DecodeBMP, format.ICO: DecodeICO, format.PNM: DecodePNM, format.QOI: DecodeQOI, format.TIFF: DecodeTIFF,
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		info, err := probe.Read(b, probe.Limits{MaxPixels: 1 << 18})
		decode := all[info.Format]
		if err != nil || decode == nil || bytes.Contains(b, []byte("\x89PNG")) {
			return
		}
		got, err := decode(b, frame.Hint{})
		if !bytes.Equal(before, b) {
			t.Fatal("the bytes were changed")
		}
		if err != nil {
			if fault.From(err).Kind != fault.DamagedImage {
				t.Fatal(err)
			}
			return
		}
		defer got.Release()
		if got.Width != info.Width || got.Height != info.Height || got.HasAlpha() != info.Alpha || got.Depth != info.Depth {
			t.Fatalf("the header says %+v, the decoder found %d×%d, alpha %t, depth %d", info, got.Width, got.Height, got.HasAlpha(), got.Depth)
		}
	})
}
