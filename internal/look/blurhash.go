package look

import (
	"math"
	"strings"
	"sync"

	"imagekit/internal/icc"
)

// base83 are the digits of a BlurHash.
const base83 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"

// BlurHash returns the BlurHash (https://blurha.sh) of the picture on white, of 4 × 3 components, 3 × 4 of an upright one.
func BlurHash(p Pixels) string {
	nx, ny := 4, 3
	if p.Height > p.Width {
		nx, ny = ny, nx
	}
	return blurHash(p.OnWhite(), nx, ny)
}

func blurHash(p Pixels, nx, ny int) string {
	factors := linearFactors(p, nx, ny)
	most := 0.0
	for _, f := range factors[1:] {
		most = max(most, f[0], f[1], f[2]) // of what is below zero the implementation in TypeScript takes none
	}
	var b strings.Builder
	digits(&b, nx-1+(ny-1)*9, 1)
	quantized, scale := 0, 1.0
	if len(factors) > 1 {
		quantized = int(max(0, min(82, math.Floor(most*166-0.5))))
		scale = float64(quantized+1) / 166
	}
	digits(&b, quantized, 1)
	first := factors[0]
	digits(&b, gammaCode(first[0])<<16+gammaCode(first[1])<<8+gammaCode(first[2]), 4)
	for _, f := range factors[1:] {
		code := 0
		for _, v := range f {
			code = code*19 + int(max(0, min(18, math.Floor(signedRoot(v/scale)*9+9.5))))
		}
		digits(&b, code, 2)
	}
	return b.String()
}

// linearFactors returns how much of each product of cosines is in the linear light of R, G and B; the first is the mean.
func linearFactors(p Pixels, nx, ny int) [][3]float64 {
	light := linearTable()
	channel := make([]float64, p.Width*p.Height)
	across, down := newWaves(nx, p.Width, 0), newWaves(ny, p.Height, 0)
	factors := make([][3]float64, nx*ny)
	for k := range 3 {
		for i := range channel {
			channel[i] = light[p.RGBA[4*i+k]]
		}
		all := project(channel, across, down)
		factors[0][k] = all[0][0]
		for i := 1; i < len(factors); i++ {
			factors[i][k] = 2 * all[i/nx][i%nx]
		}
	}
	return factors
}

// digits writes n with so many digits.
func digits(b *strings.Builder, n, count int) {
	unit := 1
	for range count - 1 {
		unit *= len(base83)
	}
	for ; unit > 0; unit /= len(base83) {
		b.WriteByte(base83[n/unit%len(base83)])
	}
}

func signedRoot(v float64) float64 { return math.Copysign(math.Sqrt(math.Abs(v)), v) }

// linearTable is the light of each sample of sRGB.
var linearTable = sync.OnceValue(func() *[256]float64 {
	table := new([256]float64)
	for i := range table {
		table[i] = icc.DecodeSRGB(float64(i) / 255)
	}
	return table
})

// gammaCode is the sample of sRGB for a light.
func gammaCode(v float64) int { return int(icc.EncodeSRGB(max(0, min(1, v)))*255 + 0.5) }
