package mmap

import (
	"os"
	"testing"
)

// TestMap: pages are zeros, may be written to their last byte, and can be given back and taken again.
func TestMap(t *testing.T) {
	for _, n := range []int{1, os.Getpagesize(), os.Getpagesize() + 1, 9 << 20} {
		for range 3 {
			b, err := Map(n)
			if err != nil || len(b) != n {
				t.Fatalf("want %d bytes, got %d, %v", n, len(b), err)
			}
			for i := 0; i < n; i += 997 {
				if b[i] != 0 {
					t.Fatalf("byte %d of %d is %d", i, n, b[i])
				}
				b[i] = 1
			}
			b[n-1] = 1
			Unmap(b)
		}
	}
}

// TestSize: whole pages.
func TestSize(t *testing.T) {
	page := int64(os.Getpagesize())
	for n, want := range map[int]int64{0: 0, 1: page, int(page): page, int(page) + 1: 2 * page} {
		if got := Size(n); got != want {
			t.Errorf("%d bytes: want %d, got %d", n, want, got)
		}
	}
}

// TestMapRefuses: there are not so many addresses.
func TestMapRefuses(t *testing.T) {
	if b, err := Map(1 << 50); err == nil {
		Unmap(b)
		t.Error("want an error for 1 PiB")
	}
}
