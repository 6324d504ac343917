package look

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// reference is a picture and what the reference implementations make of it (bench/hashes.mjs).
type reference struct {
	Name          string
	Width, Height int
	RGBA          []byte
	BlurHash      map[string]string
	ThumbHash     []byte
}

func references(t *testing.T) (list []reference) {
	t.Helper()
	data, err := os.ReadFile("testdata/hashes.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// The hashes are those of the reference implementations.
func TestHashes(t *testing.T) {
	blurred := 0
	for _, r := range references(t) {
		p := Pixels{r.Width, r.Height, r.RGBA}
		if got := thumbHash(p); !alike(got, r.ThumbHash) {
			t.Errorf("%s: got the ThumbHash %x, want %x", r.Name, got, r.ThumbHash)
		}
		for size, want := range r.BlurHash {
			var x, y int
			if _, err := fmt.Sscanf(size, "%dx%d", &x, &y); err != nil {
				t.Fatal(err)
			}
			if got := blurHash(p, x, y); got != want {
				t.Errorf("%s, %s components: got the BlurHash %s, want %s", r.Name, size, got, want)
			}
			blurred++
		}
	}
	if blurred < 30 {
		t.Errorf("%d BlurHashes were compared, want 30 and more", blurred)
	}
}

// alike reports whether two ThumbHashes differ by rounding at most: a factor by one, and at will where the factors of its
// channel are multiplied by zero.
func alike(a, b []byte) bool {
	if len(a) != len(b) || !bytes.Equal(a[:5], b[:5]) {
		return false
	}
	head, more := int(a[0])|int(a[1])<<8|int(a[2])<<16, int(a[3])|int(a[4])<<8
	scales := []int{head >> 18 & 31, more >> 3 & 63, more >> 9 & 63}
	at, most := 5, 7
	if head>>23 > 0 {
		if a[5] != b[5] {
			return false
		}
		scales, at, most = append(scales, int(a[5]>>4)), 6, 5
	}
	nx, ny := max(3, more&7), most
	if more>>15 > 0 {
		nx, ny = ny, nx
	}
	i := 0
	for c, scale := range scales {
		if c > 0 {
			nx, ny = 3, 3
		}
		if c > 2 {
			nx, ny = 5, 5
		}
		for range factors(nx, ny) {
			shift := 4 * (i & 1)
			d := int(a[at+i/2]>>shift&15) - int(b[at+i/2]>>shift&15)
			if scale > 0 && (d < -1 || d > 1) {
				return false
			}
			i++
		}
	}
	return at+(i+1)/2 == len(a)
}

// factors is how many a channel of nx × ny has, besides its mean.
func factors(nx, ny int) (n int) {
	for y := range ny {
		for x := 0; x*ny < nx*(ny-y); x++ {
			n++
		}
	}
	return n - 1
}

// A BlurHash knows no transparency: it is that of the picture on white, with more components along the longer side.
func TestBlurHashOnWhite(t *testing.T) {
	for _, r := range references(t) {
		p := Pixels{r.Width, r.Height, r.RGBA}
		size := "4x3"
		if r.Height > r.Width {
			size = "3x4"
		}
		if want, ok := r.BlurHash[size]; ok && BlurHash(p) != want {
			t.Errorf("%s: got %s, want %s", r.Name, BlurHash(p), want)
		}
		if r.Name == "nothing" {
			white := Pixels{r.Width, r.Height, bytes.Repeat([]byte{255}, len(r.RGBA))}
			if got, want := BlurHash(p), BlurHash(white); got != want {
				t.Errorf("nothing: got %s, want that of white, %s", got, want)
			}
		}
	}
}
