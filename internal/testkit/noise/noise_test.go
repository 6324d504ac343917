package noise

import (
	"math"
	"testing"
)

// The scale of q was fitted on pictures painted with these numbers.
func TestNumbersStay(t *testing.T) {
	for _, tt := range []struct {
		name      string
		got, want float64
	}{
		{"At", At(3, -7, 11), 0.961784115285},
		{"Value", Value(12.25, -0.75, 5), 0.397106834983},
		{"Value between four corners", Value(0.5, 0.5, 0), (At(0, 0, 0) + At(1, 0, 0) + At(0, 1, 0) + At(1, 1, 0)) / 4},
		{"Value at a corner", Value(-4, 9, 2), At(-4, 9, 2)},
	} {
		if math.Abs(tt.got-tt.want) > 1e-9 {
			t.Errorf("%s: got %.12f, want %.12f", tt.name, tt.got, tt.want)
		}
	}
}

// All that is painted with lies between 0 and 1, and is spread over it.
func TestRange(t *testing.T) {
	for name, of := range map[string]func(x, y float64) float64{
		"At":      func(x, y float64) float64 { return At(int(97*x), int(89*y), 1) },
		"Value":   func(x, y float64) float64 { return Value(x, y, 1) },
		"Fractal": func(x, y float64) float64 { return Fractal(x, y, 5, 0.5, 1) },
		"Cells":   func(x, y float64) float64 { d, _ := Cells(x, y, 1); return d },
	} {
		low, high := 1.0, 0.0
		for i := range 4000 {
			v := of(float64(i%80)*0.37-9, float64(i/80)*0.41-7)
			low, high = min(low, v), max(high, v)
		}
		if low < 0 || high > 1 || low > 0.3 || high < 0.7 {
			t.Errorf("%s goes from %g to %g", name, low, high)
		}
	}
}
