package main

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
)

// point is a place in a chart, in the axes' units.
type point struct{ x, y float64 }

// series is a set of points with a name in the legend, joined by a line or not.
type series struct {
	name   string
	points []point
	names  []string // one beside each point; nil = none
	line   bool
}

// chart is a plot with linear axes that start at zero.
type chart struct {
	title, x, y string
	series      []series
	categories  []string // names of x = 0, 1, 2 …; nil = x is a number
	bars        []point  // short level strokes: medians of the categories
	one         bool     // mark where 1 is: equal
}

// The sheet, in SVG units, and the margins around the axes.
const (
	sheetW, sheetH = 760, 420
	left, right    = 64, 150
	top, bottom    = 44, 52
)

// colors tell series apart, also for the colour-blind (Okabe and Ito 2008); shapes do it again.
var colors = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7"}

// plot writes a chart beside the report and refers to it.
func (r rig) plot(w io.Writer, name string, c chart) error {
	if r.plots == "" {
		return nil
	}
	if err := os.MkdirAll(r.plots, 0o755); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n![%s](plots/%s.svg)\n", c.title, name)
	return os.WriteFile(filepath.Join(r.plots, name+".svg"), c.svg(), 0o644)
}

// axis maps values to places on the sheet.
type axis struct{ from, to, min, max, step float64 }

func (a axis) at(v float64) float64 { return a.from + (v-a.min)/(a.max-a.min)*(a.to-a.from) }

// numeric returns an axis from zero to beyond the largest value, with about six steps of 1, 2 or 5.
func numeric(from, to float64, values []float64) axis {
	most := slices.Max(append(values, 1e-9))
	step := math.Pow(10, math.Floor(math.Log10(most/6)))
	for _, m := range []float64{1, 2, 5, 10} {
		if most/(m*step) <= 7 {
			step *= m
			break
		}
	}
	return axis{from, to, 0, step * math.Ceil(most*1.02/step), step}
}

// axes returns the axes that hold all points.
func (c chart) axes() (x, y axis) {
	var xs, ys []float64
	for _, s := range c.series {
		for _, p := range s.points {
			xs, ys = append(xs, p.x), append(ys, p.y)
		}
	}
	x = axis{left, sheetW - right, -0.5, float64(len(c.categories)) - 0.5, 1}
	if c.categories == nil {
		x = numeric(left, sheetW-right, xs)
	}
	return x, numeric(sheetH-bottom, top, ys)
}

func (c chart) svg() []byte {
	x, y := c.axes()
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" fill="#222">`+"\n", sheetW, sheetH)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", sheetW, sheetH)
	label(&b, left, 24, `font-size="15" font-weight="bold"`, c.title)
	c.grid(&b, x, y)
	for i, s := range c.series {
		s.draw(&b, x, y, i)
		placed := float64(top + 12 + 22*i)
		mark(&b, sheetW-right+20, placed, i)
		label(&b, sheetW-right+32, placed+4, "", s.name)
	}
	for _, m := range c.bars {
		fmt.Fprintf(&b, `<path d="M%.1f %.1fh60" stroke="#222" stroke-width="2.5"/>`+"\n", x.at(m.x)-30, y.at(m.y))
		label(&b, x.at(m.x)+34, y.at(m.y)+4, `font-weight="bold"`, fmt.Sprintf("%.2f", m.y))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// grid draws the axes with their figures and names.
func (c chart) grid(b *bytes.Buffer, x, y axis) {
	for v := y.min; v <= y.max+y.step/2; v += y.step {
		fmt.Fprintf(b, `<path d="M%d %.1fH%d" stroke="#ddd"/>`+"\n", left, y.at(v), sheetW-right)
		label(b, left-8, y.at(v)+4, `text-anchor="end"`, fmt.Sprintf("%.4g", v))
	}
	if c.categories != nil {
		for i, name := range c.categories {
			label(b, x.at(float64(i)), sheetH-bottom+18, `text-anchor="middle"`, name)
		}
	} else {
		for v := x.min; v <= x.max+x.step/2; v += x.step {
			fmt.Fprintf(b, `<path d="M%.1f %dV%d" stroke="#ddd"/>`+"\n", x.at(v), top, sheetH-bottom)
			label(b, x.at(v), sheetH-bottom+18, `text-anchor="middle"`, fmt.Sprintf("%.4g", v))
		}
	}
	fmt.Fprintf(b, `<path d="M%d %dV%dH%d" stroke="#222" fill="none"/>`+"\n", left, top, sheetH-bottom, sheetW-right)
	if c.one {
		fmt.Fprintf(b, `<path d="M%d %.1fH%d" stroke="#888" stroke-dasharray="5 4"/>`+"\n", left, y.at(1), sheetW-right)
		if c.categories == nil {
			fmt.Fprintf(b, `<path d="M%.1f %dV%d" stroke="#888" stroke-dasharray="5 4"/>`+"\n", x.at(1), top, sheetH-bottom)
		}
	}
	label(b, (left+sheetW-right)/2, sheetH-12, `text-anchor="middle"`, c.x)
	label(b, 0, 0, fmt.Sprintf(`text-anchor="middle" transform="translate(18 %d) rotate(-90)"`, (top+sheetH-bottom)/2), c.y)
}

// draw draws the points of the series with this number.
func (s series) draw(b *bytes.Buffer, x, y axis, number int) {
	if s.line {
		fmt.Fprintf(b, `<polyline fill="none" stroke-width="2" stroke="%s" points="`, colors[number])
		for _, p := range s.points {
			fmt.Fprintf(b, "%.1f,%.1f ", x.at(p.x), y.at(p.y))
		}
		b.WriteString(`"/>` + "\n")
	}
	for i, p := range s.points {
		mark(b, x.at(p.x), y.at(p.y), number)
		if s.names != nil {
			label(b, x.at(p.x)+7, y.at(p.y)-5, `font-size="11"`, s.names[i])
		}
	}
}

// mark draws a dot, square, triangle or diamond.
func mark(b *bytes.Buffer, x, y float64, number int) {
	shape := []string{"m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0", "m-4-4h8v8h-8z", "m0-5l5 9h-10z", "m0-5l5 5l-5 5l-5-5z"}[number]
	fmt.Fprintf(b, `<path d="M%.1f %.1f%s" fill="%s" fill-opacity=".75"/>`+"\n", x, y, shape, colors[number])
}

func label(b *bytes.Buffer, x, y float64, attributes, text string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" %s>%s</text>`+"\n", x, y, attributes, html.EscapeString(text))
}
