package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"imagekit/internal/format"
)

// median returns the middle of values, the upper one of two; 0 when there are none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// comparison is one picture at one width in one format, measured on both sides. Smaller is better.
type comparison struct {
	picture    picture
	width      int
	format     format.Format
	ours, peer float64
}

// ratio says how many times better we are.
func (c comparison) ratio() float64 { return c.peer / c.ours }

// group picks the comparisons of a row in a summary.
type group struct {
	name string
	has  func(comparison) bool
}

// groups tells photos with a profile from those without: the first save a transform that the peer does.
var groups = []group{
	{"with ICC profile", func(c comparison) bool { return c.picture.icc() && !c.picture.info.Alpha }},
	{"without ICC profile", func(c comparison) bool { return !c.picture.icc() && !c.picture.info.Alpha }},
	{"all photos", func(c comparison) bool { return !c.picture.info.Alpha }},
	{"PNG with alpha", func(c comparison) bool { return c.picture.info.Alpha }},
}

func only(list []comparison, keep func(comparison) bool) []comparison {
	return slices.DeleteFunc(slices.Clone(list), func(c comparison) bool { return !keep(c) })
}

func values(list []comparison, of func(comparison) float64) []float64 {
	v := make([]float64, len(list))
	for i, c := range list {
		v[i] = of(c)
	}
	return v
}

// summary writes the medians per format and group. wanted says what stands in the last column.
func summary(w io.Writer, list []comparison, unit, ours, peer string, wanted func(f format.Format, group string) string) {
	fmt.Fprintf(w, "\n| output | pictures | %s, %s | %s, %s | median ratio | least | most | wanted "+
		"|\n|---|---|---|---|---|---|---|---|\n", ours, unit, peer, unit)
	for _, f := range photoOutputs {
		for _, g := range groups {
			some := only(list, func(c comparison) bool { return c.format == f && g.has(c) })
			if len(some) == 0 {
				continue
			}
			ratios := values(some, comparison.ratio)
			fmt.Fprintf(w, "| %s | %s | %.1f | %.1f | **%.2f** | %.2f | %.2f | %s |\n", f, g.name,
				median(values(some, func(c comparison) float64 { return c.ours })), median(values(some,
					func(c comparison) float64 { return c.peer })),
				median(ratios), slices.Min(ratios), slices.Max(ratios), wanted(f, g.name))
		}
	}
}

// perPicture writes one row per picture with a figure for each width.
func perPicture(w io.Writer, list []comparison, what string, of func(comparison) float64) {
	var widths []string
	for _, width := range list {
		if text := fmt.Sprint(width.width); !slices.Contains(widths, text) {
			widths = append(widths, text)
		}
	}
	fmt.Fprintf(w, "\n%s, each at %s px:\n\n| picture |", what, strings.Join(widths, " / "))
	for _, f := range photoOutputs {
		fmt.Fprintf(w, " %s |", f)
	}
	fmt.Fprintf(w, "\n|---|%s\n", strings.Repeat("---|", len(photoOutputs)))
	var names []string
	for _, c := range list {
		if slices.Contains(names, c.picture.name) {
			continue
		}
		names = append(names, c.picture.name)
		fmt.Fprintf(w, "| %s |", c.picture.name)
		for _, f := range photoOutputs {
			var cells []string
			for _, v := range only(list, func(o comparison) bool {
				return o.picture.name == c.picture.name &&
					o.format == f
			}) {
				cells = append(cells, fmt.Sprintf("%.2f", of(v)))
			}
			fmt.Fprintf(w, " %s |", strings.Join(cells, " / "))
		}
		fmt.Fprintln(w)
	}
}
