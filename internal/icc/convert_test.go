package icc

import "testing"

// The numbers are those of CSS Color 4's sample code for display-p3 and a98-rgb.
func TestFromSRGB(t *testing.T) {
	for _, c := range []struct {
		name          string
		srgb, p3, a98 [3]uint8
	}{
		{"black", [3]uint8{0, 0, 0}, [3]uint8{0, 0, 0}, [3]uint8{0, 0, 0}},
		{"white", [3]uint8{255, 255, 255}, [3]uint8{255, 255, 255}, [3]uint8{255, 255, 255}},
		{"grey", [3]uint8{128, 128, 128}, [3]uint8{128, 128, 128}, [3]uint8{127, 127, 127}},
		{"dark grey", [3]uint8{20, 20, 20}, [3]uint8{20, 20, 20}, [3]uint8{27, 27, 27}},
		{"red", [3]uint8{255, 0, 0}, [3]uint8{234, 51, 35}, [3]uint8{219, 0, 0}},
		{"green", [3]uint8{0, 255, 0}, [3]uint8{117, 251, 76}, [3]uint8{144, 255, 60}},
		{"blue", [3]uint8{0, 0, 255}, [3]uint8{0, 0, 245}, [3]uint8{0, 0, 250}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for kind, want := range map[Kind][3]uint8{DisplayP3: c.p3, AdobeRGB: c.a98, None: c.srgb, OtherRGB: c.srgb} {
				got := FromSRGB(kind, c.srgb)
				for i := range got {
					if d := int(got[i]) - int(want[i]); d < -1 || d > 1 {
						t.Errorf("%v: got %v, want %v", kind, got, want)
						break
					}
				}
			}
		})
	}
}
