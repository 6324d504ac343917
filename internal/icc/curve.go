package icc

import (
	"encoding/binary"
	"math"
)

// curve maps a sample value 0…1 to linear light; the result may leave 0…1 or be no number.
type curve func(v float64) float64

// parseCurve reads a curveType or a parametricCurveType; nil when it is neither or is cut short.
func parseCurve(b []byte) curve {
	if len(b) < 12 {
		return nil
	}
	switch string(b[:4]) {
	case "curv":
		return parseTable(binary.BigEndian.Uint32(b[8:]), b[12:])
	case "para":
		return parseFormula(binary.BigEndian.Uint16(b[8:]), b[12:])
	}
	return nil
}

// parseTable reads the values of a curveType (ICC.1:2022 §10.6): none = the identity, one = a gamma, else a table.
func parseTable(n uint32, b []byte) curve {
	if uint64(len(b)) < 2*uint64(n) {
		return nil
	}
	switch n {
	case 0:
		return func(v float64) float64 { return v }
	case 1:
		gamma := float64(binary.BigEndian.Uint16(b)) / 256
		return func(v float64) float64 { return math.Pow(v, gamma) }
	}
	last := int(n - 1)
	return func(v float64) float64 {
		x := v * float64(last)
		i := min(int(x), last-1)
		lo, hi := float64(binary.BigEndian.Uint16(b[2*i:])), float64(binary.BigEndian.Uint16(b[2*i+2:]))
		return (lo + (hi-lo)*(x-float64(i))) / 65535
	}
}

// formulaParams is the number of parameters of each function type (ICC.1:2022 §10.18, table 68).
var formulaParams = [...]int{1, 3, 4, 5, 7}

// parseFormula reads the parameters of a parametricCurveType: (a·v+b)^g + e from d on, c·v + f below it.
func parseFormula(kind uint16, b []byte) curve {
	if int(kind) >= len(formulaParams) || len(b) < 4*formulaParams[kind] {
		return nil
	}
	var p [7]float64
	for i := range formulaParams[kind] {
		p[i] = fixed(b[4*i:])
	}
	g, a, off, c, d, e, f := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	switch kind {
	case 0:
		a = 1
	case 1: // 0 below -b/a
		c, d = 0, -off/a
	case 2: // the constant c below -b/a, and added above it
		e, f, c, d = c, c, 0, -off/a
	}
	return func(v float64) float64 {
		if v >= d {
			return math.Pow(a*v+off, g) + e
		}
		return c*v + f
	}
}
