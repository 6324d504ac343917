// Package effect describes what can be done to the pixels of a result: names, ranges, neutral values, costs and the
// order of work. It is pure description. Package param reads the values by it, plan decides by it, op does the work.
package effect

import "imagekit/internal/opt"

// Kind names an effect. The kinds stand in the order of work.
type Kind uint8

// Effect is one effect with its values, as a plan holds it.
type Effect struct {
	Kind   Kind
	Number float64     // of the effects that take one; in pixels of the result where Row.Pixels says so
	Colors [2][3]uint8 // sRGB; tint has one, duotone the dark and the light one
}

// Takes says what values an effect takes.
type Takes uint8

// What effects take.
const (
	Number Takes = iota
	Flag         // 1 or nothing
	Color
	TwoColors
)

// Row describes an effect.
type Row struct {
	opt.Option // as the parameter is read; To is bound by package param

	Takes   Takes
	Neutral float64 // the number that changes nothing
	Pixels  bool    // the number is a length in the result, multiplied by dpr
	RGB     bool    // it needs R, G and B; the others take every model
	Colors  bool    // grey pictures may become coloured by it
	Grays   bool    // coloured pictures become grey by it
	// Memory is what the work needs beside the picture, in bytes for each pixel of the result.
	Memory int64
}
