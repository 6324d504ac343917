package png

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"testing"

	"imagekit/internal/fault"
	"imagekit/internal/frame"
)

// FuzzDecode holds that whatever decodes has the size and planes its header announces, and, at 8 bits, comes back
// the same after Encode and Decode; and that what does not is never called our own fault.
func FuzzDecode(f *testing.F) {
	for _, color := range []byte{gray, rgb, palette, grayAlpha, rgbAlpha} {
		for _, interlaced := range []bool{false, true} {
			f.Add(random(5, 3, 8, color, interlaced).encode())
		}
	}
	f.Add(random(5, 3, 16, rgb, true).transparent().encode())
	f.Add(random(5, 3, 1, gray, false).transparent().encode())
	f.Add(random(5, 3, 4, palette, true).transparent().encode())
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file)%2 == 0 { // the others keep their wrong checksums
			file = repair(file)
		}
		head, _, err := strip(file)
		if err == nil && head.width*head.height > 1<<20 {
			t.Skip("more pixels than a fuzz run should fill")
		}
		got, err := Decode(file, frame.Hint{})
		if err != nil {
			if fault.From(err).Kind == fault.Internal {
				t.Fatal(err)
			}
			return
		}
		defer got.Release()
		if got.Width != head.width || got.Height != head.height || got.HasAlpha() != head.alpha() {
			t.Fatalf("want what the header says, %+v; got %d×%d, alpha %t", head, got.Width, got.Height, got.HasAlpha())
		}
		if got.Depth == 8 {
			roundTrip(t, got)
		}
	})
}

// repair writes the right checksum into every whole chunk, so that a fuzzer gets past them.
func repair(file []byte) []byte {
	file = bytes.Clone(file)
	for at := len(signature); at < len(file); {
		c, err := next(file[at:])
		if err != nil || at+c.size > len(file) {
			break
		}
		binary.BigEndian.PutUint32(file[at+c.size-4:], crc32.ChecksumIEEE(file[at+4:at+c.size-4]))
		at += c.size
	}
	return file
}

func roundTrip(t *testing.T, f *frame.Frame) {
	t.Helper()
	out, err := Encode(f, Settings{Level: 1})
	if err != nil {
		t.Fatal(err)
	}
	again := mustDecode(t, out, frame.Hint{})
	for i := range f.Planes {
		samePlane(t, &f.Planes[i], &again.Planes[i])
	}
	if f.HasAlpha() {
		samePlane(t, &f.Alpha, &again.Alpha)
	}
}

func samePlane(t *testing.T, a, b *frame.Plane) {
	t.Helper()
	for y := range a.Height {
		if !bytes.Equal(a.Row(y, 8), b.Row(y, 8)) {
			t.Fatalf("row %d changed", y)
		}
	}
}

// TestPhoto reads a real picture and compares it with the standard library's reading.
func TestPhoto(t *testing.T) {
	const name = "../../../../shared/photos/alpha.png"
	file, err := os.ReadFile(name)
	if err != nil {
		t.Skip("real picture not present: " + name)
	}
	compareStd(t, file, mustDecode(t, file, frame.Hint{}))
}
