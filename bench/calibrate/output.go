package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// outputs are the files made from the measurements, by what they were before.
var outputs = map[string]func(m *measurements, before string) (string, error){
	tableFile: func(m *measurements, before string) (string, error) {
		return between(before, "// Fitted by bench/calibrate.\n", "// End of fit.\n", m.code())
	},
	docsFile: func(m *measurements, before string) (string, error) {
		return between(before, "<!-- fitted by bench/calibrate -->\n", "<!-- end of fit -->\n", m.markdown())
	},
	plotFile: func(m *measurements, _ string) (string, error) { return m.plot(), nil },
}

// between replaces what stands between two marks.
func between(text, from, to, with string) (string, error) {
	head, rest, ok := strings.Cut(text, from)
	_, tail, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		return "", fmt.Errorf("want the marks %q and %q", from, to)
	}
	return head + from + with + to + tail, nil
}

// compared are the encoders beside JPEG, with the way they are shown.
var compared = []struct {
	encoder      encoder
	name, colour string
}{
	{webps, "WebP", "#1f77b4"},
	{avifs, "AVIF", "#d62728"},
	{tunedAVIFs, "AVIF, tune=iq", "#9467bd"},
}

// tables are what is fitted. Both kinds of AVIF share one: their numbers of equal distance are nearer to each other than
// the two metrics are, or two pictures.
var tables = []struct {
	name, heading string
	encoders      []encoder
	colour        string
}{
	{"scaleWebP", "WebP", []encoder{webps}, "#1f77b4"},
	{"scaleAVIF", "AVIF", []encoder{avifs, tunedAVIFs}, "#d62728"},
}

// code is the tables in Go.
func (m *measurements) code() string {
	var b strings.Builder
	b.WriteString("var (\n")
	for _, t := range tables {
		fmt.Fprintf(&b, "\t%s = []point{\n\t\t", t.name)
		var row []string
		for _, p := range m.table(t.encoders...) {
			row = append(row, fmt.Sprintf("{%d, %d}", p.jpeg, p.own))
		}
		b.WriteString(strings.Join(row, ", ") + ",\n\t}\n")
	}
	b.WriteString(")\n\n")
	return b.String()
}

// markdown is the tables, the medians they were chosen from, and what was measured with.
func (m *measurements) markdown() string {
	var b strings.Builder
	b.WriteString("| q |")
	for _, t := range tables {
		fmt.Fprintf(&b, " **%s** |", t.heading)
	}
	for _, c := range compared {
		fmt.Fprintf(&b, " %s: Butteraugli | DSSIM |", c.name)
	}
	b.WriteString("\n|--:|" + strings.Repeat("--:|", len(tables)+2*len(compared)) + "\n")
	for i, q := range fitted {
		fmt.Fprintf(&b, "| %d |", q)
		for _, t := range tables {
			fmt.Fprintf(&b, " **%d** |", m.table(t.encoders...)[i+1].own)
		}
		for _, c := range compared {
			for metric := range metrics {
				fmt.Fprintf(&b, " %s |", spread(m.equals(c.encoder, metric, q)))
			}
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "\nMeasured on %d pictures with:\n\n", len(m.pictures()))
	for _, e := range slices.Sorted(maps.Keys(m.libraries)) {
		fmt.Fprintf(&b, "- %s\n", m.libraries[e])
	}
	return b.String()
}

// spread is a median with the quartiles.
func spread(list []float64) string {
	mid, n := median(list), len(list)
	return fmt.Sprintf("%.0f (%.0f–%.0f)", mid, list[n/4], list[(3*n-1)/4])
}
