package png

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"math/rand/v2"
	"slices"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// random fills a picture of this kind with samples; few values, so that colour keys are hit.
func random(w, h, depth int, color byte, interlaced bool) picture {
	p := picture{w: w, h: h, depth: depth, color: color, interlaced: interlaced}
	rnd := rand.New(rand.NewPCG(uint64(w*h), uint64(depth)<<8|uint64(color)))
	p.samples = make([]uint16, w*h*p.channels())
	for i := range p.samples {
		p.samples[i] = uint16(rnd.IntN(1 << depth))
		if i%3 == 0 {
			p.samples[i] &= 1
		}
	}
	if color == palette {
		p.plte = make([]byte, 3<<depth)
		for i := range p.plte {
			p.plte[i] = byte(rnd.IntN(256))
		}
	}
	return p
}

// transparent adds a tRNS chunk that makes the first pixel transparent.
func (p picture) transparent() picture {
	switch p.color {
	case gray, rgb:
		for c := range p.channels() {
			p.trns = binary.BigEndian.AppendUint16(p.trns, p.at(0, 0, c))
		}
	case palette:
		p.trns = []byte{7, 0x80}[:min(2, 1<<p.depth)]
	}
	return p
}

// want returns the samples a decoder must make of pixel x, y: colours, then alpha if there is any.
func (p picture) want(x, y int) []uint16 {
	scale := func(v uint16) uint16 {
		if p.depth < 8 {
			return v * (255 / (1<<p.depth - 1))
		}
		return v
	}
	var out []uint16
	if p.color == palette {
		i := int(p.at(x, y, 0))
		for c := range 3 {
			out = append(out, uint16(p.plte[3*i+c]))
		}
		if p.trns != nil {
			a := uint16(255)
			if i < len(p.trns) {
				a = uint16(p.trns[i])
			}
			out = append(out, a)
		}
		return out
	}
	hit := p.trns != nil
	for c := range p.channels() {
		out = append(out, scale(p.at(x, y, c)))
		hit = hit && p.at(x, y, c) == binary.BigEndian.Uint16(p.trns[2*c:])
	}
	if p.trns != nil {
		a := uint16(1<<max(8, p.depth) - 1)
		if hit {
			a = 0
		}
		out = append(out, a)
	}
	return out
}

// sample reads a frame's sample of channel c at x, y; alpha comes after the colours.
func sample(f *frame.Frame, x, y, c int) uint16 {
	p := &f.Alpha
	if c < len(f.Planes) {
		p = &f.Planes[c]
	}
	row := p.Row(y, f.Depth)
	if f.Depth > 8 {
		return binary.NativeEndian.Uint16(row[2*x:])
	}
	return uint16(row[x])
}

func mustDecode(t *testing.T, file []byte, h frame.Hint) *frame.Frame {
	t.Helper()
	f, err := Decode(file, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Release)
	return f
}

func compare(t *testing.T, f *frame.Frame, p picture, rows image.Point) {
	t.Helper()
	for y := rows.X; y < rows.Y; y++ {
		for x := range p.w {
			for c, want := range p.want(x, y) {
				if got := sample(f, x, y, c); got != want {
					t.Fatalf("pixel %d,%d channel %d: want %d, got %d", x, y, c, want, got)
				}
			}
		}
	}
}

// TestDecodeKinds reads every colour type, depth, interlacing and transparency the format has.
func TestDecodeKinds(t *testing.T) {
	depths := map[byte][]int{
		gray: {1, 2, 4, 8, 16}, rgb: {8, 16}, palette: {1, 2, 4, 8}, grayAlpha: {8, 16}, rgbAlpha: {8, 16},
	}
	for _, color := range []byte{gray, rgb, palette, grayAlpha, rgbAlpha} {
		for _, depth := range depths[color] {
			for _, interlaced := range []bool{false, true} {
				for _, size := range []image.Point{{33, 17}, {1, 1}, {1, 9}, {9, 1}, {3, 2}} {
					p := random(size.X, size.Y, depth, color, interlaced)
					name := fmt.Sprintf("color=%d/depth=%d/interlaced=%t/%dx%d", color, depth, interlaced, p.w, p.h)
					t.Run(name, func(t *testing.T) { checkKind(t, p) })
					if color == gray || color == rgb || color == palette {
						t.Run(name+"/tRNS", func(t *testing.T) { checkKind(t, p.transparent()) })
					}
				}
			}
		}
	}
}

func checkKind(t *testing.T, p picture) {
	f := mustDecode(t, p.encode(), frame.Hint{})
	model := frame.RGB
	if p.color == gray || p.color == grayAlpha {
		model = frame.Gray
	}
	alpha := p.trns != nil || p.color == grayAlpha || p.color == rgbAlpha
	if f.Model != model || f.Depth != max(8, p.depth) || f.HasAlpha() != alpha || f.Width != p.w || f.Height != p.h {
		t.Fatalf("want model %d, %d bits, alpha %t, %d×%d; got model %d, %d bits, alpha %t, %d×%d",
			model, max(8, p.depth), alpha, p.w, p.h, f.Model, f.Depth, f.HasAlpha(), f.Width, f.Height)
	}
	compare(t, f, p, image.Pt(0, p.h))
}

func TestDecodeCrop(t *testing.T) {
	for _, interlaced := range []bool{false, true} {
		p := random(40, 30, 8, rgbAlpha, interlaced)
		f := mustDecode(t, p.encode(), frame.Hint{Crop: image.Rect(5, 10, 20, 12)})
		compare(t, f, p, image.Pt(10, 12))
	}
}

// TestDecodeBeside checks what must not change the picture: ancillary chunks of any kind, broken or huge, many
// IDAT chunks, no end, bytes after the end.
func TestDecodeBeside(t *testing.T) {
	p := random(33, 17, 8, rgb, false)
	with := func(extra ...chunk) []byte {
		q := p
		q.extra = extra
		return q.encode()
	}
	small := p
	small.idatSize = 1
	file := p.encode()
	badCRC := with(chunk{"tEXt", []byte("a\x00b")})
	badCRC[bytes.Index(badCRC, []byte("tEXt"))+5]++
	wrongSum := slices.Clone(file)
	wrongSum[len(file)-13]++
	tests := []struct {
		name string
		file []byte
	}{
		{"IDAT of one byte", small.encode()},
		{"no IEND", file[:len(file)-12]},
		{"cut in IEND", file[:len(file)-1]},
		{"cut in the checksum of IDAT", file[:len(file)-12-1]},
		{"checksum of IDAT cut off", file[:len(file)-12-4]},
		{"wrong checksum of IDAT", wrongSum},
		{"cut in a text behind the pixels", append(slices.Clone(file[:len(file)-12]), "\x00\x00\x00\x09tEXta\x00b"...)},
		{"chunk of 4 GB behind the pixels", append(slices.Clone(file[:len(file)-12]), "\xff\xff\xff\xfftEXt"...)},
		{"unknown chunk behind the pixels", append(slices.Clone(file[:len(file)-12]),
			"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)},
		{"palette that is a hint", with(chunk{"PLTE", make([]byte, 12)})},
		{"bytes after the end", append(slices.Clone(file), "trailing"...)},
		{"broken iCCP", with(chunk{"iCCP", []byte("x")})},
		{"broken zTXt", with(chunk{"zTXt", []byte("a\x00\x00junk")})},
		{"ancillary checksum", badCRC},
		{"ten thousand texts", with(slices.Repeat([]chunk{{"tEXt", []byte("a\x00b")}}, 10000)...)},
		{"gamma is not applied", with(chunk{"gAMA", []byte{0, 0, 0x27, 0x10}})},
		{"animation", with(chunk{"acTL", make([]byte, 8)}, chunk{"fcTL", make([]byte, 26)}, chunk{"fdAT", make([]byte, 9)})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { compare(t, mustDecode(t, tt.file, frame.Hint{}), p, image.Pt(0, p.h)) })
	}
}

// TestTransparency: of a tRNS chunk that is too long the first bytes count, one that is too short, says what no sample
// can be, stands before its palette or has a wrong checksum does not count; as in browsers.
func TestTransparency(t *testing.T) {
	one := func(depth int, color byte, sample uint16, trns ...byte) picture {
		p := picture{w: 1, h: 1, depth: depth, color: color, samples: []uint16{sample, sample, sample}, trns: trns}
		if color == palette {
			p.plte = []byte{1, 2, 3, 4, 5, 6}
		}
		return p
	}
	early := one(2, palette, 0, 0).chunks()
	early[1], early[2] = early[2], early[1]
	broken := one(2, palette, 0, 0).encode()
	broken[bytes.Index(broken, []byte("tRNS"))+5]++
	tests := []struct {
		name  string
		file  []byte
		alpha int // -1: no plane
	}{
		{"grey", one(8, gray, 60, 0, 60).encode(), 0},
		{"grey, too long", one(8, gray, 60, 0, 60, 9, 9).encode(), 0},
		{"grey, another", one(8, gray, 60, 0, 61).encode(), 255},
		{"grey, high byte set", one(8, gray, 60, 1, 60).encode(), 0},
		{"grey of 4 bits", one(4, gray, 3, 0, 3).encode(), 0},
		{"grey of 4 bits, beyond", one(4, gray, 3, 0, 0x13).encode(), -1},
		{"grey of 1 bit, beyond", one(1, gray, 1, 0, 3).encode(), -1},
		{"grey, too short", one(8, gray, 60, 0).encode(), -1},
		{"colour", one(8, rgb, 60, 0, 60, 0, 60, 0, 60).encode(), 0},
		{"colour, too long", one(8, rgb, 60, 0, 60, 0, 60, 0, 60, 7).encode(), 0},
		{"colour, too short", one(8, rgb, 60, 0, 60, 0, 60).encode(), -1},
		{"palette", one(2, palette, 1, 255, 7).encode(), 7},
		{"palette, too long", one(2, palette, 1, 255, 7, 8, 9, 10, 11).encode(), 7},
		{"palette, too long and opaque where it counts", one(2, palette, 1, 255, 255, 0).encode(), -1},
		{"palette, empty", one(2, palette, 1, []byte{}...).encode(), -1},
		{"palette, before it", assemble(early), -1},
		{"palette, wrong checksum", broken, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, got := mustDecode(t, tt.file, frame.Hint{}), -1
			if f.HasAlpha() {
				got = int(sample(f, 0, 0, len(f.Planes)))
			}
			if got != tt.alpha {
				t.Errorf("alpha %d, want %d", got, tt.alpha)
			}
		})
	}
}

// TestDecodeOpaque: a tRNS chunk that comes too late, does not belong there or hides nothing makes no alpha plane.
func TestDecodeOpaque(t *testing.T) {
	late := random(3, 3, 8, rgb, false).chunks()
	late = slices.Insert(late, len(late)-1, chunk{"tRNS", make([]byte, 6)})
	opaque := random(3, 3, 2, palette, false)
	opaque.trns = []byte{255, 255}
	for _, file := range [][]byte{assemble(late), opaque.encode()} {
		if f := mustDecode(t, file, frame.Hint{}); f.HasAlpha() {
			t.Error("want an opaque picture")
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	p := random(33, 17, 8, rgb, false)
	p.idatSize = 400
	file := p.encode()
	idat := bytes.Index(file, []byte("IDAT"))
	flip := func(at int) []byte { // the file with one bit changed
		c := slices.Clone(file)
		c[at] ^= 1
		return c
	}
	drop := func(kind string, nth int) []byte {
		list := p.chunks()
		i := slices.IndexFunc(list, func(c chunk) bool { return c.kind == kind })
		return assemble(slices.Delete(list, i+nth, i+nth+1))
	}
	header := func(at int, b ...byte) []byte { // the file with other bytes in IHDR and a good checksum
		list := p.chunks()
		copy(list[0].data[at:], b)
		return assemble(list)
	}
	noPalette := random(3, 3, 8, palette, false)
	noPalette.plte = nil
	tests := []struct {
		name string
		file []byte
		want fault.Kind
	}{
		{"empty", nil, fault.NotAnImage},
		{"signature alone", file[:8], fault.DamagedImage},
		{"header cut", file[:20], fault.DamagedImage},
		{"cut in the first IDAT", file[:idat+100], fault.DamagedImage},
		{"cut in the last IDAT", file[:len(file)-12-10], fault.DamagedImage},
		{"IDAT checksum", flip(idat + 300), fault.DamagedImage},
		{"last IDAT checksum", flip(len(file) - 12 - 12), fault.DamagedImage},
		{"bits flipped and the checksum cut off", flip(len(file) - 12 - 12)[:len(file)-13], fault.DamagedImage},
		{"header checksum", flip(8 + 8 + 13), fault.DamagedImage},
		{"a missing IDAT", drop("IDAT", 1), fault.DamagedImage},
		{"no IDAT", assemble(p.chunks()[:1]), fault.DamagedImage},
		{"too few rows", header(7, 18), fault.DamagedImage},
		{"no header", drop("IHDR", 0), fault.DamagedImage},
		{"no palette", noPalette.encode(), fault.DamagedImage},
		{"bad colour type", header(9, 5), fault.DamagedImage},
		{"bad depth", header(8, 3), fault.DamagedImage},
		{"bad interlacing", header(12, 2), fault.DamagedImage},
		{"no width", header(3, 0), fault.DamagedImage},
		{"too many pixels", header(0, 255, 255, 255, 255, 255, 255, 255, 255), fault.TooManyPixels},
		{"unknown critical chunk", assemble(slices.Insert(p.chunks(), 1, chunk{"CgBI", nil})), fault.UnsupportedFormat},
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
