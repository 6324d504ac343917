//go:build !cgo

package scale

import (
	"fmt"
	"math"

	"imagekit/internal/cicp"
	"imagekit/internal/frame"
)

// luma is the share of red and blue in luma.
type luma struct{ kr, kb float64 }

// lumas are those of ITU-T H.273 table 4 by their code.
var lumas = map[uint8]luma{
	cicp.MatrixBT709: {0.2126, 0.0722}, 4: {0.30, 0.11}, 5: {0.299, 0.114}, cicp.MatrixBT601: {0.299, 0.114},
	7: {0.212, 0.087}, 9: {0.2627, 0.0593},
}

// derivedLumas are those that follow from primaries (H.273 §8.3, equations 39 to 44) by their code (table 2).
var derivedLumas = map[uint8]luma{
	1:  {0.212639, 0.072192},
	4:  {0.298967, 0.114612},
	5:  {0.222004, 0.071341},
	6:  {0.212376, 0.086564},
	7:  {0.212376, 0.086564},
	8:  {0.253585, 0.068079},
	9:  {0.262700, 0.059302},
	11: {0.209492, 0.068913},
	12: {0.228975, 0.079287},
	22: {0.231751, 0.095999},
}

// mixing is a conversion of three samples: rows of a matrix.
type mixing [3][3]float64

// toRGB returns the conversion from Y, Cb, Cr (full range, chroma from −0.5 to 0.5).
func (l luma) toRGB() mixing {
	kg := 1 - l.kr - l.kb
	r, b := 2*(1-l.kr), 2*(1-l.kb)
	return mixing{{1, 0, r}, {1, -b * l.kb / kg, -r * l.kr / kg}, {1, b, 0}}
}

// fromRGB is toRGB's inverse.
func (l luma) fromRGB() mixing {
	kg := 1 - l.kr - l.kb
	r, b := 2*(1-l.kr), 2*(1-l.kb)
	return mixing{{l.kr, kg, l.kb}, {-l.kr / b, -kg / b, 0.5}, {0.5, -kg / r, -l.kb / r}}
}

// times returns the conversion that does n and then m.
func (m mixing) times(n mixing) (p mixing) {
	for i := range p {
		for j := range p {
			p[i][j] = m[i][0]*n[0][j] + m[i][1]*n[1][j] + m[i][2]*n[2][j]
		}
	}
	return p
}

// decoding returns the conversion to RGB from a model and matrix.
func decoding(model frame.Model, matrix, primaries uint8) (mixing, error) {
	switch {
	case model == frame.RGB:
		return mixing{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, nil
	case matrix == cicp.MatrixYCgCo:
		return mixing{{1, -1, 1}, {1, 1, 0}, {1, -1, -1}}, nil
	}
	table, code := lumas, matrix
	if matrix == cicp.MatrixDerived {
		table, code = derivedLumas, primaries
	}
	l, ok := table[code]
	if !ok {
		return mixing{}, fmt.Errorf("scale: matrix %d with primaries %d is not known", matrix, primaries)
	}
	return l.toRGB(), nil
}

// colors converts the colours of a working frame into dst, of the same size. It fails where the matrix is not known.
func colors(f, dst *frame.Frame, primaries uint8) error {
	m, err := decoding(f.Model, f.Matrix, primaries)
	if err != nil {
		return err
	}
	if dst.Model == frame.YCbCr {
		m = lumas[cicp.MatrixBT601].fromRGB().times(m)
	}
	const fine = 1 << 20
	var k [3][4]int64 // the last one: what is added, with rounding
	for i := range m {
		k[i][3] = fine/2 + neutral(dst.Model, i)*fine
		for j := range m[i] {
			k[i][j] = int64(math.Round(m[i][j] * fine))
			k[i][3] -= k[i][j] * neutral(f.Model, j)
		}
	}
	for y := range f.Height {
		a, b, c := words(f.Planes[0], y), words(f.Planes[1], y), words(f.Planes[2], y)
		for i := range k {
			mixRow(words(dst.Planes[i], y), a, b, c, &k[i])
		}
	}
	return nil
}

// neutral is the code of 0 in plane i of a working frame.
func neutral(m frame.Model, i int) int64 {
	if m == frame.YCbCr && i > 0 {
		return 1 << 15
	}
	return 0
}

func mixRow(out, a, b, c []uint16, k *[4]int64) {
	a, b, c = a[:len(out)], b[:len(out)], c[:len(out)]
	for x := range out {
		v := (int64(a[x])*k[0] + int64(b[x])*k[1] + int64(c[x])*k[2] + k[3]) >> 20
		out[x] = uint16(min(max(v, 0), 65535))
	}
}

// Version returns zimg's version, "" in a build without it.
func Version() string { return "" }
