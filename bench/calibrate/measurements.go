package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// encoder is one scale of quality numbers.
type encoder string

// The encoders. libaom 3.12 and later is asked for its tuning for images, so it is measured apart.
const (
	jpegs      encoder = "jpeg"
	webps      encoder = "webp"
	avifs      encoder = "avif"
	tunedAVIFs encoder = "avif-iq"
)

// The metrics. Butteraugli is the maximum over the picture, as its program prints it.
const (
	butteraugliMax = iota
	dssim
	metrics
)

// measured names one encoded picture.
type measured struct {
	picture string
	encoder encoder
	number  int
}

// measurements is what was found so far.
type measurements struct {
	libraries map[encoder]string // what encoded, with its version
	distances map[measured][metrics]float64
}

const header = `# How far encoded pictures are from what they were made of. Written by go run ./bench/calibrate.
# library ENCODER NAME VERSION, then one line for each encoded picture:
# PICTURE ENCODER NUMBER BUTTERAUGLI-MAX DSSIM
`

// String is the text of the file, sorted, so that its differences can be read.
func (m *measurements) String() string {
	var b strings.Builder
	b.WriteString(header)
	for _, e := range slices.Sorted(maps.Keys(m.libraries)) {
		fmt.Fprintf(&b, "library %s %s\n", e, m.libraries[e])
	}
	order := func(a, b measured) int {
		return cmp.Or(cmp.Compare(a.picture, b.picture), cmp.Compare(a.encoder, b.encoder), cmp.Compare(a.number, b.number))
	}
	for _, k := range slices.SortedFunc(maps.Keys(m.distances), order) {
		d := m.distances[k]
		fmt.Fprintf(&b, "%s %s %d %.4f %.6f\n", k.picture, k.encoder, k.number, d[butteraugliMax], d[dssim])
	}
	return b.String()
}

// parseMeasurements reads what String wrote; no text is no measurements.
func parseMeasurements(text string) (*measurements, error) {
	m := &measurements{map[encoder]string{}, map[measured][metrics]float64{}}
	for i, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "library "); ok {
			name, library, _ := strings.Cut(rest, " ")
			m.libraries[encoder(name)] = library
			continue
		}
		var k measured
		var d [metrics]float64
		if _, err := fmt.Sscan(line, &k.picture, (*string)(&k.encoder), &k.number, &d[butteraugliMax],
			&d[dssim]); err != nil {
			return nil, fmt.Errorf("%s:%d: want a picture, an encoder and three numbers: %w", measurementsFile, i+1, err)
		}
		m.distances[k] = d
	}
	return m, nil
}

// pictures returns the names of what was measured, sorted.
func (m *measurements) pictures() []string {
	names := map[string]bool{}
	for k := range m.distances {
		names[k.picture] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// curve returns how a metric falls with an encoder's number on one picture; it is empty where nothing was measured.
func (m *measurements) curve(picture string, e encoder, metric int) curve {
	var c curve
	for k, d := range m.distances {
		if k.picture == picture && k.encoder == e {
			c = append(c, knot{float64(k.number), d[metric]})
		}
	}
	slices.SortFunc(c, func(a, b knot) int { return cmp.Compare(a.number, b.number) })
	return c.falling()
}
