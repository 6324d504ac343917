package icc

// Display is what a profile of matrix and curves says of an RGB device.
type Display struct {
	// Curves give the light 0…1 of a sample value 0…1 in red, green and blue; never anything else.
	Curves [3]func(v float64) float64
	// Alike says that the three curves are the same.
	Alike bool
	// Primaries are X, Y, Z (D50) of full red, green and blue.
	Primaries [3][3]float64
}

// ParseDisplay reads a profile of matrix and curves. It reports false for others: tables, which win where a profile has
// both (ICC.1:2022 §8.10.2), grey, inks, and what is no profile.
func ParseDisplay(profile []byte) (Display, bool) {
	t, ok := parse(profile)
	if !ok || string(t.profile[16:20]) != "RGB " || t.lut() {
		return Display{}, false
	}
	m, curves, ok := t.display()
	if !ok {
		return Display{}, false
	}
	d := Display{Primaries: m}
	for i, c := range curves {
		d.Curves[i] = func(v float64) float64 { return clamp(c(v)) }
	}
	red := string(t.data("rTRC"))
	d.Alike = red == string(t.data("gTRC")) && red == string(t.data("bTRC"))
	return d, true
}

// ParseGray reads a grey profile of one curve: the light 0…1 of a sample value 0…1. It reports false for others.
func ParseGray(profile []byte) (func(v float64) float64, bool) {
	t, ok := parse(profile)
	if !ok || string(t.profile[16:20]) != "GRAY" || t.lut() {
		return nil, false
	}
	c := parseCurve(t.data("kTRC"))
	switch {
	case c == nil:
		return nil, false
	case string(t.profile[20:24]) == "Lab ": // the curve gives lightness
		return func(v float64) float64 { return lightOf(clamp(c(v))) }, true
	}
	return func(v float64) float64 { return clamp(c(v)) }, true
}

// lightOf returns the light of a lightness L*, both 0…1 (CIE 1976).
func lightOf(lightness float64) float64 {
	if f := (100*lightness + 16) / 116; f > 6.0/29 {
		return f * f * f
	}
	return 2700.0 / 24389 * lightness
}

// HasTables reports whether a profile of these colours ("RGB ", "CMYK", … in its header) is one of tables.
func HasTables(profile []byte, colours string) bool {
	t, ok := parse(profile)
	return ok && string(t.profile[16:20]) == colours && t.lut()
}

// lut reports whether the profile has tables.
func (t tags) lut() bool { return t.has("A2B0") || t.has("A2B1") || t.has("D2B0") }

// display reads matrix and curves.
func (t tags) display() (m matrix, curves [3]curve, ok bool) {
	for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		if m[i], ok = parseXYZ(t.data(name)); !ok {
			return m, curves, false
		}
	}
	for i, name := range []string{"rTRC", "gTRC", "bTRC"} {
		if curves[i] = parseCurve(t.data(name)); curves[i] == nil {
			return m, curves, false
		}
	}
	return m, curves, true
}
