package color

// matrix maps three numbers to three: rows of columns.
type matrix [3][3]float64

// times returns the matrix that does n and then m.
func (m matrix) times(n matrix) (p matrix) {
	for i := range p {
		for j := range p {
			for k := range p {
				p[i][j] += m[i][k] * n[k][j]
			}
		}
	}
	return p
}

// apply returns what m makes of v.
func (m matrix) apply(v [3]float64) (w [3]float64) {
	for i := range w {
		w[i] = m[i][0]*v[0] + m[i][1]*v[1] + m[i][2]*v[2]
	}
	return w
}

// inverse reports false when there is none.
func (m matrix) inverse() (matrix, bool) {
	minor := func(i, j int) float64 {
		a, b, c, d := (i+1)%3, (i+2)%3, (j+1)%3, (j+2)%3
		return m[a][c]*m[b][d] - m[a][d]*m[b][c]
	}
	det := m[0][0]*minor(0, 0) + m[0][1]*minor(0, 1) + m[0][2]*minor(0, 2)
	if det > -1e-9 && det < 1e-9 {
		return m, false
	}
	var inv matrix
	for i := range inv {
		for j := range inv {
			inv[i][j] = minor(j, i) / det
		}
	}
	return inv, true
}

// chromaticity is x and y of CIE 1931.
type chromaticity [2]float64

func (c chromaticity) xyz() [3]float64 { return [3]float64{c[0] / c[1], 1, (1 - c[0] - c[1]) / c[1]} }

// primaries are the chromaticities of red, green, blue and white.
type primaries [4]chromaticity

// toXYZ returns the matrix from light in these primaries to X, Y, Z relative to D50, the white of ICC profiles:
// white is adapted by the Bradford transform (ICC.1:2022 Annex E).
func (p primaries) toXYZ() matrix {
	var m matrix
	for j := range 3 {
		for i, v := range p[j].xyz() {
			m[i][j] = v
		}
	}
	inv, _ := m.inverse()
	for j, s := range inv.apply(p[3].xyz()) {
		for i := range 3 {
			m[i][j] *= s
		}
	}
	return adaption(p[3].xyz()).times(m)
}

var bradford = matrix{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}

// d50 is the white of the ICC's connection space.
var d50 = [3]float64{0.9642, 1, 0.8249}

// adaption returns the Bradford transform from a white to D50.
func adaption(white [3]float64) matrix {
	from, to := bradford.apply(white), bradford.apply(d50)
	scaled := bradford
	for i := range scaled {
		for j := range scaled {
			scaled[i][j] *= to[i] / from[i]
		}
	}
	back, _ := bradford.inverse()
	return back.times(scaled)
}

// between returns the matrix from light in one set of primaries to light in another.
func between(toXYZ matrix, to primaries) matrix {
	inv, _ := to.toXYZ().inverse()
	return inv.times(toXYZ)
}
