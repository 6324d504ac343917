package icc

import (
	"math"
	"testing"
)

func TestCurve(t *testing.T) {
	tests := []struct {
		name string
		data []byte
		v    float64
		want float64
	}{
		{"no values", make12("curv"), 0.3, 0.3},
		{"one value", gammaCurve(2), 0.5, 0.25},
		{"table, on a value", sampledCurve(DecodeSRGB), 21.0 / 63, DecodeSRGB(21.0 / 63)},
		{"table, between values", sampledCurve(func(v float64) float64 { return 1 - v }), 0.123, 0.877},
		{"table, last value", sampledCurve(DecodeSRGB), 1, 1},
		{"formula 0", formula(0, 2), 0.5, 0.25},
		{"formula 1", formula(1, 2, 2, -0.5), 0.5, 0.25},
		{"formula 1, below", formula(1, 2, 2, -0.5), 0.125, 0},
		{"formula 2", formula(2, 2, 2, -0.5, 0.125), 0.5, 0.375},
		{"formula 2, below", formula(2, 2, 2, -0.5, 0.125), 0.125, 0.125},
		{"formula 3", formula(3, 2, 0.5, 0.5, 0.25, 0.5), 0.5, 0.5625},
		{"formula 3, below", formula(3, 2, 0.5, 0.5, 0.25, 0.5), 0.25, 0.0625},
		{"formula 4", formula(4, 2, 0.5, 0.5, 0.25, 0.5, 0.125, 0.0625), 0.5, 0.6875},
		{"formula 4, below", formula(4, 2, 0.5, 0.5, 0.25, 0.5, 0.125, 0.0625), 0.25, 0.125},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseCurve(tt.data)(tt.v); math.Abs(got-tt.want) > 1e-4 {
				t.Errorf("%v gives %v, want %v", tt.v, got, tt.want)
			}
		})
	}
}
