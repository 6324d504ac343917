package op

import (
	"math/rand/v2"
	"testing"
)

// TestMean: the division by multiplication is exact for every size of a square that may be asked for, also where a sum
// lies between two means.
func TestMean(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 200_000 {
		n := 1 + i%1024
		if i%3 == 0 {
			n = 1 + r.IntN(1024*1024)
		}
		m := newMean(n)
		for _, sum := range []uint64{0, uint64(n) * opaque, r.Uint64N(uint64(n)*opaque + 1), uint64(n)*r.Uint64N(opaque) + uint64(n)/2} {
			if got, want := m.of(sum), uint16((2*sum+uint64(n))/uint64(2*n)); got != want {
				t.Fatalf("the mean of %d samples that sum to %d is %d, want %d", n, sum, got, want)
			}
		}
	}
}
