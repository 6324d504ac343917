package main

import (
	"fmt"
	"math"
	"strings"
)

// panel is one diagram of the plot, in SVG's units.
type panel struct {
	left, top    float64
	title, xName string
	yLow, yHigh  float64
	logarithmic  bool
	ticks        []float64
}

const (
	panelWidth, panelHeight = 300.0, 300.0
	plotWidth, plotHeight   = 1150, 430
)

// x places a quality number of 0…100.
func (p panel) x(number float64) float64 { return p.left + panelWidth*number/100 }

func (p panel) y(v float64) float64 {
	low, high := p.yLow, p.yHigh
	if p.logarithmic {
		low, high, v = math.Log(low), math.Log(high), math.Log(min(max(v, low), high))
	}
	return p.top + panelHeight*(1-(v-low)/(high-low))
}

// frame draws title, axes and grid.
func (p panel) frame(b *strings.Builder) {
	fmt.Fprintf(b, `<text x="%.0f" y="%.0f" font-weight="bold">%s</text>`+"\n", p.left, p.top-14, p.title)
	fmt.Fprintf(b, `<text x="%.0f" y="%.0f" text-anchor="middle">%s</text>`+"\n", p.left+panelWidth/2, p.top+panelHeight+38,
		p.xName)
	for v := 0.0; v <= 100; v += 20 {
		fmt.Fprintf(b, `<path d="M%.1f %.1fv%.1f" stroke="#ddd"/>`, p.x(v), p.top, panelHeight)
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="middle">%.0f</text>`+"\n", p.x(v), p.top+panelHeight+18, v)
	}
	for _, v := range p.ticks {
		fmt.Fprintf(b, `<path d="M%.1f %.1fh%.1f" stroke="#ddd"/>`, p.left, p.y(v), panelWidth)
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="end">%g</text>`+"\n", p.left-6, p.y(v)+4, v)
	}
}

// line draws points in a colour.
func (p panel) line(b *strings.Builder, points curve, colour string) {
	fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="2" points="`, colour)
	for _, k := range points {
		fmt.Fprintf(b, "%.1f,%.1f ", p.x(k.number), p.y(k.distance))
	}
	b.WriteString("\"/>\n")
}

// plot draws the median distances against the encoders' own numbers, and the fitted tables among the medians of
// both metrics that made them.
func (m *measurements) plot() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+
		"\n"+`<rect width="100%%" height="100%%" fill="#fff"/>`+"\n", plotWidth, plotHeight)
	own := "encoder's own number"
	panels := [metrics]panel{
		butteraugliMax: {
			left: 60, top: 50, title: "Butteraugli, median", xName: own,
			yLow: 0.5, yHigh: 20, logarithmic: true, ticks: []float64{0.5, 1, 2, 5, 10, 20},
		},
		dssim: {
			left: 430, top: 50, title: "DSSIM, median", xName: own,
			yLow: 0.001, yHigh: 0.2, logarithmic: true, ticks: []float64{0.001, 0.005, 0.02, 0.1},
		},
	}
	for metric, p := range panels {
		p.frame(&b)
		p.line(&b, m.medians(jpegs, metric), "#2ca02c")
		for _, c := range compared {
			p.line(&b, m.medians(c.encoder, metric), c.colour)
		}
	}
	m.plotTables(&b, panel{
		left: 800, top: 50, title: "Equal distance", xName: "q, libjpeg's number",
		yHigh: 100, ticks: []float64{0, 20, 40, 60, 80, 100},
	})
	b.WriteString(legend())
	b.WriteString("</svg>\n")
	return b.String()
}

// plotTables draws each table as a line, Butteraugli's medians as circles and DSSIM's as crosses.
func (m *measurements) plotTables(b *strings.Builder, p panel) {
	p.frame(b)
	for _, t := range tables {
		var line curve
		for _, k := range m.table(t.encoders...) {
			line = append(line, knot{float64(k.jpeg), float64(k.own)})
		}
		p.line(b, line, t.colour)
	}
	for _, c := range compared {
		for _, q := range fitted {
			x := p.x(float64(q))
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="none" stroke="%s"/>`,
				x, p.y(median(m.equals(c.encoder, butteraugliMax, q))), c.colour)
			fmt.Fprintf(b, `<path d="M%.1f %.1fm-3.5 -3.5l7 7m0 -7l-7 7" stroke="%s"/>`+"\n",
				x, p.y(median(m.equals(c.encoder, dssim, q))), c.colour)
		}
	}
}

// medians returns the median distance over the pictures at each number of an encoder.
func (m *measurements) medians(e encoder, metric int) curve {
	at := map[int][]float64{}
	for k, d := range m.distances {
		if k.encoder == e {
			at[k.number] = append(at[k.number], d[metric])
		}
	}
	var c curve
	for number := range 101 {
		if list := at[number]; len(list) > 0 {
			c = append(c, knot{float64(number), median(list)})
		}
	}
	return c
}

// legend names the colours and marks below the panels.
func legend() string {
	var b strings.Builder
	x := 60
	entry := func(name, colour string) {
		fmt.Fprintf(&b, `<path d="M%d 411h24" stroke="%s" stroke-width="3"/><text x="%d" y="415">%s</text>`+"\n", x, colour,
			x+30, name)
		x += 55 + 8*len(name)
	}
	entry("JPEG", "#2ca02c")
	for _, c := range compared {
		entry(c.name, c.colour)
	}
	fmt.Fprintf(&b, `<text x="800" y="415">line: table; ○ Butteraugli, × DSSIM: equal to JPEG</text>`+"\n")
	return b.String()
}
