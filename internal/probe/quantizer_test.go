package probe

import (
	"bytes"
	"image"
	stdjpeg "image/jpeg"
	"testing"
)

// The standard library scales libjpeg's tables as libjpeg does.
func TestQualityOfJPEG(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 16, 16), image.YCbCrSubsampleRatio420)
	for q := 1; q <= 100; q++ {
		var b bytes.Buffer
		if err := stdjpeg.Encode(&b, img, &stdjpeg.Options{Quality: q}); err != nil {
			t.Fatal(err)
		}
		info, err := Read(b.Bytes(), Limits{MaxPixels: 1000})
		if err != nil {
			t.Fatal(err)
		}
		// Below 6 the limit of 255 makes tables alike.
		if got := info.Quality; got != q && q > 6 || got < 1 {
			t.Errorf("quality %d was read as %d", q, got)
		}
	}
}

func TestQualityOfOtherTables(t *testing.T) {
	table := func(head byte, entries ...byte) []byte { return append([]byte{head}, entries...) }
	flat := func(v byte, n int) []byte { return bytes.Repeat([]byte{v}, n) }
	for _, c := range []struct {
		name    string
		segment []byte
		number  int
		want    int
	}{
		{"all ones", table(0, flat(1, 64)...), 0, 100},
		{"coarser than any", table(0, flat(255, 64)...), 0, 1},
		{"16 bits", append(table(0x10), bytes.Repeat([]byte{0, 1}, 64)...), 0, 100},
		{"the second of two", append(table(0, flat(255, 64)...), table(1, flat(1, 64)...)...), 1, 100},
		{"another number", table(1, flat(1, 64)...), 0, 0},
		{"nothing", nil, 0, 0},
	} {
		var h jpegHeader
		h.tables(c.segment)
		if got := qualityOf(h.steps[c.number]); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
	var h jpegHeader
	h.tables(table(0, flat(9, 20)...)) // cut short: must end
}
